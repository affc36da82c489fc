"""How acts on the world change the state, and with it the step they belong to.

Rule kept here: an effect of kind `action` moves its step, one of kind `undo` takes it back; channels, tickets
and messages are effects too, but move no step. After a round the step awaits time until the conductor has looked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.folding.change import alone_ended, change
from engine.domain.folding.growing import put
from engine.domain.incident import Effect
from engine.domain.lifecycle import Trigger

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident

AWAY = timedelta(minutes=10)
"""What comes later than this is told to have come late."""
ACTION = "action"
UNDO = "undo"


def _intended(state: Incident, event: ev.EffectIntended, at: datetime) -> Incident:
    known = state.effects.get(event.key)
    started = known.started if known else event.started
    delayed = known.delayed if known else None
    effect = Effect(
        event.key, event.kind, event.subject, "intended", event.attempt, at,
        round=event.round, started=started, delayed=delayed,
    )  # fmt: skip
    state = replace(state, effects=put(state.effects, event.key, effect))
    if event.kind == ACTION:
        return change(state, event.subject, Trigger.BEGIN, at, attempts=event.attempt, because="")
    return state


def _done(state: Incident, event: ev.EffectDone, at: datetime) -> Incident:
    since = state.effects[event.key].delayed
    late = since if since is not None and at - since >= AWAY else None
    state = _settle(state, event.key, "done", at, result=event.result, adopted=event.adopted, delayed=late)
    if event.kind == ACTION:
        state = alone_ended(state, event.subject, "done")
    number, because = state.effects[event.key].round, "; ".join(event.unkept)
    if event.kind == ACTION and number:
        return change(
            state, event.subject, Trigger.REPEAT, at, output=event.result, because=because, round=number, attempts=0
        )
    if event.kind == ACTION:
        return change(state, event.subject, Trigger.FINISH, at, output=event.result, because=because)
    if event.kind == UNDO:
        return change(state, event.subject, Trigger.UNDO, at, undo_ordered=False)
    return state


def _failed(state: Incident, event: ev.EffectFailed, at: datetime) -> Incident:
    status = "retrying" if event.retry_at else "failed"
    since = (state.effects[event.key].delayed or at) if event.retry_at else None
    state = _settle(
        state, event.key, status, at, message=event.message, retry_at=event.retry_at, unsure=event.unsure, delayed=since
    )
    if event.kind != ACTION:
        return state
    trigger = Trigger.RETRY_LATER if event.retry_at else Trigger.FAIL
    state = state if event.retry_at else alone_ended(state, event.subject, "failed")
    return change(state, event.subject, trigger, at, because=event.message)


def _unconfirmed(state: Incident, event: ev.EffectUnconfirmed, at: datetime) -> Incident:
    state = _settle(state, event.key, "unconfirmed", at, message=event.message)
    if event.kind == ACTION:
        state = alone_ended(state, event.subject, "unconfirmed")
        return change(state, event.subject, Trigger.LOSE, at, because=event.message)
    return state


def _settle(state: Incident, key: str, status: str, at: datetime, **known: Any) -> Incident:  # noqa: ANN401 fields of Effect, checked by replace
    """Return the state in which an effect has ended this way; what is not told of it is as if nothing had been."""
    plain: dict[str, Any] = {"result": {}, "message": "", "retry_at": None, "adopted": False, "unsure": False}
    effect = replace(state.effects[key], status=status, settled_at=at, **{**plain, **known})
    return replace(state, effects=put(state.effects, key, effect))


HANDLERS: Handlers = {
    ev.EffectIntended: _intended,
    ev.EffectDone: _done,
    ev.EffectFailed: _failed,
    ev.EffectUnconfirmed: _unconfirmed,
}
