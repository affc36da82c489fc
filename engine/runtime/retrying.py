"""When a failed act is tried again: the attempts of a step spread over its time, never sooner than asked.

Rule kept here: each pause is twice the one before, and all of them together fill `within`; the other side's
Retry-After is a lower bound.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.plan import RetryPlan


def pause(retry: RetryPlan, *, attempt: int, retry_after: float | None) -> timedelta | None:
    """Return how long to wait after a failed attempt (counted from 1), or None when it was the last."""
    if attempt >= retry.attempts:
        return None
    shares = 2 ** (retry.attempts - 1) - 1
    planned = retry.within.total_seconds() * 2 ** (attempt - 1) / shares
    return timedelta(seconds=max(planned, retry_after or 0.0))
