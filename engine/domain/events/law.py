"""What the engine writes of clocks of law and contract, as people said it."""

from __future__ import annotations

from typing import ClassVar

from engine.domain.events.shape import Event


class ClockStarted(Event):
    """The clock of a regime began: from which moment, as whose answer says; a later one corrects it."""

    type: ClassVar[str] = "clock_started"
    regime: str
    at: str
    """UTC."""
    zone: str = "UTC"
    """Where that moment was told."""
    step: str
    by: str


class StageFulfilled(Event):
    """A duty of a regime was fulfilled: at which moment, as whose answer says; a later one corrects it."""

    type: ClassVar[str] = "stage_fulfilled"
    regime: str
    stage: str
    at: str
    """UTC."""
    zone: str = "UTC"
    """Where that moment was told."""
    step: str
    by: str
