"""Clocks of regimes: what starts one, and which duties have been fulfilled when.

Rule kept here: no due time is worked out; what is recorded is what people said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.expressions import Expression


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Regimes whose clocks an answer starts: at the moment in the field `at`, else at that of the answer."""

    regimes: tuple[str, ...]
    at: str | None = None
    when: Expression | None = None
    """On the answer's own fields, by their names."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs since a moment, as somebody said in a step; `told` is when."""

    regime: str
    at: datetime
    zone: str
    step: str
    by: str
    told: datetime


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """A duty that was fulfilled at a moment, as somebody said in a step; `told` is when."""

    regime: str
    stage: str
    at: datetime
    zone: str
    step: str
    by: str
    told: datetime

    @property
    def name(self) -> str:
        """What `stops` calls it: `regime.stage`."""
        return f"{self.regime}.{self.stage}"
