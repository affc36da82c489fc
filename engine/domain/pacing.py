"""How long, how often and until when: targets, retries, rounds and waits of a plan. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.expressions import Expression


@dataclass(frozen=True, slots=True)
class Due:
    """A target: elapsed time, business days of a calendar (empty: the organisation's own), or what the law sets."""

    elapsed: timedelta = timedelta(0)
    business_days: int = 0
    calendar: str = ""
    law: bool = False
    text: str = ""
    """As written, for people: `15m`, `2h`, `5bd`."""


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How often an action is tried and how long it may go on; the first try counts."""

    attempts: int = 1
    within: timedelta = timedelta(minutes=1)
    only_if: Expression | None = None
    """After which failures it is tried again; None: after those that the other side says are worth it."""


ONCE = RetryPlan()
"""Tried once: what a step without `retry` is."""


@dataclass(frozen=True, slots=True)
class RepeatPlan:
    """Until when a step is done again, how long after each round, and after how many rounds it has failed."""

    until: Expression
    every: tuple[Due, ...]
    """The pause after the first round, after the second ...; the last one holds for all further rounds."""
    most: int

    def pause(self, number: int) -> Due:
        """Return how long after a round, counted from 1, the next one begins."""
        return self.every[min(number, len(self.every)) - 1]

    @property
    def rhythm(self) -> str:
        """In words: `every 6h`, `after 1h, then 4h, then every 1d`."""
        *first, last = (span.text for span in self.every)
        return f"after {', then '.join((*first, f'every {last}'))}" if first else f"every {last}"


@dataclass(frozen=True, slots=True)
class WaitPlan:
    """What a `wait` step waits for; exactly one is set."""

    duration: timedelta | None = None
    until: Expression | None = None
    """Evaluates to an instant."""
    known: Expression | None = None
    """Waits until this expression is known and true."""
