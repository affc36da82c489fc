"""The one way a step's entry changes: through the table of transitions; and what becomes of going ahead alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.domain.folding.growing import put
from engine.domain.lifecycle import SETTLED, StepStatus, Trigger, after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident

    Handlers = Mapping[type[Event], Callable[[Incident, Any, datetime], Incident]]
    """What each event type does to the state; a handler takes the event type it stands beside."""


def change(state: Incident, instance: str, trigger: Trigger, at: datetime, **fields: Any) -> Incident:  # noqa: ANN401 fields of Step, checked by replace
    """Return the state in which a step instance has gone through a trigger, with these further fields."""
    step = state.step(instance)
    status = after(step.status, trigger)
    began = step.began_at or (at if _begins(status) else None)
    settled = at if status in SETTLED else None
    changed = replace(step, status=status, began_at=began, settled_at=settled, **fields)
    return replace(state, steps=put(state.steps, instance, changed))


def alone_ended(state: Incident, instance: str, ended: str) -> Incident:
    """Return the state in which an act has ended this way, told where somebody went ahead with it alone."""
    ask = state.asks.get(state.step(instance).approval or "")
    if ask is None or ask.broken is None:
        return state
    return replace(state, asks=put(state.asks, ask.id, replace(ask, broken=replace(ask.broken, ended=ended))))


def _begins(status: StepStatus) -> bool:
    return status not in (StepStatus.WAITING, StepStatus.SKIPPED, StepStatus.BLOCKED, StepStatus.CANCELLED)
