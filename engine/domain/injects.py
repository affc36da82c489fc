"""What a rehearsal brings: everything that people can say to an incident, and what is true for a time.

Rules kept here: an inject does one thing, which is a key; whoever does it stands under `by`, why under `reason`,
whatever it is. Everything that people can say to a real incident has its key here, and is judged in the same way.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import WithJsonSchema

from engine.domain.durations import DURATION_PATTERN
from engine.domain.notation import Id, Line, Part, Prose, Words

PERSON_PATTERN = r"^[a-z][a-z0-9_.-]{0,59}$"
SHORT = {"answer": "step", "ack": "step", "alone": "step", "skip": "step", "retry": "step", "redo": "step",
         "resolve": "step", "undo": "step", "note": "text", "cancel": "reason", "handover": "to", "exclude": "person",
         "admit": "person", "migrate": "to"}  # fmt: skip
"""Of deeds that may be written short: what a lone word of theirs says."""
WITH_REASON = frozenset(SHORT) - {"ack", "note", "cancel", "handover"}
"""Those of them whose reason may stand beside."""
DEEDS = ("add", "fact", "outage", "asleep", "decline", "alone", "skip", "retry", "resolve", "undo", "assign", "note",
         "hold", "release", "cancel", "close", "answer", "ack", "due", "redo", "handover", "accept", "exclude", "admit",
         "migrate", "review", "reopen")  # fmt: skip
"""The keys of which each inject has exactly one."""
STEP_DEEDS = ("alone", "skip", "retry", "redo", "resolve", "undo", "due")
"""Those that name a step."""

Person = Annotated[str, StringConstraints(pattern=PERSON_PATTERN)]
When = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^({DURATION_PATTERN}|0s)$"})]
"""A span since the beginning."""
WHY = "It is rehearsed."


class SaysModel(Part):
    """Something that somebody declines."""

    approval: str | None = Field(
        None,
        description="The step whose approval is declined, now or once it is asked for; left out: the command that one "
        "is offered.",
    )
    reason: Line = Field(description="Why.")


class AckModel(Part):
    """What is asked, and somebody is on it."""

    step: str = Field(description="The step, as under `answers`.")


class StepReasonModel(Part):
    """A step, and why something is done with it."""

    step: str = Field(description="The step, or its instance.")
    reason: Line = Field(WHY, description="Why.")


class ResolveModel(StepReasonModel):
    """What became of a step that failed, or of which nobody could tell."""

    outcome: Literal["done", "failed", "retry"] = Field("done", description="What became of it.")


class DueModel(StepReasonModel):
    """A target that is moved."""

    to: When = Field(description="The new target, from the beginning.")


class AnswerDeed(Part):
    """Something that somebody says to what is asked, also once more."""

    step: str = Field(description="The step, as under `answers`: approve/STEP for its approval.")
    verdict: Literal["answer", "done", "yes", "no", "approve", "decline"] | None = Field(
        None, description="What they say, where it is not a form alone."
    )
    values: dict[Id, Any] = Field({}, description="What they fill in; the rest of the form is made up.")
    reason: str = Field("", description="Why.")
    role: str | None = Field(None, description="The role whose view it is, of somebody who holds several.")


class NoteModel(Part):
    """A remark on the timeline."""

    text: Prose = Field(description="The remark.")
    sensitivity: Literal["internal", "restricted", "privileged"] = Field("internal", description="Who may read it.")


class CancelModel(Part):
    """The end of an incident before its end."""

    reason: Line = Field(description="Why.")
    undo: bool = Field(default=False, description="Whether what was done is taken back.")


class HandoverModel(Part):
    """The command, offered to somebody."""

    to: Person = Field(description="The person of the cast to whom it is offered.")
    note: str = Field("", description="What they need to know.")


class PersonModel(Part):
    """Somebody who is kept out, or let back in."""

    person: Person = Field(description="The person of the cast.")
    reason: Line = Field(WHY, description="Why.")


class MigrateModel(Part):
    """Another version of the playbook."""

    to: Line = Field(description="The file of the other version, from the folder of this file.")
    reason: Line = Field(WHY, description="Why.")
    inputs: dict[Id, Any] = Field({}, description="What the other version asks anew.")


class ReviewModel(Part):
    """Answers to the questions of the review."""

    answers: dict[Id, Prose] = Field(description="What is written, by question.")
    anonymous: bool = Field(default=False, description="Whether the answer keeps no name.")


class InjectModel(Part):
    """Something that happens meanwhile. Exactly one key says what."""

    at: When = Field(description="When, from the beginning, like 2h.")
    by: str | None = Field(None, description="The person or role who does it; the commander when left out.")
    until: When | None = Field(None, description="The end of an outage or a sleep, from the beginning.")
    reason: str = Field("", description="Why.")
    refused: bool | str = Field(
        default=False, description="Whether it must be refused, or the name of the rule by which; else it must not be."
    )
    add: dict[Id, Any] | None = Field(None, description="A list that grows: its input, and what is added.")
    fact: dict[Id, Any] | None = Field(None, description='Facts that are revised; "" withdraws one.')
    outage: Line | None = Field(None, description="What is down: chat, tracker, pager, or part of an address.")
    asleep: Person | None = Field(None, description="Somebody who sleeps until then, and can be woken by a page alone.")
    decline: SaysModel | None = Field(None, description="An approval that is declined, or the command.")
    answer: AnswerDeed | None = Field(None, description="An answer, also one that takes the place of another.")
    ack: AckModel | None = Field(None, description="A step of which somebody says to be on it.")
    alone: StepReasonModel | None = Field(None, description="A step with which somebody goes ahead alone, unapproved.")
    skip: StepReasonModel | None = Field(None, description="A step that is left out.")
    retry: StepReasonModel | None = Field(None, description="A step that is tried again.")
    redo: StepReasonModel | None = Field(None, description="A person's step that is asked again, though it was done.")
    resolve: ResolveModel | None = Field(None, description="What became of a step that nobody could tell.")
    undo: StepReasonModel | None = Field(None, description="A step that is taken back.")
    due: DueModel | None = Field(None, description="A step whose target is moved.")
    assign: dict[Id, Words] | None = Field(
        None, description="Roles that are given to people; to none: to those of the cast who hold it."
    )
    exclude: PersonModel | None = Field(None, description="Somebody who is kept out of the incident.")
    admit: PersonModel | None = Field(None, description="Somebody who is let back in.")
    handover: HandoverModel | None = Field(None, description="The person to whom the command is offered.")
    accept: Literal[True] | None = Field(None, description="Whoever is offered the command takes it.")
    note: NoteModel | None = Field(None, description="A remark on the timeline.")
    review: ReviewModel | None = Field(None, description="Answers to the questions of the review.")
    hold: Line | None = Field(None, description="Everything automatic stops; why.")
    release: Line | None = Field(None, description="Everything automatic goes on; why.")
    cancel: CancelModel | None = Field(None, description="The incident is ended before its end; why.")
    close: Line | None = Field(None, description="The incident is closed although something is open; why.")
    reopen: Line | None = Field(None, description="The closed incident is opened again; why.")
    migrate: MigrateModel | None = Field(None, description="The incident follows another version of its playbook.")

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, value: object) -> object:
        """Take a lone word for what a deed names, and a reason that stands beside the deed as that of the deed."""
        if not isinstance(value, dict):
            return value
        long = {deed: {key: value[deed]} for deed, key in SHORT.items() if isinstance(value.get(deed), str)}
        value = value | long
        if value.get("reason"):
            said = {deed: value[deed] for deed in WITH_REASON if isinstance(value.get(deed), dict)}
            value |= {deed: {"reason": value["reason"], **given} for deed, given in said.items()}
        return value

    @property
    def deeds(self) -> tuple[str, ...]:
        """Return the deeds that are given; a good inject has exactly one."""
        return tuple(deed for deed in DEEDS if getattr(self, deed) is not None)

    @property
    def step(self) -> str:
        """Return the step that it is about; empty where it is about none."""
        said = (getattr(self, deed) for deed in (*STEP_DEEDS, "answer", "ack"))
        return next((str(one.step) for one in said if one is not None), "")

    @property
    def judged(self) -> bool:
        """Whether it is judged when it is brought: nothing that is true for a time is, nor what waits to be asked."""
        return not self.outage and not self.asleep and not (self.decline and self.decline.approval)
