"""How asks, answers and orders of people change the state.

Rule kept here: an offer of the command ends when the command is offered or given to somebody another way, and when the
incident is over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.ask import Acknowledgement, Answer, Ask, Broken, Call, Reminder
from engine.domain.folding import clocks
from engine.domain.folding.change import alone_ended, change
from engine.domain.folding.growing import add, put
from engine.domain.incident import Review
from engine.domain.lifecycle import StepStatus, Trigger
from engine.domain.steering import Handover, Hold
from engine.domain.views import VIEW

if TYPE_CHECKING:
    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident

APPROVAL = "approval"


def _opened(state: Incident, event: ev.AskOpened, at: datetime) -> Incident:
    before = state.asks.get(f"{event.step}.{event.kind}.{event.round - 1}")  # it hands its ticket on
    ask = Ask(
        id=event.ask,
        kind=event.kind,
        step=event.step,
        by=tuple(event.by),
        quorum=event.quorum,
        digest=event.digest,
        requesters=tuple(event.requesters),
        due=datetime.fromisoformat(event.due) if event.due else None,
        opened_at=at,
        round=event.round,
        purpose=event.purpose,
        moved=before.moved if before else 0,
        given_to=before.given_to if before else (None if event.kind == VIEW else state.early.get(event.step)),
        given_by=before.given_by if before else "",
        turns=before.turns if before else 0,
        ratifies=event.ratifies,
    )
    state = replace(state, asks=put(state.asks, ask.id, ask))
    if event.ratifies:
        approval = replace(state.asks[event.ratifies], ratification=ask.id)
        return replace(state, asks=put(state.asks, approval.id, approval))
    if event.kind == VIEW:
        return state
    step = state.step(event.step)
    if event.kind != APPROVAL:
        state = clocks.asked_again(state, step)
        return change(state, event.step, Trigger.ASK, at, ask=ask.id, round=event.round, redo=False)
    if step.status is StepStatus.DONE:  # the approval of an undo leaves the step done until it is undone
        entry = replace(step, approval=ask.id, approvals=step.approvals + 1)
        return replace(state, steps=put(state.steps, event.step, entry))
    return change(state, event.step, Trigger.SEEK_APPROVAL, at, approval=ask.id, approvals=step.approvals + 1)


def _answered(state: Incident, event: ev.AskAnswered, at: datetime) -> Incident:
    ask = state.asks[event.ask]
    answer = Answer(
        event.verdict, event.by, at, event.values, event.reason, event.strength, event.via, tuple(event.without)
    )
    answers = (*ask.answers, answer)
    outcome = _outcome(ask, answers)
    closed = at if outcome else None
    answered = replace(ask, answers=answers, outcome=outcome, closed_at=closed)
    return replace(state, asks=put(state.asks, ask.id, answered))


def _outcome(ask: Ask, answers: tuple[Answer, ...]) -> str:
    if ask.kind != APPROVAL:
        return "declined" if answers[-1].verdict == "decline" else "answered"
    if any(answer.verdict == "decline" for answer in answers):
        return "declined"
    return "approved" if len({answer.by for answer in answers}) >= ask.quorum else ""


def _acknowledged(state: Incident, event: ev.AskAcknowledged, at: datetime) -> Incident:
    ask = replace(state.asks[event.ask], on_it=Acknowledgement(event.by, at))
    return replace(state, asks=put(state.asks, ask.id, ask))


def _closed(state: Incident, event: ev.AskClosed, at: datetime) -> Incident:
    ask = replace(state.asks[event.ask], outcome=event.because, closed_at=at)
    return replace(state, asks=put(state.asks, ask.id, ask))


def _missed(state: Incident, event: ev.TargetMissed, _: datetime) -> Incident:
    return replace(state, asks=put(state.asks, event.ask, replace(state.asks[event.ask], missed=True)))


def _reminded(state: Incident, event: ev.AskReminded, at: datetime) -> Incident:
    known = state.asks[event.ask]
    ask = replace(known, reminders=(*known.reminders, Reminder(event.share, tuple(event.people), at, known.moved)))
    return replace(state, asks=put(state.asks, ask.id, ask))


def _called(state: Incident, event: ev.PersonCalled, at: datetime) -> Incident:
    known = state.asks[event.ask]
    call = Call(event.level, event.person, event.because, tuple(event.pagers), at)
    ask = replace(known, calls=(*known.calls, call))
    return replace(state, asks=put(state.asks, ask.id, ask))


def _escalated(state: Incident, event: ev.AskEscalated, at: datetime) -> Incident:
    known = state.asks[event.ask]
    ask = replace(known, by=tuple(dict.fromkeys((*known.by, *event.to))), escalated_at=at)
    return replace(state, asks=put(state.asks, ask.id, ask))


def _broken(state: Incident, event: ev.GlassBroken, at: datetime) -> Incident:
    broken = Broken(event.by, at, event.reason)
    ask = replace(state.asks[event.ask], outcome="broken", closed_at=at, broken=broken)
    return replace(state, asks=put(state.asks, ask.id, ask))


def _skip(state: Incident, event: ev.SkipOrdered, at: datetime) -> Incident:
    return change(state, event.step, Trigger.SKIP, at, because=event.reason, by_hand=True)


def _redo(state: Incident, event: ev.RedoOrdered, _: datetime) -> Incident:
    step = replace(state.step(event.step), redo=True)
    return replace(state, steps=put(state.steps, event.step, step))


def _retry(state: Incident, event: ev.RetryOrdered, at: datetime) -> Incident:
    return _tried_again(state, event.step, at, accepted=False)


def _resolved(state: Incident, event: ev.StepResolved, at: datetime) -> Incident:
    unsure = state.step(event.step).status is StepStatus.UNCONFIRMED
    match event.outcome:
        case "done":
            state = alone_ended(state, event.step, "done") if unsure else state
            output = state.step(event.step).output or {}
            return change(state, event.step, Trigger.FINISH, at, because=event.reason, by_hand=True, output=output)
        case "failed":
            state = alone_ended(state, event.step, "failed") if unsure else state
            return change(state, event.step, Trigger.FAIL, at, because=event.reason, by_hand=True, accepted=True)
        case "retry":
            return _tried_again(state, event.step, at)


def _tried_again(state: Incident, step: str, at: datetime, **fields: bool) -> Incident:
    resets = state.step(step).resets + 1
    return change(state, step, Trigger.RESET, at, because="", attempts=0, resets=resets, **fields)


def _undo(state: Incident, event: ev.UndoOrdered, _: datetime) -> Incident:
    step = replace(state.step(event.step), undo_ordered=True)
    return replace(state, steps=put(state.steps, event.step, step))


def _reviewed(state: Incident, event: ev.ReviewAnswered, at: datetime) -> Incident:
    others = [known for known in state.reviews if event.anonymous or known.by != event.by]
    return replace(state, reviews=(*others, Review(event.by, at, event.answers)))


def _hold_ordered(state: Incident, event: ev.HoldOrdered, at: datetime) -> Incident:
    return state if state.hold else replace(state, holds=add(state.holds, Hold(event.by, at, event.reason)))


def _hold_released(state: Incident, event: ev.HoldReleased, at: datetime) -> Incident:
    if state.hold is None:
        return state
    ended = replace(state.hold, released_by=event.by, end=at, because=event.reason)
    return replace(state, holds=(*state.holds[:-1], ended))


def _offered(state: Incident, event: ev.HandoverOffered, at: datetime) -> Incident:
    state = handover_ends(state, "replaced", at)
    offer = Handover(event.number, event.by, event.to, at, event.note, tuple(event.summary))
    return replace(state, handovers=add(state.handovers, offer))


def _accepted(state: Incident, _: ev.HandoverAccepted, at: datetime) -> Incident:
    return handover_ends(state, "accepted", at)


def _declined(state: Incident, event: ev.HandoverDeclined, at: datetime) -> Incident:
    return handover_ends(state, "declined", at, reason=event.reason)


def handover_ends(state: Incident, outcome: str, at: datetime, *, reason: str = "") -> Incident:
    """Return the state in which the open offer of the command, if there is one, has come to something."""
    if state.handover is None:
        return state
    ended = replace(state.handover, outcome=outcome, ended_at=at, reason=reason)
    return replace(state, handovers=(*state.handovers[:-1], ended))


HANDLERS: Handlers = {
    ev.AskOpened: _opened,
    ev.AskAnswered: _answered,
    ev.AskAcknowledged: _acknowledged,
    ev.AskClosed: _closed,
    ev.TargetMissed: _missed,
    ev.AskReminded: _reminded,
    ev.PersonCalled: _called,
    ev.AskEscalated: _escalated,
    ev.GlassBroken: _broken,
    ev.SkipOrdered: _skip,
    ev.RetryOrdered: _retry,
    ev.StepResolved: _resolved,
    ev.UndoOrdered: _undo,
    ev.RedoOrdered: _redo,
    ev.ReviewAnswered: _reviewed,
    ev.HoldOrdered: _hold_ordered,
    ev.HoldReleased: _hold_released,
    ev.HandoverOffered: _offered,
    ev.HandoverAccepted: _accepted,
    ev.HandoverDeclined: _declined,
}
