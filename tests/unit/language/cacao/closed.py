"""What a CACAO file of ours may hold, and nothing else: a closed model, written from the words of the specification.

Rules kept here: every key that Tocsin writes is named with what it may hold, and every other one is refused; an
identifier is one of its own kind, with a UUID of version 4, of a playbook of version 5; what names something names
something that is there. What is said of the specification is said of CACAO Security Playbooks Version 2.0, Committee
Specification 01 of 27 November 2023.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from engine.language.cacao.checks import leads_to
from engine.language.cacao.vocabulary import EXTENSION

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
UUID5 = UUID.replace("-4", "-5", 1)
KINDS = "start|end|action|playbook-action|parallel|if-condition"
NAME = r"__[a-zA-Z][a-zA-Z0-9_-]{0,199}__"

Words: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
Step: TypeAlias = Annotated[str, StringConstraints(pattern=f"^({KINDS})--{UUID}$")]
"""The type, two hyphens, and a UUID, which for steps must be of version 4 (10.10)."""
Agent: TypeAlias = Annotated[str, StringConstraints(pattern=f"^(group|security-category)--{UUID}$")]
Target: TypeAlias = Annotated[str, StringConstraints(pattern=f"^http-api--{UUID}$")]
Identity: TypeAlias = Annotated[str, StringConstraints(pattern=f"^identity--{UUID}$")]
Book: TypeAlias = Annotated[str, StringConstraints(pattern=f"^playbook--{UUID5}$")]
Extension: TypeAlias = Annotated[str, StringConstraints(pattern=f"^extension-definition--{UUID}$")]
Variable: TypeAlias = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
"""Two underscores on each side, and a letter first (10.18)."""
Moment: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
"""In UTC, and to the millisecond."""
Milliseconds: TypeAlias = Annotated[int, Field(ge=1)]


Purpose: TypeAlias = Literal["mitigation", "notification", "remediation", "prevention"]
Activity: TypeAlias = Literal["restrict-access", "deliver-content", "eliminate-risk", "analyze-collected-data"]


class Closed(BaseModel):
    """An object with these keys and no other."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Manual(Closed):
    """What a person does."""

    type: Literal["manual"]
    command: Words
    playbook_activity: Activity


class Request(Closed):
    """A request, by its start line; each header has a list of values."""

    type: Literal["http-api"]
    command: Annotated[str, StringConstraints(pattern=r"^(GET|HEAD|POST|PUT|PATCH|DELETE) \S.* HTTP/1\.1$")]
    headers: Annotated[dict[Words, Annotated[list[str], Field(min_length=1)]], Field(min_length=1)] | None = None
    content: Words | None = None
    playbook_activity: Activity


Command: TypeAlias = Annotated[Manual | Request, Field(discriminator="type")]


class Counterpart(Closed):
    """What of a step has no counterpart there."""

    id: Words
    phase: Literal["contain", "legal", "communicate", "harden", "review"]
    kind: Literal["action", "task", "decision", "wait", "call"]
    needs: list[Words]
    due: Words | None = None
    stops: Annotated[list[Words], Field(min_length=1)] | None = None
    controls: Annotated[list[Words], Field(min_length=1)] | None = None


class Start(Closed):
    """Where it begins; exactly one."""

    type: Literal["start"]
    name: Words
    on_completion: Step


class End(Closed):
    """Where a workflow or a branch ends; it leads nowhere."""

    type: Literal["end"]
    name: Words


class Action(Closed):
    """Commands for one agent."""

    type: Literal["action"]
    name: Words
    description: Words | None = None
    step_extensions: Annotated[dict[Extension, Counterpart], Field(min_length=1)] | None = None
    delay: Milliseconds | None = None
    timeout: Milliseconds | None = None
    on_completion: Step
    commands: Annotated[list[Command], Field(min_length=1)]
    agent: Agent
    targets: Annotated[list[Target], Field(min_length=1)] | None = None
    out_args: Annotated[list[Variable], Field(min_length=1)] | None = None


class Call(Closed):
    """Another playbook."""

    type: Literal["playbook-action"]
    name: Words
    description: Words | None = None
    step_extensions: Annotated[dict[Extension, Counterpart], Field(min_length=1)]
    playbook_id: Book
    on_completion: Step


class Parallel(Closed):
    """Branches side by side, at least two."""

    type: Literal["parallel"]
    name: Words
    on_completion: Step
    next_steps: Annotated[list[Step], Field(min_length=2)]


class If(Closed):
    """A branch under a condition, in the pattern grammar of STIX."""

    type: Literal["if-condition"]
    name: Words
    description: Words | None = None
    condition: Annotated[str, StringConstraints(pattern=rf"^{NAME}:value !?= '[^'\\]*'$")]
    on_true: Step
    on_completion: Step


AnyStep: TypeAlias = Annotated[Start | End | Action | Call | Parallel | If, Field(discriminator="type")]


class Value(Closed):
    """A variable; what it holds is text, and an external one is given when the playbook begins."""

    type: Literal["string", "bool", "float", "uri"]
    description: Words | None = None
    value: str | None = None
    external: Literal[True] | None = None


class Group(Closed):
    """Whoever holds a role."""

    type: Literal["group"]
    name: Words
    description: Words


class Engine(Closed):
    """Tocsin itself."""

    type: Literal["security-category"]
    name: Words
    category: Annotated[list[Literal["orchestrator"]], Field(min_length=1)]


AnyAgent: TypeAlias = Annotated[Group | Engine, Field(discriminator="type")]


class Address(Closed):
    """A name or an address, exactly one of them."""

    dname: Annotated[list[Words], Field(min_length=1, max_length=1)] | None = None
    ipv4: Annotated[list[Words], Field(min_length=1, max_length=1)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.dname is None) == (self.ipv4 is None):
            message = "either dname or ipv4"
            raise ValueError(message)
        return self


class Host(Closed):
    """Where requests go; its port is text."""

    type: Literal["http-api"]
    name: Words
    address: Address
    port: Annotated[str, StringConstraints(pattern=r"^\d{1,5}$")]


class Definition(Closed):
    """What an extension is."""

    type: Literal["extension-definition"]
    name: Words
    description: Words
    created_by: Identity
    schema_: Words = Field(alias="schema")
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]


class Carried(Closed):
    """The playbook as it was written, and the digest of everything else."""

    playbook: dict[str, Any]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class File(Closed):
    """A playbook."""

    type: Literal["playbook"]
    spec_version: Literal["cacao-2.0"]
    id: Book
    name: Words
    description: Words | None = None
    playbook_types: Annotated[list[Purpose], Field(min_length=1)] | None = None
    playbook_activities: Annotated[list[Activity], Field(min_length=1)] | None = None
    created_by: Identity
    created: Moment
    modified: Moment
    labels: Annotated[list[Words], Field(min_length=2, max_length=2)]
    playbook_variables: dict[Variable, Value]
    workflow_start: Step
    workflow: dict[Step, AnyStep]
    agent_definitions: Annotated[dict[Agent, AnyAgent], Field(min_length=1)]
    target_definitions: Annotated[dict[Target, Host], Field(min_length=1)] | None = None
    extension_definitions: Annotated[dict[Extension, Definition], Field(min_length=1, max_length=1)]
    playbook_extensions: Annotated[dict[Extension, Carried], Field(min_length=1, max_length=1)]


def refused(found: object) -> list[str]:
    """Return what is wrong with a file, each with its place; empty when it is one of ours."""
    try:
        File.model_validate(found)
    except ValidationError as error:
        return [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
    assert isinstance(found, Mapping)
    nothing = [f"{place}: null" for place, value in found.items() if place != "playbook_extensions" and _null(value)]
    return nothing or list(_apart(found))


def _apart(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what no key shows by itself."""
    workflow, defined = found["workflow"], {**found["agent_definitions"], **found.get("target_definitions", {})}
    for name, thing in {**workflow, **defined}.items():
        if not name.startswith(f"{thing['type']}--"):
            yield f"{name}: it is of type {thing['type']}"
    for name, step in workflow.items():
        named = [*leads_to(step), *([step["agent"]] if "agent" in step else []), *step.get("targets", ())]
        yield from (f"{name}: {other} is not there" for other in named if other not in {**workflow, **defined})
        yield from (f"{name}: {read} is not there" for read in step.get("out_args", ()) if read not in _known(found))
    starts = [name for name, step in workflow.items() if step["type"] == "start"]
    if starts != [found["workflow_start"]]:
        yield "workflow_start: it is not the one start"
    if not any(step["type"] in ("action", "playbook-action") for step in workflow.values()):
        yield "workflow: nothing is done"
    commands = [command for step in workflow.values() for command in step.get("commands", ())]
    if {command["playbook_activity"] for command in commands} != set(found.get("playbook_activities", ())):
        yield "playbook_activities: they are not those of the commands"
    if ("playbook_types" in found) != ("playbook_activities" in found):
        yield "playbook_types: types and activities go together"
    for key in ("extension_definitions", "playbook_extensions"):
        if list(found[key]) != [EXTENSION]:
            yield f"{key}: it is not the extension of Tocsin"
    moments = [datetime.fromisoformat(found[key]) for key in ("created", "modified")]
    if moments[1] < moments[0]:
        yield "modified: it is before created"


def _null(found: object) -> bool:
    """Return whether null stands anywhere: what there is nothing to say of has no key."""
    inside = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else ()
    return found is None or any(map(_null, inside))


def _known(found: Mapping[str, Any]) -> Mapping[str, Any]:
    variables: Mapping[str, Any] = found["playbook_variables"]
    return variables
