"""The whole grammar of a playbook file, as frozen models; each description is what an editor shows for that key.

Rules kept here: unknown keys are refused and types are strict; a shorthand (`needs: [x]`, `wait: 2h`) becomes its long
form before it is checked, so that there is one form inside. Spans of time and expressions stay text here: the language
reads them, because it can say where in the file they are wrong. All of the grammar is here, also what the compiler
still refuses.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.json_schema import WithJsonSchema

from engine.domain.approval_parts import ApproveModel
from engine.domain.fields import FieldType
from engine.domain.notation import (
    Condition,
    DueText,
    Duration,
    Id,
    Join,
    Line,
    Name,
    Part,
    Prose,
    Scalar,
    Words,
    as_list,
)
from engine.domain.sensitivity import Sensitivity
from engine.domain.step_parts import (
    ConsultModel,
    KeepModel,
    NeedModel,
    RepeatModel,
    RetryModel,
    StartModel,
    UndoModel,
    WaitModel,
    as_starts,
)

KINDS = ("action", "task", "decision", "wait", "call")
"""The keys of which each step has exactly one; it says what kind of step it is."""

FAILURE_WORDS = ("continue", "stop")
"""What `on_failure` may say instead of naming steps."""

ColumnType = Literal["text", "number", "boolean", "datetime", "url", "choice", "person"]


class ColumnModel(Part):
    """One column of a table."""

    type: ColumnType = Field("text", description="What its cells hold.")
    optional: bool = Field(default=False, description="Whether a cell may be left empty.")
    options: list[str] = Field([], description="What can be chosen.")


def _as_columns(value: object) -> object:
    """Return columns in their long form; two of one name stay a list, which is refused as one."""
    names = value if isinstance(value, list) and all(isinstance(name, str) for name in value) else None
    return {name: {} for name in names} if names is not None and len(set(names)) == len(names) else value


Columns = Annotated[dict[Id, ColumnModel], BeforeValidator(_as_columns)]


class FieldModel(Part):
    """One typed field: an input of the playbook, or an answer in a form."""

    type: FieldType = Field(description="What it holds.")
    list: bool = Field(default=False, description="Whether it holds several; a list may grow while the incident runs.")
    optional: bool = Field(default=False, description="Whether it may be left empty.")
    default: Scalar | None = Field(None, description="What it is when nothing is given; `now` for a datetime.")
    options: tuple[str, ...] = Field(
        (), description="What can be chosen. Quote yes and no if other tools read this file."
    )
    min: float | None = Field(None, description="The least: elements of a list, characters of a text, or the number.")
    max: float | None = Field(None, description="The most: elements of a list, characters of a text, or the number.")
    hint: str = Field("", max_length=500, description="One sentence for whoever fills it in.")
    sensitivity: Sensitivity = Field(Sensitivity.INTERNAL, description="Who may see it.")
    revises: str | None = Field(None, description="The input that this answer revises, like inputs.anyone_minor.")
    columns: Columns = Field({}, description="The columns of a table: their names, or each with its type.")


TicketsText = Literal["ready", "all", "none"]


class RoleModel(Part):
    """A role that people hold; who holds it is said in the people file."""

    title: Line | None = Field(None, description="Its name for people.")
    required: bool = Field(
        default=False, description="Whether a vacant role is shown as something that needs a person."
    )
    else_: Id | None = Field(None, alias="else", description="The role that does its work while it is vacant.")


class SeparationModel(Part):
    """Roles that one person never holds together."""

    roles: Words = Field(min_length=1, description="The roles that are kept apart.")
    why: Line = Field(description="Why, in one sentence; it is told to whoever is refused.")


class StepModel(Part):
    """One step. Exactly one of action, task, decision, wait and call says what kind it is."""

    id: Id = Field(description="Its name in expressions: small letters, digits and _.")
    title: Line | None = Field(None, description="What people see, in a few words.")
    why: Prose | None = Field(None, description="Why it matters; shown with the task.")
    action: str | None = Field(None, description="What the engine does.")
    task: Prose | None = Field(None, description="What a person does. Becomes a ticket.")
    decision: Prose | None = Field(
        None, description="What a person decides. Without a form it asks yes or no, and why."
    )
    wait: WaitModel | None = Field(
        None, description="What is waited for: a duration, `until` a time, or until `known`."
    )
    call: Name | None = Field(None, description="The playbook that is run inside this one.")
    needs: list[NeedModel] = Field([], description="Steps, of any phase, that must have settled first.")
    when: Condition | None = Field(
        None,
        description='A condition, like inputs.anyone_minor == "no", or steps.ask.ended == "failed". Without {{ }}.',
    )
    for_each: Condition | None = Field(None, description="A list; the step is done once per element, named `item`.")
    max_parallel: int | None = Field(None, ge=1, le=100, description="How many elements at a time.")
    join: Join | None = Field(
        None, description="How many elements must be done for the step to count as done: all, any, or a number."
    )
    with_: dict[str, Any] | None = Field(None, alias="with", description="What the action is given.")
    owner: str | None = Field(None, description="The role that does the task.")
    by: Words | None = Field(None, min_length=1, description="The roles that may answer the decision.")
    consult: ConsultModel | None = Field(None, description="The roles that are asked for their view.")
    form: dict[Id, FieldModel] | None = Field(None, min_length=1, description="What is asked for, by name.")
    due: DueText | None = Field(
        None, description="A target between people: 15m, 2h, 5bd, 5bd in us-federal; or `deadline`, the law's."
    )
    timeout: Duration | None = Field(None, description="How long the action may take.")
    retry: RetryModel | None = Field(None, description="How often and how long it is tried, like `3 in 1m`.")
    repeat: RepeatModel | None = Field(None, description="Until when it is done again, how often and how many times.")
    approve: ApproveModel | None = Field(None, description="Who must approve it.")
    on_failure: Annotated[
        list[str],
        BeforeValidator(as_list),
        WithJsonSchema({"anyOf": [{"enum": ["continue", "stop"]}, {"type": "array", "items": {"type": "string"}}]}),
    ] = Field([], description="`continue`, `stop`, or the steps that run only then.")
    undo: UndoModel | None = Field(None, description="How it is taken back, or why it cannot be.")
    keep: dict[Id, KeepModel] | None = Field(
        None, description="What of the result is kept: a name, and its place in the result."
    )
    marks: Literal["contained"] | None = Field(None, description="What a yes to this decision means for the incident.")
    starts: Annotated[list[StartModel], BeforeValidator(as_starts)] | None = Field(
        None, min_length=1, description="The regimes whose clocks the answer starts."
    )
    stops: Words | None = Field(
        None, description="The stage of a regime that this step fulfils, like eu-gdpr.supervisory_authority."
    )
    controls: list[str] = Field([], description="The controls that this step gives evidence for.")
    sensitivity: Sensitivity = Field(Sensitivity.INTERNAL, description="Who may see this step.")
    follow_up: bool = Field(default=False, description="Whether it holds up neither its phase nor the closing.")
    tickets: TicketsText | None = Field(
        None, description="When it gets its ticket: once it is `ready`, with `all` others of its phase, or `none`."
    )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kind keys that are given; a good step has exactly one."""
        return tuple(kind for kind in KINDS if getattr(self, kind) is not None)


class OutputModel(Part):
    """What a playbook that is called gives back."""

    type: FieldType = Field(description="What it holds.")
    list: bool = Field(default=False, description="Whether it holds several.")
    from_: Condition = Field(alias="from", description="Where it is from: an expression, like steps.x.output.state.")
    sensitivity: Sensitivity = Field(Sensitivity.INTERNAL, description="Who may see it.")


class PhaseModel(Part):
    """A phase: its steps, and perhaps what opens it."""

    after: list[str] | None = Field(None, description="The phases that must have settled; [] opens it at once.")
    steps: list[StepModel] = Field(min_length=1, description="Its steps; what they need decides the order.")


class PhasesModel(Part):
    """The five phases; any of them may be left out."""

    contain: PhaseModel | None = Field(None, description="Stop it from spreading. Opens at once.")
    legal: PhaseModel | None = Field(None, description="Duties, notices, evidence. Opens at once.")
    communicate: PhaseModel | None = Field(None, description="Say what is true to whom it concerns. Opens at once.")
    harden: PhaseModel | None = Field(None, description="Close the way it took. Opens once contained.")
    review: PhaseModel | None = Field(None, description="Learn from it. Opens once resolved.")

    def present(self) -> dict[str, PhaseModel]:
        """Return the phases that the playbook has, in the order of the vocabulary."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: phase for name, phase in named.items() if phase is not None}


class Playbook(Part):
    """A playbook file."""

    tocsin: Literal[1] = Field(description="The version of this language.")
    playbook: Name = Field(description="Its name; the file is named after it.")
    title: Line = Field(description="Its name for people.")
    version: int = Field(ge=1, description="Counts up with each change.")
    description: Prose | None = Field(None, description="What it is for.")
    inputs: dict[Id, FieldModel] = Field({}, description="What is known when the incident is declared.")
    roles: dict[Id, RoleModel] = Field({}, description="Who takes part.")
    separation: list[SeparationModel] = Field([], description="Roles that one person never holds together.")
    deadlines: list[str] = Field([], description="The regimes whose deadlines may apply.")
    sensitivity: Sensitivity = Field(Sensitivity.INTERNAL, description="Who may see the incident.")
    tickets: TicketsText = Field("ready", description="When steps that do not say it themselves get their ticket.")
    phases: PhasesModel = Field(description="The phases and their steps.")
    outputs: dict[Id, OutputModel] = Field({}, description="What it gives back to a playbook that calls it.")
