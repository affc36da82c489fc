"""What only the engine that carries an incident writes."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.domain.events.shape import Event, Json, Lane


class SegmentBegan(Event):
    """The engine began a stretch of work; `lane` says how it is carried."""

    type: ClassVar[str] = "segment_began"
    number: int
    lane: Lane
    flow_run: str | None = None
    engine: str = ""
    unclean: bool = False
    """The engine before it ended without a word, so more may have been done than the timeline tells."""


class PhaseOpened(Event):
    """A phase opened."""

    type: ClassVar[str] = "phase_opened"
    phase: str


class PhaseSettled(Event):
    """Every step of a phase that holds it has settled."""

    type: ClassVar[str] = "phase_settled"
    phase: str


class IncidentAdvanced(Event):
    """The incident reached a state: contained, resolved, closed or cancelled (or declared again when reopened)."""

    type: ClassVar[str] = "incident_advanced"
    state: Literal["declared", "contained", "resolved", "closed", "cancelled"]
    because: str = ""


class StepSkipped(Event):
    """A step is not done, and why."""

    type: ClassVar[str] = "step_skipped"
    step: str
    because: str


class StepRevived(Event):
    """A skipped or blocked step is looked at again because what it read has changed."""

    type: ClassVar[str] = "step_revived"
    step: str
    because: str


class StepBlocked(Event):
    """A step cannot be done because one it needs did not succeed."""

    type: ClassVar[str] = "step_blocked"
    step: str
    because: str


class StepPrepared(Event):
    """What a step is about to do was written out once; `digest` is what an approval binds to."""

    type: ClassVar[str] = "step_prepared"
    step: str
    digest: str
    params: Json
    purpose: Literal["do", "undo"] = "do"
    authors: tuple[str, ...] = ()
    """The people who wrote or last changed what is in it; none of them may approve it."""


class CallBegan(Event):
    """A called playbook begins, with what was written out for it; again when one of its steps is tried again."""

    type: ClassVar[str] = "call_began"
    step: str
    playbook: str
    playbook_version: int


class StepSpread(Event):
    """A step is done once for each of these further elements; the first instance is number 1."""

    type: ClassVar[str] = "step_spread"
    step: str
    items: list[Json]


class StepDone(Event):
    """A step that a person or time does was finished."""

    type: ClassVar[str] = "step_done"
    step: str
    output: dict[str, Json] = Field(default_factory=dict)


class RoundEnded(Event):
    """A round of a step that repeats is over, and the step is not: it is done again at that instant."""

    type: ClassVar[str] = "round_ended"
    step: str
    round: int
    output: dict[str, Json] = Field(default_factory=dict)
    again: str


class StepDeclined(Event):
    """A step was turned down by a person who may."""

    type: ClassVar[str] = "step_declined"
    step: str
    ask: str
    because: str = ""


class StepFailed(Event):
    """A step failed without an act that did: what it needs could not be written out, or its rounds are used up."""

    type: ClassVar[str] = "step_failed"
    step: str
    because: str


class StepCancelled(Event):
    """A step was ended with the incident."""

    type: ClassVar[str] = "step_cancelled"
    step: str


class MomentMarked(Event):
    """A step that marks a moment was answered yes."""

    type: ClassVar[str] = "moment_marked"
    moment: str
    step: str


class AskOpened(Event):
    """Somebody is asked for something. `digest` is what an approval binds to."""

    type: ClassVar[str] = "ask_opened"
    ask: str
    kind: Literal["task", "decision", "approval", "view"]
    step: str
    by: list[str]
    quorum: int = 1
    digest: str = ""
    requesters: tuple[str, ...] = ()
    due: str | None = None
    due_text: str = ""
    round: int = 1
    purpose: Literal["do", "undo"] = "do"
    ratifies: str = ""
    """The approval without which somebody went ahead."""


class AskClosed(Event):
    """An ask ended without an answer that counts: voided, expired, cancelled, or superseded."""

    type: ClassVar[str] = "ask_closed"
    ask: str
    because: str


class EffectIntended(Event):
    """The engine is about to act on the world; committed before the call."""

    type: ClassVar[str] = "effect_intended"
    key: str
    kind: str
    subject: str
    attempt: int = 1
    digest: str = ""
    started: str = ""
    """The real instant of this attempt."""
    round: int = 0
    """Which round of a step that repeats; 0: of one that does not."""


class EffectDone(Event):
    """The act is done, or was found done (`adopted`)."""

    type: ClassVar[str] = "effect_done"
    key: str
    kind: str
    subject: str
    result: dict[str, Json] = Field(default_factory=dict)
    unkept: list[str] = Field(default_factory=list)
    """A sentence for each name under which nothing of the result could be kept."""
    adopted: bool = False
    attempt: int = 1
    task_run: str | None = None


class EffectFailed(Event):
    """The act was not done; with `retry_at` (real time) it is tried again, without it is given up.

    `unsure`: it may have been done, and is looked up before it is tried again. `early`: nothing is wrong, its turn at
    the far side had not come.
    """

    type: ClassVar[str] = "effect_failed"
    key: str
    kind: str
    subject: str
    message: str
    hint: str = ""
    retry_at: str | None = None
    unsure: bool = False
    early: bool = False
    attempt: int = 1
    task_run: str | None = None


class EffectUnconfirmed(Event):
    """It cannot be told whether the act was done; a person must say."""

    type: ClassVar[str] = "effect_unconfirmed"
    key: str
    kind: str
    subject: str
    message: str
    attempt: int = 1
    task_run: str | None = None


class TimerSet(Event):
    """A moment is waited for; `clock` says whether it is story time or real time."""

    type: ClassVar[str] = "timer_set"
    timer: str
    due: str
    clock: Literal["story", "real"] = "story"
    purpose: str


class AskReminded(Event):
    """People were reminded of what they are asked, when that share of the time to its due had passed."""

    type: ClassVar[str] = "ask_reminded"
    ask: str
    step: str
    share: int
    people: list[str]


class PersonCalled(Event):
    """A person is called for an ask that nobody answers; `pagers` says by what, besides the chat."""

    type: ClassVar[str] = "person_called"
    ask: str
    step: str
    person: str
    level: int
    because: Literal["unacknowledged", "overdue"]
    pagers: list[str] = Field(default_factory=list)


class TargetMissed(Event):
    """An ask was not answered by its due time."""

    type: ClassVar[str] = "target_missed"
    ask: str
    step: str
    due: str


class TrackerCaughtUp(Event):
    """The tracker, away for a while, has everything again: what was made late, as `kind subject`."""

    type: ClassVar[str] = "tracker_caught_up"
    since: str
    late: list[str]
    keys: list[str]
