"""Keeping a lease alive while a stretch of work goes on.

Rules kept here: a lease that could not be prolonged in its time counts as lost, since another engine may have it; what
runs inside is cancelled then, and nothing is sent any more already a moment before. Time is counted from before the
ledger was asked, on the clock that goes on while a process stands still: who wakes up late knows it at once.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.domain.errors import LeaseLostError, TocsinError
from engine.ports.holding import acting_while

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.ports.ledger import Ledger
    from engine.ports.records import Lease
    from engine.ports.time import Clock

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=6)
MARGIN = 1.0
"""Real seconds before its end from which on nothing is sent under a lease: what was sent must have come by then."""


@asynccontextmanager
async def kept(ledger: Ledger, clock: Clock, lease: Lease, *, asked: float) -> AsyncIterator[None]:
    """Keep a lease alive that was asked for at a monotonic instant; raise `LeaseLostError` when it is lost."""
    inside = asyncio.current_task()
    span = LEASE.total_seconds()
    ends, lost = asked + span, False

    async def renew() -> None:
        nonlocal ends, lost
        while not lost:
            await clock.sleep(min(span / 3, ends - clock.monotonic()))
            began = clock.monotonic()
            lost = began >= ends  # it stood still: another may have it, and nothing is to be prolonged
            if lost:
                break
            try:
                async with asyncio.timeout(ends - began):
                    lost = not await ledger.renew(lease, ttl=LEASE)
                ends = began + span
            except (TocsinError, TimeoutError) as error:  # a database that is away may come back in time
                log.warning("lease_not_prolonged", incident=lease.incident, why=str(error))
                lost = clock.monotonic() >= ends
        if inside is not None:
            inside.cancel()

    renewing = asyncio.create_task(renew())
    try:
        with acting_while(lambda: not lost and clock.monotonic() < ends - MARGIN):
            yield
    except asyncio.CancelledError:
        if lost:
            raise LeaseLostError from None
        raise
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
