"""While an incident is on hold, nothing automatic begins.

Rules kept here (docs/adr/0013-hold.md): no act of a step is performed, repeated or taken back, whatever was approved,
ordered or has become due; none is written out either, so that it is written from what is known once it may begin.
What people are asked, what is shown to them, waits, targets and the law go on. The incident does not close by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.conducting.situation import Perform
from engine.domain.plan import StepKind

if TYPE_CHECKING:
    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.domain.plan import StepPlan

ACTS = frozenset({"action", "undo"})
"""The kinds of effects that act for a step; the others only show something."""


def held_back(incident: Incident, move: Event | Perform) -> bool:
    """Return whether a move waits until the incident is released."""
    return incident.hold is not None and isinstance(move, Perform) and move.kind in ACTS


def may_be_written_out(incident: Incident, step: StepPlan) -> bool:
    """Return whether a step may begin now: what people and time do may also under a hold."""
    return incident.hold is None or step.kind is not StepKind.ACTION
