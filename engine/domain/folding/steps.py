"""How the engine's own events about steps change the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.folding.change import change
from engine.domain.folding.growing import put, without
from engine.domain.lifecycle import StepStatus, Trigger

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.events.shape import Json
    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident


def wait_begins(state: Incident, event: ev.TimerSet, at: datetime) -> Incident:
    """A `wait` step whose moment is known is awaiting time."""
    purpose, _, instance = event.purpose.partition(":")
    if purpose != "wait" or state.step(instance).status is not StepStatus.WAITING:
        return state
    return change(state, instance, Trigger.AWAIT_TIME, at)


def given(state: Incident, call: str, name: str, *, value: Json, by: str) -> Incident:
    """What a called playbook was given is changed while it runs; whoever does is one of its authors."""
    step = state.step(call)
    known = step.params if isinstance(step.params, Mapping) else {}
    authors = step.authors if by in step.authors else (*step.authors, by)
    changed = replace(step, params={**known, name: value}, authors=authors)
    return replace(state, steps=put(state.steps, call, changed))


def _spread(state: Incident, event: ev.StepSpread, _: datetime) -> Incident:
    items = (*state.spreads.get(event.step, ()), *event.items)
    steps = without(state.steps, event.step)  # its instances stand for it now
    return replace(state, steps=steps, spreads=put(state.spreads, event.step, items))


def _skipped(state: Incident, event: ev.StepSkipped, at: datetime) -> Incident:
    return change(state, event.step, Trigger.SKIP, at, because=event.because)


def _revived(state: Incident, event: ev.StepRevived, at: datetime) -> Incident:
    return change(state, event.step, Trigger.REVIVE, at, because="")


def _blocked(state: Incident, event: ev.StepBlocked, at: datetime) -> Incident:
    return change(state, event.step, Trigger.BLOCK, at, because=event.because)


def _prepared(state: Incident, event: ev.StepPrepared, at: datetime) -> Incident:
    if event.purpose == "undo":
        step = replace(state.step(event.step), undo_digest=event.digest, undo_params=event.params)
        return replace(state, steps=put(state.steps, event.step, step))
    return change(
        state, event.step, Trigger.PREPARE, at, digest=event.digest, params=event.params, authors=event.authors
    )


def _call_began(state: Incident, event: ev.CallBegan, at: datetime) -> Incident:
    return change(state, event.step, Trigger.CALL, at, because="", opened=True, accepted=False)


def _done(state: Incident, event: ev.StepDone, at: datetime) -> Incident:
    return change(state, event.step, Trigger.FINISH, at, output=event.output)


def _round_ended(state: Incident, event: ev.RoundEnded, at: datetime) -> Incident:
    return change(state, event.step, Trigger.REPEAT, at, output=event.output, round=event.round)


def _declined(state: Incident, event: ev.StepDeclined, at: datetime) -> Incident:
    return change(state, event.step, Trigger.DECLINE, at, because=event.because)


def _failed(state: Incident, event: ev.StepFailed, at: datetime) -> Incident:
    return change(state, event.step, Trigger.FAIL, at, because=event.because)


def _cancelled(state: Incident, event: ev.StepCancelled, at: datetime) -> Incident:
    return change(state, event.step, Trigger.CANCEL, at)


HANDLERS: Handlers = {
    ev.StepSpread: _spread,
    ev.StepSkipped: _skipped,
    ev.StepRevived: _revived,
    ev.StepBlocked: _blocked,
    ev.StepPrepared: _prepared,
    ev.CallBegan: _call_began,
    ev.StepDone: _done,
    ev.RoundEnded: _round_ended,
    ev.StepDeclined: _declined,
    ev.StepFailed: _failed,
    ev.StepCancelled: _cancelled,
}
