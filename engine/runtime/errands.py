"""Being at an errand: how sure it is that nobody did it before, and giving up when somebody else is at it.

Rule kept here: whoever is not heard in time gives up before another one may begin, and sends nothing more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.domain import timeline as ev
from engine.domain.errors import LeaseLostError, TocsinError
from engine.ports.holding import acting_while
from engine.runtime.keeping import MARGIN
from engine.runtime.performing import Doubt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

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


async def at_it(
    errands: Errands, taken: Errand, clock: Clock, *, asked: float, work: Callable[[], Awaitable[Outcome]]
) -> Outcome | None:
    """Be at an errand, asked for at a monotonic instant, until its work has ended; None when another may be at it."""
    hold = _Hold(clock, asked + TTL.total_seconds())
    with acting_while(hold.lasts):
        doing = asyncio.ensure_future(work())
    renewing = asyncio.create_task(hold.renew(errands, taken))
    try:
        await asyncio.wait([doing, renewing], return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
    except LeaseLostError:
        if hold.lasts():  # it is the lease of the incident that was lost
            raise
    finally:
        for task in (doing, renewing):
            task.cancel()
        await asyncio.gather(doing, renewing, return_exceptions=True)
    log.warning("errand_lost", takes=taken.takes)
    return None


@dataclass(slots=True)
class _Hold:
    """Until when, by the monotonic clock, nobody else can be at an errand."""

    clock: Clock
    ends: float
    lost: bool = False

    def lasts(self) -> bool:
        """Return whether something may still be sent: it must come before another one may begin."""
        return not self.lost and self.clock.monotonic() < self.ends - MARGIN

    async def renew(self, errands: Errands, taken: Errand) -> None:
        """Prolong it for as long as that works."""
        span = TTL.total_seconds()
        while not self.lost:
            await self.clock.sleep(max(0.0, min(span / 3, self.ends - self.clock.monotonic())))
            began = self.clock.monotonic()
            self.lost = began >= self.ends  # it stood still: another may be at it, and nothing is to be prolonged
            if self.lost:
                return
            try:
                async with asyncio.timeout(self.ends - began):
                    self.lost = not await errands.prolong(taken, ttl=TTL)
                self.ends = began + span
            except (TocsinError, TimeoutError) as error:  # a database that is away may come back in time
                log.warning("errand_not_prolonged", why=str(error))
                self.lost = self.clock.monotonic() >= self.ends
