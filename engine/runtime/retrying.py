"""When a failed act is tried again: the attempts of a step spread over its time, never sooner than asked.

Rules kept here: each pause is twice the one before, and all of them together fill `within`; the other side's
Retry-After is a lower bound. Where the playbook says after which failures (`retry.if`), that alone decides, among those
that surely did nothing; what cannot be worked out is no yes, and the failure says which of the two it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain.conducting.situation import Situation
from engine.domain.expressions import ExpressionError

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.conducting.situation import Perform
    from engine.domain.errors import IntegrationError
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, RetryPlan


def pause(retry: RetryPlan, *, attempt: int, retry_after: float | None) -> timedelta | None:
    """Return how long to wait after a failed attempt (counted from 1), or None when it was the last."""
    if attempt >= retry.attempts:
        return None
    shares = 2 ** (retry.attempts - 1) - 1
    planned = retry.within.total_seconds() * 2 ** (attempt - 1) / shares
    return timedelta(seconds=max(planned, retry_after or 0.0))


def why_not_again(
    retry: RetryPlan, error: IntegrationError, move: Perform, *, plan: Plan, incident: Incident, now: datetime
) -> str | None:
    """Return why an act is not tried again after a failure, empty where that needs no words; None: it is."""
    if retry.only_if is None or move.attempt >= retry.attempts:
        return None if error.retryable else ""
    known = {"message": error.message} if error.status is None else {"message": error.message, "status": error.status}
    names = Situation(plan, incident, now).names_for(move.subject)
    try:
        again = retry.only_if.evaluate({**names, "error": known, "attempt": move.attempt})
    except ExpressionError as fault:
        return f"not tried again, since whether to cannot be worked out: {fault.message}"
    return None if again is True else f"not tried again, since its condition is not true: {retry.only_if.source}"
