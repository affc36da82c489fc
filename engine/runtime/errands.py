"""Being at an errand: how sure it is that nobody did it before, and giving up when somebody else is at it.

Rule kept here: whoever is not heard in time gives up before another one may begin.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.domain import timeline as ev
from engine.domain.errors import TocsinError
from engine.runtime.performing import Doubt

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any

    from engine.domain.values import Json
    from engine.ports.errands import Errand, Errands
    from engine.ports.time import Clock
    from engine.runtime.performing import Outcome

TTL = timedelta(seconds=9)
"""How long a process that is at an errand is believed to be, after it was last heard."""
log = structlog.get_logger(__name__)
OUTCOMES = {kind.type: kind for kind in (ev.EffectDone, ev.EffectFailed, ev.EffectUnconfirmed)}


def doubt_of(taken: Errand) -> Doubt:
    """Return how sure it is that an errand, begun just now, was not done before."""
    return Doubt(taken.doubt) if taken.takes == 1 else Doubt.OPEN


def read(outcome: Mapping[str, Json]) -> Outcome:
    """Return what an errand came to."""
    return OUTCOMES[str(outcome["type"])].model_validate(outcome["event"])


def written(outcome: Outcome) -> dict[str, Json]:
    """Return what an errand came to as it is kept."""
    return {"type": outcome.type, "event": outcome.model_dump(mode="json")}


async def at_it(errands: Errands, taken: Errand, clock: Clock, work: Coroutine[Any, Any, Outcome]) -> Outcome | None:
    """Be at an errand until its work has ended; None when it was given up, because another may be at it."""
    doing, renewing = asyncio.create_task(work), asyncio.create_task(_heard(errands, taken, clock))
    try:
        await asyncio.wait([doing, renewing], return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        log.warning("errand_lost", takes=taken.takes)
        return None
    finally:
        for task in (doing, renewing):
            task.cancel()
        await asyncio.gather(doing, renewing, return_exceptions=True)


async def _heard(errands: Errands, taken: Errand, clock: Clock) -> None:
    """Prolong an errand for as long as that works."""
    span = TTL.total_seconds()
    ends = clock.monotonic() + span
    while clock.monotonic() < ends:
        await clock.sleep(min(span / 3, max(0.0, ends - clock.monotonic())))
        began = clock.monotonic()
        try:
            async with asyncio.timeout(max(0.0, ends - began)):
                if not await errands.prolong(taken, ttl=TTL):
                    return
            ends = began + span
        except (TocsinError, TimeoutError) as error:  # a database that is away may come back in time
            log.warning("errand_not_prolonged", why=str(error))
