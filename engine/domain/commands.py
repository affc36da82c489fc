"""What people ask of an incident, whatever way they came in: one closed set of commands.

Rule kept here: a command holds what was typed, not yet checked; `engine.domain.intake` turns it into events or
into a refusal that teaches.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.domain.events.shape import Verdict

SHOWS_OWN_TIMES = frozenset({"slack", "jira"})


class Who(BaseModel):
    """The person who acts, the way they came in, and how sure that is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    via: str = "cli"
    strength: str = "local-shell"
    """slack-signed, jira-account, oidc, api-token, local-shell, or prefect-api, which says nothing of who it was."""
    zone: str | None = None
    """The person's own time zone: the incident's, where they declare one."""

    @property
    def typing_zone(self) -> str | None:
        """The zone of a moment typed without one: the person's, where they are shown times in their own; else none."""
        return self.zone if self.via in SHOWS_OWN_TIMES else None


class Command(BaseModel):
    """Something a person asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(Command):
    """Answer what is asked: `target` is a step, an instance or an ask; `values` are the form as typed."""

    kind: Literal["answer"] = "answer"
    target: str
    verdict: Verdict = "answer"
    values: dict[str, Any] = Field(default_factory=dict)
    reason: str = ""


class Acknowledge(Command):
    """Say that one is on it: `target` is a step, an instance or an ask. It answers nothing."""

    kind: Literal["acknowledge"] = "acknowledge"
    target: str


class BreakGlass(Command):
    """Go ahead alone with what waits for an approval: `target` is a step, an instance or the approval."""

    kind: Literal["break_glass"] = "break_glass"
    target: str
    reason: str


class ReviseFact(Command):
    """Set or change a fact, with a reason."""

    kind: Literal["fact"] = "fact"
    name: str
    value: Any
    reason: str


class AddToFact(Command):
    """Let a list fact grow."""

    kind: Literal["add"] = "add"
    name: str
    values: list[Any]
    reason: str = ""


class AssignRole(Command):
    """Give a role to people, the first one first; to none: to whoever is on call, else to its list."""

    kind: Literal["assign"] = "assign"
    role: str
    people: list[str]
    reason: str = ""


class AddNote(Command):
    """Put a remark on the timeline."""

    kind: Literal["note"] = "note"
    text: str
    sensitivity: Literal["internal", "restricted", "privileged"] = "internal"


class AnswerReview(Command):
    """Answer the review's questions; anonymously, the answer keeps no name."""

    kind: Literal["review"] = "review"
    answers: dict[str, str]
    anonymous: bool = False


class SkipStep(Command):
    """Leave a step undone, with a reason."""

    kind: Literal["skip"] = "skip"
    step: str
    reason: str


class MoveTarget(Command):
    """Move the target of what is asked: `due` as typed; a ticket and its change, where it was moved in the tracker."""

    kind: Literal["target"] = "target"
    step: str
    due: str
    reason: str = ""
    ticket: str = ""
    change_id: str = ""


class RedoStep(Command):
    """Have a person's finished step done again."""

    kind: Literal["redo"] = "redo"
    step: str
    reason: str = ""


class RetryStep(Command):
    """Try a failed or declined step again."""

    kind: Literal["retry"] = "retry"
    step: str
    reason: str = ""


class ResolveStep(Command):
    """Say what became of an unconfirmed or failed step."""

    kind: Literal["resolve"] = "resolve"
    step: str
    outcome: Literal["done", "failed", "retry"]
    reason: str


class UndoStep(Command):
    """Take back what a step did."""

    kind: Literal["undo"] = "undo"
    step: str
    reason: str = ""


class CancelIncident(Command):
    """End the incident before its end, with or without taking back what was done."""

    kind: Literal["cancel"] = "cancel"
    reason: str
    undo: bool = False


class CloseIncident(Command):
    """Close the incident although something is open."""

    kind: Literal["close"] = "close"
    reason: str


class ReopenIncident(Command):
    """Open a closed incident again."""

    kind: Literal["reopen"] = "reopen"
    reason: str


class HoldIncident(Command):
    """Stop everything automatic at once, until somebody releases it."""

    kind: Literal["hold"] = "hold"
    reason: str = ""


class ReleaseIncident(Command):
    """Let everything automatic go on."""

    kind: Literal["release"] = "release"
    reason: str = ""


class OfferHandover(Command):
    """Offer the command to somebody; without a summary, where the incident stands is written down for them."""

    kind: Literal["handover"] = "handover"
    to: str
    note: str = ""
    summary: list[str] = Field(default_factory=list)


class AcceptHandover(Command):
    """Take the command that one is offered; a number binds it to that offer."""

    kind: Literal["accept"] = "accept"
    number: int = 0


class DeclineHandover(Command):
    """Do not take the command that one is offered."""

    kind: Literal["decline_handover"] = "decline_handover"
    reason: str
    number: int = 0


class ExcludePerson(Command):
    """Keep somebody out of the incident: because they are in it themselves, or for another reason that stays here."""

    kind: Literal["exclude"] = "exclude"
    person: str
    reason: str


class AdmitPerson(Command):
    """Let somebody who was kept out take part again."""

    kind: Literal["admit"] = "admit"
    person: str
    reason: str = ""


class MigrateIncident(Command):
    """Let the incident follow another version of its playbook: `text` is all of it, `inputs` what it asks anew."""

    kind: Literal["migrate"] = "migrate"
    text: str
    reason: str
    inputs: dict[str, Any] = Field(default_factory=dict)


AnyCommand = Annotated[
    Answer | BreakGlass | AnswerReview | ReviseFact | AddToFact | AssignRole | AddNote | SkipStep | RetryStep
    | ResolveStep
    | MoveTarget | RedoStep | UndoStep | CancelIncident | CloseIncident | ReopenIncident | Acknowledge | HoldIncident
    | ReleaseIncident | OfferHandover | AcceptHandover | DeclineHandover | ExcludePerson | AdmitPerson
    | MigrateIncident,
    Field(discriminator="kind"),
]  # fmt: skip
