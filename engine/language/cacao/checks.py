"""What is wrong with a CACAO file, each by the name of its rule.

Rules kept here: everything is named at once, with the step it is about; the published schemas let most of this through
(links that lead nowhere, steps that nothing leads to, circles), so it is checked here from the specification's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.errors import PlaybookError
from engine.language.cacao.vocabulary import IDENTIFIER, REQUIRED, SPEC_VERSION, STEP_TYPES, TIMESTAMP

NEXT = ("on_completion", "on_success", "on_failure", "on_true", "on_false")
MOST = 2000
"""Steps that one file may have."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong. `place` is the step's identifier, or the key of the file."""

    rule: str
    place: str
    message: str


class CacaoError(PlaybookError):
    """The file cannot be read as a CACAO playbook."""

    default_hint = "Mend it in the tool that wrote it; nothing was written here."

    def __init__(self, found: list[Fault], *, path: str) -> None:
        self.faults = tuple(found)
        more = f" And {len(found) - 1} more." if len(found) > 1 else ""
        super().__init__((), message=f"{path}: {found[0].place} ({found[0].rule}): {found[0].message}.{more}")


def faults(found: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a file; its steps are looked at once its frame is right."""
    frame = list(_frame(found))
    if frame:
        return frame
    workflow: Mapping[str, Any] = found["workflow"]
    shape = [fault for name, step in workflow.items() for fault in _shape(name, step)]
    if shape:
        return shape
    links = [*_dangling(found, workflow), *_agents(found, workflow)]
    return links or [*_unreachable(found, workflow), *_circles(workflow)]


def leads_to(step: Mapping[str, Any]) -> list[str]:
    """Return the steps that one leads to."""
    several = [*(step.get("next_steps") or ()), *mapping(step.get("cases")).values()]
    return [str(step[key]) for key in NEXT if key in step] + [str(name) for name in several]


def mapping(value: object) -> Mapping[str, Any]:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _frame(found: Mapping[str, Any]) -> Iterator[Fault]:
    for key in REQUIRED:
        if key not in found:
            yield Fault("missing", key, f"`{key}` is missing")
    if found.get("type") != "playbook":
        yield Fault("not_a_playbook", "type", "this is no CACAO playbook")
    if found.get("spec_version", SPEC_VERSION) != SPEC_VERSION:
        yield Fault("spec_version", "spec_version", f"only {SPEC_VERSION} is read")
    for key in ("created", "modified"):
        if key in found and not TIMESTAMP.fullmatch(str(found[key])):
            yield Fault("timestamp", key, "a moment ends in Z and has no other zone")
    for key in ("id", "created_by", "workflow_start"):
        if key in found and not IDENTIFIER.fullmatch(str(found[key])):
            yield Fault("identifier", key, f"{found[key]} is no identifier")
    workflow = found.get("workflow", {})
    if not isinstance(workflow, Mapping) or not workflow:
        yield Fault("workflow", "workflow", "there are no steps")
    elif len(workflow) > MOST:
        yield Fault("workflow", "workflow", f"there are more than {MOST} steps")


def _shape(name: str, step: object) -> Iterator[Fault]:
    if not isinstance(step, Mapping):
        yield Fault("step", name, "it is no object")
        return
    kind = step.get("type")
    if kind not in STEP_TYPES:
        yield Fault("step_type", name, f"{kind} is no type of a step")
    if not IDENTIFIER.fullmatch(name) or not name.startswith(f"{kind}--"):
        yield Fault("identifier", name, f"its identifier does not begin with {kind}--, or is none")
    if not isinstance(step.get("cases", {}), Mapping) or not _listed(step.get("next_steps", [])):
        yield Fault("step", name, "what it leads to is written wrong")
    needed = {"action": "commands", "parallel": "next_steps", "switch-condition": "cases", "if-condition": "on_true"}
    key = needed.get(str(kind), "on_true" if kind == "while-condition" else "")
    if key and not step.get(key):
        yield Fault("missing", name, f"`{key}` is missing")
    commands = step.get("commands", [])
    if not _listed(commands) or not all(isinstance(one, Mapping) and one.get("type") for one in commands):
        yield Fault("commands", name, "a command has no type")
    if kind == "end" and leads_to(step):
        yield Fault("end", name, "an end leads to nothing")


def _listed(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _dangling(found: Mapping[str, Any], workflow: Mapping[str, Any]) -> Iterator[Fault]:
    for key in ("workflow_start", "workflow_exception"):
        if key in found and str(found[key]) not in workflow:
            yield Fault("dangling", key, f"{found[key]} is no step of this file")
    for name, step in workflow.items():
        for other in leads_to(step):
            if other not in workflow:
                yield Fault("dangling", name, f"it leads to {other}, which is no step of this file")


def _agents(found: Mapping[str, Any], workflow: Mapping[str, Any]) -> Iterator[Fault]:
    known = {*mapping(found.get("agent_definitions")), *mapping(found.get("target_definitions"))}
    for name, step in workflow.items():
        targets = step.get("targets")
        named = [*([step["agent"]] if "agent" in step else []), *(targets if _listed(targets) else ())]
        for other in map(str, named):
            if other not in known and not other.startswith("__"):
                yield Fault("dangling", name, f"it names {other}, which is defined nowhere in this file")


def _unreachable(found: Mapping[str, Any], workflow: Mapping[str, Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    left = [str(found[key]) for key in ("workflow_start", "workflow_exception") if key in found]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += leads_to(workflow[name])
    for name in workflow:
        if name not in seen:
            yield Fault("unreachable", name, "nothing leads to it")


def _circles(workflow: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the steps that lead back to themselves, but through the body of a `while-condition`."""
    state: dict[str, int] = {}
    for first in workflow:
        path = [(first, iter(_ahead(workflow[first])))] if first not in state else []
        state.setdefault(first, 1)
        while path:
            name, following = path[-1]
            other = next(following, None)
            if other is None:
                state[name] = 2
                path.pop()
            elif state.get(other) == 1:
                yield Fault("circle", name, f"it leads back to {other}, and no while-condition says how often")
            elif other not in state:
                state[other] = 1
                path.append((other, iter(_ahead(workflow[other]))))


def _ahead(step: Mapping[str, Any]) -> list[str]:
    body = step.get("on_true") if step.get("type") == "while-condition" else None
    return [name for name in leads_to(step) if name != body]
