"""How clocks of law and contract change the state.

Rule kept here: what is said to be not done after all, or is declined, fulfils nothing until it is answered again; a
clock that was started goes on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.clocks import Clock, Fulfilment
from engine.domain.folding.growing import put, without

if TYPE_CHECKING:
    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident, Step


def asked_again(state: Incident, step: Step) -> Incident:
    """Return the state in which a step that is asked again fulfils nothing, unless its answer held until now."""
    approval = state.asks.get(step.approval or "")
    held = not step.redo and (approval is None or approval.outcome != "declined")
    fulfilled = state.fulfilled
    for name in [name for name, known in fulfilled.items() if known.step == step.id and not held]:
        fulfilled = without(fulfilled, name)
    return state if fulfilled is state.fulfilled else replace(state, fulfilled=fulfilled)


def _started(state: Incident, event: ev.ClockStarted, at: datetime) -> Incident:
    clock = Clock(
        event.regime, datetime.fromisoformat(event.at), zone=event.zone, step=event.step, by=event.by, told=at
    )
    return replace(state, clocks=put(state.clocks, event.regime, clock))


def _fulfilled(state: Incident, event: ev.StageFulfilled, at: datetime) -> Incident:
    moment = datetime.fromisoformat(event.at)
    known = Fulfilment(event.regime, event.stage, moment, zone=event.zone, step=event.step, by=event.by, told=at)
    return replace(state, fulfilled=put(state.fulfilled, known.name, known))


HANDLERS: Handlers = {ev.ClockStarted: _started, ev.StageFulfilled: _fulfilled}
