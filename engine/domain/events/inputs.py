"""What comes from people, trackers, chats and clocks: always accepted at the end of the timeline."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.domain.events.shape import InputEvent, Json, OnCall, Verdict


class IncidentDeclared(InputEvent):
    """An incident began: playbook, first facts, who holds which role."""

    type: ClassVar[str] = "incident_declared"
    incident: str
    playbook: str
    playbook_version: int
    digest: str
    title: str
    inputs: dict[str, Json]
    roles: dict[str, list[str]]
    zone: str = "UTC"
    exercise: bool = False
    dedup_key: str | None = None
    conductor: int = 1
    on_call: dict[str, OnCall] = Field(default_factory=dict)
    """Role -> what came of its rota, for roles that have one."""
    kept_apart: dict[str, list[str]] = Field(default_factory=dict)
    """Role -> whom it passed over, since they hold a role that is kept apart from it."""


class FactRevised(InputEvent):
    """A fact was set or changed, with a reason."""

    type: ClassVar[str] = "fact_revised"
    name: str
    value: Json
    reason: str = ""


class FactAdded(InputEvent):
    """A list fact grew by these elements."""

    type: ClassVar[str] = "fact_added"
    name: str
    values: list[Json]
    reason: str = ""


class AskAnswered(InputEvent):
    """A person answered what they were asked."""

    type: ClassVar[str] = "ask_answered"
    ask: str
    verdict: Verdict
    values: dict[str, Json] = Field(default_factory=dict)
    reason: str = ""
    without: list[str] = Field(default_factory=list)
    """The roles whose view was asked for and not there."""


class AskAcknowledged(InputEvent):
    """A person is on what is asked; it stays open until it is answered."""

    type: ClassVar[str] = "ask_acknowledged"
    ask: str


class AnswerRefused(InputEvent):
    """Somebody tried to act and was refused; the rule says why."""

    type: ClassVar[str] = "answer_refused"
    command: str
    step: str | None = None
    ask: str | None = None
    rule: str
    message: str


class NoteAdded(InputEvent):
    """A person put a remark on the timeline."""

    type: ClassVar[str] = "note_added"
    text: str
    sensitivity: str = "internal"


class RoleAssigned(InputEvent):
    """A role went to these people, the first one first."""

    type: ClassVar[str] = "role_assigned"
    role: str
    people: list[str]
    reason: str = ""
    on_call: OnCall | None = None
    """What came of the role's rota, where it was asked."""


class SkipOrdered(InputEvent):
    """A person decided that a step is not done."""

    type: ClassVar[str] = "skip_ordered"
    step: str
    reason: str


class RedoOrdered(InputEvent):
    """A person said that a person's finished step is not done after all."""

    type: ClassVar[str] = "redo_ordered"
    step: str
    reason: str = ""


class TargetMoved(InputEvent):
    """A person moved the target of what is asked; `change_id` is the tracker's, where it was moved there."""

    type: ClassVar[str] = "target_moved"
    ask: str
    due: str
    reason: str = ""
    ticket: str = ""
    change_id: str = ""


class RetryOrdered(InputEvent):
    """A person asked for a failed step to be tried again."""

    type: ClassVar[str] = "retry_ordered"
    step: str
    reason: str = ""


class StepResolved(InputEvent):
    """A person settled a step whose outcome was unconfirmed or failed."""

    type: ClassVar[str] = "step_resolved"
    step: str
    outcome: Literal["done", "failed", "retry"]
    reason: str


class UndoOrdered(InputEvent):
    """A person asked for a finished step to be taken back."""

    type: ClassVar[str] = "undo_ordered"
    step: str
    reason: str = ""


class CancelOrdered(InputEvent):
    """A person ended the incident before its end; `undo` also takes back what was done."""

    type: ClassVar[str] = "cancel_ordered"
    reason: str
    undo: bool = False


class CloseOrdered(InputEvent):
    """A person closed the incident although something was still open."""

    type: ClassVar[str] = "close_ordered"
    reason: str


class ReopenOrdered(InputEvent):
    """A person opened a closed incident again."""

    type: ClassVar[str] = "reopen_ordered"
    reason: str


class HoldOrdered(InputEvent):
    """A person stopped everything automatic until somebody releases it."""

    type: ClassVar[str] = "hold_ordered"
    reason: str = ""


class HoldReleased(InputEvent):
    """A person let everything automatic go on."""

    type: ClassVar[str] = "hold_released"
    reason: str = ""


class HandoverOffered(InputEvent):
    """A commander offered the command to somebody, with what they need to know and where it stood."""

    type: ClassVar[str] = "handover_offered"
    number: int
    to: str
    note: str = ""
    summary: list[str] = Field(default_factory=list)


class HandoverAccepted(InputEvent):
    """Whoever was offered the command took it; the role is assigned with it."""

    type: ClassVar[str] = "handover_accepted"
    number: int


class HandoverDeclined(InputEvent):
    """Whoever was offered the command did not take it, and why."""

    type: ClassVar[str] = "handover_declined"
    number: int
    reason: str


class PersonExcluded(InputEvent):
    """A person was kept out of the incident: they hold no role, see nothing of it and are shown nowhere in it."""

    type: ClassVar[str] = "person_excluded"
    person: str
    reason: str


class PersonAdmitted(InputEvent):
    """A person who was kept out may take part again; their roles are not given back by that."""

    type: ClassVar[str] = "person_admitted"
    person: str
    reason: str = ""


class TimerFired(InputEvent):
    """A moment that was waited for has come; `late` is how many seconds after it was due."""

    type: ClassVar[str] = "timer_fired"
    timer: str
    late: int = 0


class TicketChanged(InputEvent):
    """A person changed a ticket in a way that does not answer it; what is `..._unaccepted` is put back, or left."""

    type: ClassVar[str] = "ticket_changed"
    ticket: str
    ask: str | None = None
    change: Literal[
        "closed_unaccepted",
        "reopened",
        "reopened_unaccepted",
        "reassigned",
        "reassigned_unaccepted",
        "redated",
        "redated_unaccepted",
        "attached_unaccepted",
        "commented",
    ]
    detail: str = ""
    person: str | None = None
    """Whose ticket it is now, of those that Tocsin knows."""
    change_id: str = ""
    """The tracker's id of the change."""


class TicketTwinFound(InputEvent):
    """Two tickets were made for one thing; the older one stays."""

    type: ClassVar[str] = "ticket_twin_found"
    ticket: str
    stays: str


class ReviewAnswered(InputEvent):
    """Somebody who took part answered the review's questions; an anonymous answer is by `anonymous`."""

    type: ClassVar[str] = "review_answered"
    answers: dict[str, str]
    """Question -> what was written; what was left out is not in it."""
    anonymous: bool = False


class LossAccepted(InputEvent):
    """A person accepted that events known outside the database are gone."""

    type: ClassVar[str] = "loss_accepted"
    known_seq: int
    known_hash: str
    reason: str
