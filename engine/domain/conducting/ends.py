"""How phases open and settle, and how the incident as a whole moves on, is closed or is cancelled.

Rules kept here (design section 3): contain, legal and communicate open at once, harden when the incident is
contained, review when it is resolved, `after` says otherwise; what has opened stays open. Contained: a step
that marks it was answered yes, or, without such a step or when it can no longer be answered, the contain phase
has settled. Resolved: every phase but review has settled. Closed: review has settled and nothing but
follow-ups is failed, unconfirmed, open or blocked for what nobody said, and nothing waits to be ratified. A cancelled
incident first lets what is running end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.conducting import judging, standing
from engine.domain.conducting.undoing import unwritable
from engine.domain.incident import act_key, effect_key
from engine.domain.lifecycle import SETTLED, IncidentStatus, PhaseStatus, StepStatus, Trigger, allows
from engine.domain.plan import Gate, OnFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Step
    from engine.domain.plan import PhasePlan, StepPlan

CONTAINED = "contained"
REVIEW = "review"


def decide_phases(situation: Situation) -> Iterator[Event]:
    """Yield the phases that open or settle now."""
    for phase in situation.plan.phases:
        known = situation.incident.phases.get(phase.id)
        if known is None and _gate_open(situation, phase):
            yield ev.PhaseOpened(phase=phase.id)
        elif known is not None and known.status is PhaseStatus.OPEN and _settles(situation, phase):
            yield ev.PhaseSettled(phase=phase.id)


def decide_incident(situation: Situation) -> Iterator[Event]:
    """Yield the state that the incident reaches now."""
    incident = situation.incident
    match incident.status:
        case IncidentStatus.DECLARED if _contained(situation):
            yield ev.IncidentAdvanced(state="contained")
        case IncidentStatus.CONTAINED if _resolved(situation):
            yield ev.IncidentAdvanced(state="resolved")
        case IncidentStatus.RESOLVED if _closes(situation):
            yield ev.IncidentAdvanced(state="closed")
        case _:
            return


def decide_cancel(situation: Situation) -> Iterator[Event]:
    """Yield how a cancelled incident winds down: asks closed, steps ended, then what was done taken back."""
    asks = [
        ask
        for ask in situation.incident.asks.values()
        if ask.open and (ask.ratifies or not _undoes(situation, ask.step))
    ]
    yield from (ev.AskClosed(ask=ask.id, because="cancelled") for ask in asks)
    entries = _entries(situation)
    ending = [entry for _, entry in entries if allows(entry.status, Trigger.CANCEL)]
    yield from (ev.StepCancelled(step=entry.id) for entry in ending)
    if asks or ending or any(entry.status is StepStatus.RUNNING for _, entry in entries):
        return
    following = _next_undo(situation) if situation.incident.undoing else None
    if following is not None:
        yield from (
            [] if following.undo_ordered else [ev.UndoOrdered(step=following.id, reason="cancelled", by="engine")]
        )
    else:
        yield ev.IncidentAdvanced(state="cancelled")


def decide_close(situation: Situation) -> Iterator[Event]:
    """Yield how an incident that a person closes ends what is open, follow-ups left alone."""
    for step, entry in _entries(situation):
        if step.follow_up or not allows(entry.status, Trigger.CANCEL):
            continue
        ask = situation.incident.asks.get(entry.ask or "")
        approval = situation.incident.asks.get(entry.approval or "")
        for open_ask in (ask, approval):
            if open_ask is not None and open_ask.open:
                yield ev.AskClosed(ask=open_ask.id, because="cancelled")
        if entry.status is not StepStatus.SKIPPED:
            yield ev.StepCancelled(step=entry.id)
    yield from (ev.AskClosed(ask=ask.id, because="cancelled") for ask in _to_be_ratified(situation))
    yield ev.IncidentAdvanced(state="closed", because="closed by a person")


def unfinished(situation: Situation) -> list[str]:
    """Return the instances that keep the incident from being closed."""
    return [
        entry.id for step, entry in _entries(situation) if not step.follow_up and _keeps_open(situation, step, entry)
    ]


def _keeps_open(situation: Situation, step: StepPlan, entry: Step) -> bool:
    if entry.opened:
        return False  # its steps speak for it
    if entry.status is StepStatus.FAILED and standing.failed(situation, step):
        return not entry.accepted and step.on_failure is not OnFailure.CONTINUE
    return entry.status not in SETTLED or bool(judging.never_said(situation, step, entry))


def _entries(situation: Situation) -> list[tuple[StepPlan, Step]]:
    return [(step, entry) for step in situation.steps for entry in standing.instances(situation, step)]


def _gate_open(situation: Situation, phase: PhasePlan) -> bool:
    match phase.gate:
        case Gate.NOW:
            return True
        case Gate.CONTAINED:
            return situation.incident.status is not IncidentStatus.DECLARED
        case Gate.RESOLVED:
            return situation.incident.status in (IncidentStatus.RESOLVED, IncidentStatus.CLOSED)
        case Gate.AFTER:
            return all(_phase_settled(situation, other) for other in phase.after)


def _settles(situation: Situation, phase: PhasePlan) -> bool:
    return not any(judging.holds(situation, step) for step in situation.steps if step.phase == phase.id)


def _closes(situation: Situation) -> bool:
    incident = situation.incident
    return (
        not incident.reopened
        and incident.hold is None
        and _phase_settled(situation, REVIEW)
        and not unfinished(situation)
        and not _to_be_ratified(situation)
    )


def _to_be_ratified(situation: Situation) -> list[Ask]:
    return [ask for ask in situation.incident.asks.values() if ask.open and ask.ratifies]


def _phase_settled(situation: Situation, phase: str) -> bool:
    known = situation.incident.phases.get(phase)
    if known is None:
        return all(other.id != phase for other in situation.plan.phases)
    return known.status is PhaseStatus.SETTLED


def _contained(situation: Situation) -> bool:
    if CONTAINED in situation.incident.moments:
        return True
    markers = [step for step in situation.plan.steps.values() if step.marks == CONTAINED]
    if any(not standing.settled(situation, step) for step in markers):
        return False
    return _phase_settled(situation, "contain")


def _resolved(situation: Situation) -> bool:
    """Return whether every phase but review has settled, and nothing in one of them has begun again since."""
    others = [phase for phase in situation.plan.phases if phase.id != REVIEW]
    return all(_phase_settled(situation, phase.id) and _settles(situation, phase) for phase in others)


def _undoes(situation: Situation, instance: str) -> bool:
    return situation.incident.step(instance).undo_ordered


def _next_undo(situation: Situation) -> Step | None:
    """Return the step whose effect was begun last and can still be taken back."""
    order = list(situation.incident.effects)
    undoable = [
        entry
        for step, entry in _entries(situation)
        if entry.status is StepStatus.DONE and step.undo is not None and step.undo.action is not None
        if not _undo_over(situation, step, entry)
    ]
    return max(undoable, key=lambda entry: order.index(_action_key(situation, entry)), default=None)


def _action_key(situation: Situation, entry: Step) -> str:
    return act_key(situation.incident.id, entry.id, number=entry.round)


def _undo_over(situation: Situation, step: StepPlan, entry: Step) -> bool:
    """Return whether taking a step back was tried without success, was refused, or cannot be written out."""
    if unwritable(situation, step, entry):
        return True
    effect = situation.incident.effects.get(effect_key(situation.incident.id, entry.id, "undo"))
    if effect is not None and effect.status in ("failed", "unconfirmed"):
        return True
    asked = situation.incident.asks.get(entry.approval or "")
    if asked is None or asked.digest != entry.undo_digest or not entry.undo_digest:
        return False
    asks_again = step.approve is not None and step.approve.asks_again
    return asked.outcome == "declined" or (asked.outcome == "expired" and not asks_again)
