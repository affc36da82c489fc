"""The flow in which a worker of a work pool carries out one errand.

Rule kept here: Prefect sees ids, and in one word how it went; no result, no reason and no traceback, which could hold
what only we may read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from prefect import flow
from prefect.states import Completed, Failed

from engine.runtime.prefect.pool import FLOW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prefect import Flow
    from prefect.client.schemas.objects import State

log = structlog.get_logger(__name__)


def heavy_flow(carry: Callable[[str, str, int], Awaitable[str]]) -> Flow[[str, str, int], Any]:
    """Return the flow; `carry` says in neutral words what an errand came to, empty when it was not done."""

    @flow(name=FLOW, persist_result=False, retries=0, log_prints=False)
    async def act(incident: str, key: str, attempt: int) -> State[Any]:
        try:
            words = await carry(incident, key, attempt)
        except Exception as error:
            log.exception("errand_failed", incident=incident)
            return Failed(message=f"It could not be begun, or its end not be told: {type(error).__name__}.")
        if not words:
            return Failed(message="It was not done, or that cannot be told; see the incident's timeline.")
        return Completed(message=words)

    return act
