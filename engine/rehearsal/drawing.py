"""What is drawn in a rehearsal: how long people take.

Rules kept here: each draw has a name (who, about what) and depends on the seed and that name alone, so the same seed
gives the same times whatever else happens, in any order and on any number of processes. Times are whole seconds.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain.durations import parse_duration

if TYPE_CHECKING:
    from engine.domain.scenario import SpreadModel
    from engine.domain.scenario_waking import PagedModel

NINE_OF_TEN = 1.2815515655446004
"""How many standard deviations above the middle nine of ten draws end."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A time of which half of the draws are at most `median` and nine of ten at most `p90` seconds."""

    median: float
    p90: float

    @classmethod
    def of(cls, model: SpreadModel | PagedModel) -> Spread:
        """Return what a file says; without a p90, nine of ten take at most twice as long as half of them."""
        median = parse_duration(model.median).total_seconds()
        return cls(median, parse_duration(model.p90).total_seconds() if model.p90 else 2 * median)


def span(text: str) -> timedelta:
    """Return the span that a rehearsal names; `0s` is none at all."""
    return timedelta(0) if text == "0s" else parse_duration(text)


def spelled(length: timedelta) -> str:
    """Return a span as a rehearsal writes it, in whole seconds: `1h30m5s`."""
    seconds = max(0, round(length.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    parts = ((days, "d"), (rest // 3600, "h"), (rest % 3600 // 60, "m"), (rest % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws from one seed."""

    seed: str

    def chance(self, name: str, percent: int) -> bool:
        """Return whether something of this name happens that happens in so many of a hundred times."""
        drawn = random.Random(f"{self.seed}/{name}").random()  # noqa: S311 - as below
        return drawn * 100 < percent

    def draw(self, name: str, spread: Spread) -> timedelta:
        """Return a time of this name; the logarithm of times is spread normally, as response times mostly are."""
        sigma = math.log(max(spread.p90, spread.median) / spread.median) / NINE_OF_TEN
        normal = random.Random(f"{self.seed}/{name}").gauss(0.0, 1.0)  # noqa: S311 - nothing secret is drawn
        return timedelta(seconds=round(spread.median * math.exp(sigma * normal)))
