"""The conductor: what happens next, from a plan, a state and an instant. Pure; it performs nothing.

Theory of operation. `decide` looks at a situation and names what follows from it: events that only need to
be written down (a phase opens, a step is skipped, a person is asked, a timer is set), and effects that need
the world. `advance` writes the events down on its own copy of the state and looks again, until nothing but
effects follows; so one turn is one append: every event of the turn, and the intents of its effects.

Rules kept here: the same plan, state and instant give the same turn; a turn never needs a second look at the
same state; a finished incident has no moves but those of its follow-ups; one on hold has none that act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.calendar import BusinessCalendar
from engine.domain.conducting.asking import watch
from engine.domain.conducting.calling import call
from engine.domain.conducting.ends import decide_cancel, decide_close, decide_incident, decide_phases
from engine.domain.conducting.escalating import escalate
from engine.domain.conducting.glass import foresee, ratify
from engine.domain.conducting.holding import held_back
from engine.domain.conducting.reminding import remind
from engine.domain.conducting.showing import decide_surfaces
from engine.domain.conducting.situation import Perform, Situation
from engine.domain.conducting.steps import decide_steps
from engine.domain.events.shape import Event
from engine.domain.fold import fold
from engine.domain.lifecycle import IncidentStatus
from engine.domain.surfaces import Connected
from engine.domain.waking import ASLEEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan
    from engine.domain.waking import Waking

VERSION = 1
"""The conductor's version; it is written into each incident."""

NOTHING_CONNECTED = Connected()

MAX_LOOKS = 500
"""Far more looks than any playbook needs; past it the conductor itself is at fault."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows now: the events to write down, the effects to perform, and the state once they are written."""

    events: tuple[Event, ...]
    performs: tuple[Perform, ...]
    incident: Incident


def advance(
    plan: Plan,
    incident: Incident,
    *,
    now: datetime,
    calendar: BusinessCalendar | None = None,
    connected: Connected = NOTHING_CONNECTED,
    waking: Waking = ASLEEP,
    calendars: Mapping[str, BusinessCalendar] | None = None,
) -> Turn:
    """Return everything that follows from a state at a story instant.

    `connected` says what can be shown where, `waking` who is reminded and called, `calendars` which a target may name.
    """
    written: list[Event] = []
    for _ in range(MAX_LOOKS):
        situation = Situation(plan, incident, now, calendar or BusinessCalendar(), waking, calendars or {})
        moves = [*decide(situation), *decide_surfaces(situation, connected)]
        events = [move for move in moves if isinstance(move, Event)]
        if not events:
            performs = tuple(move for move in moves if isinstance(move, Perform) and not held_back(incident, move))
            return Turn(tuple(written), performs, incident)
        for event in events:
            incident = fold(incident, event, at=now, seq=incident.seq + 1)
        written.extend(events)
    msg = f"the conductor does not come to rest on {incident.id}"
    raise RuntimeError(msg)


def decide(situation: Situation) -> Iterator[Event | Perform]:
    """Yield what follows from one situation."""
    incident = situation.incident
    if incident.status is IncidentStatus.CANCELLED:
        return
    if incident.cancelling:
        yield from _wind_down(situation)
        return
    if incident.closing and incident.status is not IncidentStatus.CLOSED:
        yield from decide_close(situation)
        return
    yield from ratify(situation)
    steps = list(decide_steps(situation))
    yield from steps
    if incident.status is not IncidentStatus.CLOSED and not any(isinstance(move, Event) for move in steps):
        yield from decide_phases(situation)  # only once no step still changes: one that revives holds its phase
        yield from decide_incident(situation)
    yield from _look_after_open(situation)


def _look_after_open(situation: Situation) -> Iterator[Event]:
    for ask in situation.incident.asks.values():
        if ask.open:
            yield from _look_after(situation, ask, situation.plan.step_at(ask.step))


def _look_after(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield what follows for an open ask: its due time first, since one that is closed by it wakes nobody."""
    watched = list(watch(situation, ask, step))
    yield from watched
    if not watched:
        yield from foresee(situation, ask, step)
        yield from escalate(situation, ask, step)
        yield from remind(situation, ask, step)
        yield from call(situation, ask, step)


def _wind_down(situation: Situation) -> Iterator[Event | Perform]:
    ending = list(decide_cancel(situation))
    if ending:
        yield from ending
        return
    yield from decide_steps(situation)
    yield from _look_after_open(situation)
