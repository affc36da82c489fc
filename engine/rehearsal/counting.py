"""Shares and times over many runs.

Rule kept here: a share is said with how sure it is, nineteen times of twenty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SURE = 1.96
"""Nineteen times of twenty, a share lies between the two bounds."""


def quantiles(times: Iterable[float]) -> tuple[float | None, float | None]:
    """Return the time that half, and that nine of ten, do not exceed."""
    found = sorted(times)
    if not found:
        return None, None
    return found[math.ceil(len(found) * 0.5) - 1], found[math.ceil(len(found) * 0.9) - 1]


def between(count: int, runs: int) -> tuple[float, float]:
    """Return Wilson's interval of a share."""
    share, square = count / runs, SURE**2
    middle = (share + square / (2 * runs)) / (1 + square / runs)
    half = SURE / (1 + square / runs) * math.sqrt(share * (1 - share) / runs + square / (4 * runs**2))
    return max(0.0, middle - half), min(1.0, middle + half)
