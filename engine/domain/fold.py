"""From events to state: `fold(state, entry)` is the only way an incident's state changes.

Rules kept here: pure, total over every event type, and cheap (one small copy per event). An event that
does not fit the state raises `IllegalTransitionError` and changes nothing; it can only come from a damaged
ledger or a bug, because everything is decided on a state before it is appended.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.folding import clocks, effects, excluding, people, steps, tickets
from engine.domain.folding.growing import add, extended, firm, loosened, put, without
from engine.domain.incident import Fact, Incident, Phase, Segment, TimerState, base_id
from engine.domain.lifecycle import OVER, IncidentStatus, PhaseStatus
from engine.domain.steering import Migration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.domain.events.shape import Event, Json
    from engine.domain.folding.change import Handlers

COMMANDER = "commander"
FEW = 16
"""So many events are folded one by one: for them, each copies less than two copies of everything."""


def fold(state: Incident | None, event: Event, *, at: datetime, seq: int) -> Incident:
    """Return the state after an event that happened at a story instant, at that place of the timeline."""
    if isinstance(event, ev.IncidentDeclared):
        return replace(_declared(event, at), seq=seq)
    if state is None:
        msg = f"a timeline begins with incident_declared, not with {event.type}"
        raise ValueError(msg)
    handler = _HANDLERS.get(type(event))
    return replace(handler(state, event, at), seq=seq) if handler else replace(state, seq=seq)


def fold_all(state: Incident | None, events: Iterable[tuple[int, datetime, Event]]) -> Incident | None:
    """Return the state after several events, each with its place and story instant.

    The cost of an event does not grow with how many there are.
    """
    several = iter(events)
    for seq, at, event in islice(several, FEW):
        state = fold(state, event, at=at, seq=seq)
    if state is None:
        return None
    loose = None
    for seq, at, event in several:
        loose = fold(loose or loosened(state), event, at=at, seq=seq)
    return firm(loose) if loose else state


def _declared(event: ev.IncidentDeclared, at: datetime) -> Incident:
    return Incident(
        id=event.incident,
        playbook=event.playbook,
        playbook_version=event.playbook_version,
        digest=event.digest,
        title=event.title,
        declared_at=at,
        declared_by=event.by,
        zone=event.zone,
        exercise=event.exercise,
        facts={name: Fact(value, at, event.by) for name, value in event.inputs.items()},
        roles={role: tuple(held) for role, held in event.roles.items()},
        on_call=event.on_call,
        kept_apart=event.kept_apart,
    )


def _fact_revised(state: Incident, event: ev.FactRevised, at: datetime) -> Incident:
    return _given(state, event, at, value=event.value)


def _fact_added(state: Incident, event: ev.FactAdded, at: datetime) -> Incident:
    return _given(state, event, at, value=extended(state, state.fact(event.name), event.values))


def _given(state: Incident, event: ev.FactRevised | ev.FactAdded, at: datetime, *, value: Json) -> Incident:
    scope, _, name = event.name.rpartition("/")
    if scope:
        return steps.given(state, scope, name, value=value, by=event.by)
    known = state.facts.get(event.name)
    fact = Fact(value, at, event.by, given=known.given + 1 if known else 1)
    return replace(state, facts=put(state.facts, event.name, fact))


def _role_assigned(state: Incident, event: ev.RoleAssigned, at: datetime) -> Incident:
    if event.role == COMMANDER:
        state = people.handover_ends(state, "replaced", at)
    known = {role: found for role, found in state.on_call.items() if role != event.role}
    on_call = {**known, event.role: event.on_call} if event.on_call else known
    given = replace(state, roles=put(state.roles, event.role, tuple(event.people)), on_call=on_call)
    return tickets.given_again(given, event.role)


def _cancel_ordered(state: Incident, event: ev.CancelOrdered, _: datetime) -> Incident:
    return replace(state, cancelling=True, undoing=event.undo)


def _close_ordered(state: Incident, _event: ev.CloseOrdered, _: datetime) -> Incident:
    return replace(state, closing=True, reopened=False)


def _reopen_ordered(state: Incident, _event: ev.ReopenOrdered, _: datetime) -> Incident:
    return replace(state, closing=False, reopened=True, status=IncidentStatus.RESOLVED)


def _segment_began(state: Incident, event: ev.SegmentBegan, _: datetime) -> Incident:
    segment = Segment(event.number, event.lane, event.flow_run)
    return replace(state, segments=add(state.segments, segment), unclean=state.unclean or event.unclean)


def _migrated(state: Incident, event: ev.IncidentMigrated, at: datetime) -> Incident:
    gone = set(event.forgotten)
    for instance in [name for name in state.steps if base_id(name) in gone]:
        state = replace(state, steps=without(state.steps, instance))
    for step in gone:
        state = replace(state, spreads=without(state.spreads, step))
    known = Migration(event.from_version, event.to_version, event.by, at, event.reason, tuple(event.changes))
    return replace(
        state,
        digest=event.to_digest,
        playbook_version=event.to_version,
        migrations=add(state.migrations, known),
    )


def _loss_accepted(state: Incident, _event: ev.LossAccepted, _: datetime) -> Incident:
    return replace(state, unclean=True)


def _phase_opened(state: Incident, event: ev.PhaseOpened, at: datetime) -> Incident:
    return replace(state, phases=put(state.phases, event.phase, Phase(PhaseStatus.OPEN, at)))


def _phase_settled(state: Incident, event: ev.PhaseSettled, at: datetime) -> Incident:
    settled = replace(state.phases[event.phase], status=PhaseStatus.SETTLED, settled_at=at)
    return replace(state, phases=put(state.phases, event.phase, settled))


def _incident_advanced(state: Incident, event: ev.IncidentAdvanced, at: datetime) -> Incident:
    if event.state in OVER:
        state = people.handover_ends(state, "lapsed", at)
    return replace(state, status=IncidentStatus(event.state), advanced_at=put(state.advanced_at, event.state, at))


def _moment_marked(state: Incident, event: ev.MomentMarked, at: datetime) -> Incident:
    return replace(state, moments=put(state.moments, event.moment, at))


def _timer_set(state: Incident, event: ev.TimerSet, at: datetime) -> Incident:
    timer = TimerState(event.due, event.clock, event.purpose)
    return steps.wait_begins(replace(state, timers=put(state.timers, event.timer, timer)), event, at)


def _timer_fired(state: Incident, event: ev.TimerFired, _: datetime) -> Incident:
    timer = state.timers.get(event.timer)
    if timer is None:
        return state
    return replace(state, timers=put(state.timers, event.timer, replace(timer, fired=True)))


_HANDLERS: Handlers = {
    ev.FactRevised: _fact_revised,
    ev.FactAdded: _fact_added,
    ev.RoleAssigned: _role_assigned,
    ev.CancelOrdered: _cancel_ordered,
    ev.CloseOrdered: _close_ordered,
    ev.ReopenOrdered: _reopen_ordered,
    ev.SegmentBegan: _segment_began,
    ev.IncidentMigrated: _migrated,
    ev.LossAccepted: _loss_accepted,
    ev.PhaseOpened: _phase_opened,
    ev.PhaseSettled: _phase_settled,
    ev.IncidentAdvanced: _incident_advanced,
    ev.MomentMarked: _moment_marked,
    ev.TimerSet: _timer_set,
    ev.TimerFired: _timer_fired,
    **steps.HANDLERS,
    **people.HANDLERS,
    **tickets.HANDLERS,
    **effects.HANDLERS,
    **excluding.HANDLERS,
    **clocks.HANDLERS,
}
"""Events that are not named here (notes, refusals, head publications) are on the timeline and change no state."""
