"""The state of an incident: what its timeline adds up to.

Rules kept here: a value, made only by `engine.domain.fold`; it knows no plan and no clock; a step without
an entry is *waiting*. Step instances are named `step`, or `step[1]`, `step[2]` ... for a step that is done once
per element (counted from 1, as people count); what a called playbook does is named by its path: `takedown[2]/draft`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain.lifecycle import IncidentStatus, PhaseStatus, StepStatus
from engine.domain.naming import act_key, base_id, effect_key, instance_id, instance_number, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.ask import Ask
    from engine.domain.clocks import Clock, Fulfilment
    from engine.domain.events.shape import Json, OnCall
    from engine.domain.steering import Handover, Hold, Migration

__all__ = ["act_key", "base_id", "effect_key", "instance_id", "instance_number", "scope_of"]
"""Names, defined beside."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The latest value of a fact, from when, by whom, and how often it was given; the timeline has the earlier ones."""

    value: Json
    at: datetime
    by: str
    given: int = 1


@dataclass(frozen=True, slots=True)
class Effect:
    """An act on the world: intended, done, retrying, failed or unconfirmed."""

    key: str
    kind: str
    subject: str
    status: str
    attempt: int
    intended_at: datetime
    result: Mapping[str, Json] = field(default_factory=dict)
    message: str = ""
    retry_at: str | None = None
    adopted: bool = False
    unsure: bool = False
    """It may have been done, and is looked up before it is tried again."""
    settled_at: datetime | None = None
    delayed: datetime | None = None
    """When it first did not work, until people are told that it did in the end."""
    round: int = 0
    """Which round of a step that repeats; 0: of one that does not."""
    started: str = ""
    """The real instant of the first attempt, as ISO 8601: nothing of it can be older at the far side."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, or one instance of a step that is done once per element."""

    id: str
    status: StepStatus = StepStatus.WAITING
    because: str = ""
    output: Mapping[str, Json] | None = None
    digest: str = ""
    params: Json = None
    undo_digest: str = ""
    undo_params: Json = None
    authors: tuple[str, ...] = ()
    ask: str | None = None
    """The task or decision."""
    approval: str | None = None
    attempts: int = 0
    resets: int = 0
    """How often a person had it tried again."""
    round: int = 0
    """How often a person was asked, or how often the act of a step that repeats was done."""
    approvals: int = 0
    by_hand: bool = False
    accepted: bool = False
    """A person accepted that it failed."""
    opened: bool = False
    """The playbook that it calls has begun."""
    undo_ordered: bool = False
    redo: bool = False
    """A person said that it is not done after all."""
    began_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase and when it opened and settled."""

    status: PhaseStatus
    opened_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerState:
    """A moment that is, or was, waited for."""

    due: str
    clock: str
    purpose: str
    fired: bool = False

    @property
    def at(self) -> datetime:
        """When it is due."""
        return datetime.fromisoformat(self.due)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the engine's work and how it was carried."""

    number: int
    lane: str
    flow_run: str | None


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """What a person did to a ticket and is not taken, and why: closing it, re-dating it ..."""

    ask: str
    ticket: str
    why: str
    change: str = "closed_unaccepted"


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody who took part answered in the review."""

    by: str
    at: datetime
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who keeps somebody out of the incident, since when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Everything the timeline says so far."""

    id: str
    playbook: str
    playbook_version: int
    digest: str
    title: str
    declared_at: datetime
    declared_by: str
    zone: str
    exercise: bool
    facts: Mapping[str, Fact]
    roles: Mapping[str, tuple[str, ...]]
    on_call: Mapping[str, OnCall] = field(default_factory=dict)
    """Role -> what came of its rota, while it holds."""
    kept_apart: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Role -> whom it passed over at the beginning, since they hold a role that is kept apart from it."""
    status: IncidentStatus = IncidentStatus.DECLARED
    phases: Mapping[str, Phase] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    spreads: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    asks: Mapping[str, Ask] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    timers: Mapping[str, TimerState] = field(default_factory=dict)
    unaccepted: Sequence[Unaccepted] = ()
    twins: Mapping[str, str] = field(default_factory=dict)
    """Tickets that were made twice: the younger one, and the one that stays."""
    early: Mapping[str, str] = field(default_factory=dict)
    """Whom people gave the ticket of a step that is not asked yet, as `Ask.given_to` has it."""
    heard: Mapping[str, str] = field(default_factory=dict)
    """The newest change of a ticket that the timeline knows: `SEC-12:due` -> the tracker's id of it."""
    reviews: tuple[Review, ...] = ()
    """A person's later answer takes the place of the one before; anonymous ones all stay."""
    moments: Mapping[str, datetime] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    """The clocks of regimes that run."""
    fulfilled: Mapping[str, Fulfilment] = field(default_factory=dict)
    """`regime.stage` -> the duty that was fulfilled."""
    segments: Sequence[Segment] = ()
    cancelling: bool = False
    undoing: bool = False
    closing: bool = False
    reopened: bool = False
    """A person opened it again: a person closes it again."""
    advanced_at: Mapping[str, datetime] = field(default_factory=dict)
    unclean: bool = False
    """More may have been done than the timeline tells: whatever is done from here on is looked up first."""
    holds: Sequence[Hold] = ()
    """Oldest first; only the last one may be without an end."""
    handovers: Sequence[Handover] = ()
    """Oldest first; only the last one may be open."""
    excluded: Mapping[str, Exclusion] = field(default_factory=dict)
    """Who takes no part in it, by person."""
    migrations: Sequence[Migration] = ()
    """Oldest first."""
    seq: int = 0

    def step(self, instance: str) -> Step:
        """Return a step instance; one that nothing has happened to is waiting."""
        return self.steps.get(instance) or Step(instance)

    def fact(self, name: str) -> Json:
        """Return the latest value of a fact, in its encoded form; None when it is not known.

        What a called playbook was given is named by its path: `takedown[2]/url`.
        """
        scope, _, given = name.rpartition("/")
        if scope:
            params = self.step(scope).params
            return params.get(given) if isinstance(params, Mapping) else None
        fact = self.facts.get(name)
        return fact.value if fact else None

    def instances(self, step: str) -> list[str]:
        """Return the names of a step's instances: its own, or one per element once there are any."""
        items = self.spreads.get(step, ())
        return [instance_id(step, number + 1) for number in range(len(items))] if items else [step]

    @property
    def hold(self) -> Hold | None:
        """The hold under which the incident stands now; one that is cancelled has nothing left to hold."""
        if self.status is IncidentStatus.CANCELLED:
            return None
        return self.holds[-1] if self.holds and self.holds[-1].end is None else None

    @property
    def handover(self) -> Handover | None:
        """The offer of the command that waits for an answer."""
        return self.handovers[-1] if self.handovers and not self.handovers[-1].outcome else None

    @property
    def over(self) -> bool:
        """Whether the incident is closed or cancelled."""
        return self.status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
