"""What follows for each step, by its state: one function per state that something follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.conducting import rounds, standing, starts
from engine.domain.conducting.asking import after_answer, after_approval, approved, open_approval, open_ask
from engine.domain.conducting.holding import may_be_written_out
from engine.domain.conducting.joining import ENOUGH, Joined, not_begun
from engine.domain.conducting.scopes import call_begins, decide_calls, resumed
from engine.domain.conducting.situation import Perform
from engine.domain.conducting.undoing import prepare_undo
from engine.domain.events.shape import Event
from engine.domain.glass import objected_to
from engine.domain.incident import act_key, effect_key
from engine.domain.lifecycle import PhaseStatus, StepStatus
from engine.domain.plan import OnFailure, StepKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


UNDO = "undo"


def decide_steps(situation: Situation) -> Iterator[Event | Perform]:
    """Yield what follows for every step whose phase is open, and for calls once no step in them still changes."""
    moves = list(_each_step(situation))
    yield from moves
    if not any(isinstance(move, Event) for move in moves):
        yield from decide_calls(situation)


def _each_step(situation: Situation) -> Iterator[Event | Perform]:
    held = _stopped(situation)
    for step in situation.steps:
        phase = situation.incident.phases.get(step.phase)
        if phase is None or phase.status is PhaseStatus.WAITING:
            continue
        if situation.incident.spreads.get(step.id) and not held:
            yield from starts.spread_further(situation, step)
        follows = _decide if step.call is None else _of_call
        for entry in standing.instances(situation, step):
            moves = [*_left_out(situation, step, entry)] or [*follows(situation, step, entry, held=held)]
            yield from moves
            if moves and step.max_parallel is not None and entry.status is StepStatus.WAITING:
                break  # room for another is counted on the state that has this one in it


def _left_out(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event | Perform]:
    if not_begun(step, entry) and standing.join_of(situation, step) is Joined.ENOUGH:
        yield ev.StepSkipped(step=entry.id, because=ENOUGH)


def _decide(situation: Situation, step: StepPlan, entry: Step, *, held: bool) -> Iterator[Event | Perform]:
    match entry.status:
        case StepStatus.WAITING if not held:
            yield from starts.begin(situation, step, entry)
        case StepStatus.READY if not held:
            yield from _ready(situation, step, entry)
        case StepStatus.AWAITING_APPROVAL:
            yield from _awaiting_approval(situation, step, entry)
        case StepStatus.AWAITING_PERSON:
            yield from after_answer(situation, step, entry)
        case StepStatus.AWAITING_TIME:
            yield from _awaiting_time(situation, step, entry)
        case StepStatus.RUNNING:
            yield perform(situation, entry, kind="action", attempt=max(1, entry.attempts))
        case StepStatus.RETRYING:
            yield from _retrying(situation, entry)
        case StepStatus.SKIPPED | StepStatus.BLOCKED:
            yield from starts.revive(situation, step, entry)
        case StepStatus.DONE if entry.redo:
            yield open_ask(situation, step, entry)
        case StepStatus.DONE if entry.undo_ordered and situation.incident.hold is None:
            yield from _undo(situation, step, entry)
        case _:
            return


def _of_call(situation: Situation, step: StepPlan, entry: Step, *, held: bool) -> Iterator[Event | Perform]:
    match entry.status:
        case StepStatus.READY if not held:
            yield from call_begins(step, entry)
        case StepStatus.FAILED:
            yield from resumed(situation, step, entry)
        case StepStatus.WAITING | StepStatus.SKIPPED | StepStatus.BLOCKED:
            yield from _decide(situation, step, entry, held=held)
        case _:
            return


def perform(situation: Situation, entry: Step, *, kind: str, attempt: int) -> Perform:
    """Return the move that carries out (or takes back) what a step has written out."""
    if kind == UNDO:
        return Perform(effect_key(situation.incident.id, entry.id, UNDO), kind, entry.id, attempt, entry.undo_digest)
    number = entry.round + 1
    repeats = situation.plan.step_at(entry.id).repeat is not None
    key = act_key(situation.incident.id, entry.id, number=number)
    return Perform(key, kind, entry.id, attempt, entry.digest, round=number if repeats else 0)


def _stopped(situation: Situation) -> bool:
    """Return whether a failed step under `on_failure: stop` waits for somebody to decide."""
    return any(
        entry.status is StepStatus.FAILED and not entry.accepted
        for step in situation.steps
        if step.on_failure is OnFailure.STOP and standing.failed(situation, step)
        for entry in standing.instances(situation, step)
    )


def _ready(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event | Perform]:
    if step.approve is None or approved(situation, entry, entry.digest):
        yield perform(situation, entry, kind="action", attempt=entry.attempts + 1)
    else:
        yield from open_approval(situation, step, entry, digest=entry.digest, requesters=entry.authors)


def _awaiting_approval(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event | Perform]:
    if step.kind is not StepKind.ACTION:
        yield from after_approval(situation, step, entry)
        return
    approval = situation.incident.asks[entry.approval or ""]
    match approval.outcome:
        case "broken" if objected_to(situation.incident, approval):
            yield from open_approval(situation, step, entry, digest=entry.digest, requesters=entry.authors)
        case "approved" | "broken":
            yield perform(situation, entry, kind="action", attempt=entry.attempts + 1)
        case "declined":
            reason = approval.last.reason if approval.last else ""
            yield ev.StepDeclined(step=entry.id, ask=approval.id, because=reason)
        case "expired" if step.approve is not None and step.approve.asks_again:
            yield from open_approval(situation, step, entry, digest=entry.digest, requesters=entry.authors)
        case "expired":
            yield ev.StepDeclined(step=entry.id, ask=approval.id, because="nobody approved it in time")
        case _:
            return


def _awaiting_time(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    timer = situation.incident.timers.get(f"wait:{entry.id}")
    if step.repeat is not None:
        yield from _between_rounds(situation, step, entry)
    elif timer is not None and timer.fired:
        yield ev.StepDone(step=entry.id)


def _between_rounds(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    pause, output = rounds.pause_of(situation.incident, entry), entry.output or {}
    if step.kind is not StepKind.ACTION:
        answer = situation.incident.asks[entry.ask or ""].last
        if answer is not None and dict(answer.values) != dict(output):  # somebody did not wait to be asked again
            yield from after_answer(situation, step, entry)
        elif pause is not None and pause.fired:
            yield open_ask(situation, step, entry)
    elif pause is None:
        yield from rounds.not_yet(situation, step, entry, output) or [ev.StepDone(step=entry.id, output=dict(output))]
    elif pause.fired and may_be_written_out(situation.incident, step):
        yield from starts.prepare(situation, step, entry)


def _retrying(situation: Situation, entry: Step) -> Iterator[Event | Perform]:
    effect = situation.incident.effects[act_key(situation.incident.id, entry.id, number=entry.round + 1)]
    name = f"retry:{effect.key}:{effect.attempt}"
    timer = situation.incident.timers.get(name)
    if timer is None and effect.retry_at:
        yield ev.TimerSet(timer=name, due=effect.retry_at, clock="real", purpose=f"retry:{entry.id}")
    elif timer is not None and timer.fired:
        yield perform(situation, entry, kind="action", attempt=effect.attempt + 1)


def _undo(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event | Perform]:
    if step.undo is None or step.undo.action is None:
        return
    if entry.undo_params is None:
        yield from prepare_undo(situation, step, entry)
    elif step.approve is not None and not approved(situation, entry, entry.undo_digest, purpose=UNDO):
        asked = situation.incident.asks.get(entry.approval or "")
        again = asked is not None and asked.outcome == "expired" and step.approve.asks_again
        if asked is None or (asked.purpose, asked.digest) != (UNDO, entry.undo_digest) or again:
            yield from open_approval(situation, step, entry, digest=entry.undo_digest, requesters=())
    else:
        effect = situation.incident.effects.get(effect_key(situation.incident.id, entry.id, UNDO))
        if effect is None or effect.status == "intended":
            yield perform(situation, entry, kind=UNDO, attempt=1)
