"""The one way into Prefect: a server that is there or comes, and the thread that works with it.

Rules kept here: with `auto` nothing waits for Prefect, now or later; with `required` the start waits until it answers,
and fails plainly when it does not.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import aiohttp

from engine.domain.errors import IntegrationError
from engine.runtime.lanes import DirectLanes
from engine.runtime.prefect.apart import Apart, LateLanes
from engine.runtime.prefect.environment import take_on
from engine.runtime.prefect.pool import WorkPool
from engine.runtime.prefect.server import EmbeddedServer, healthy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from engine.ports.ledger import Ledger
    from engine.ports.time import Clock
    from engine.runtime.lanes import Lanes
    from engine.runtime.prefect.triggers import Triggers

Use = Literal["auto", "required", "off"]
START_SECONDS = 120.0
"""How long `required` waits for a server that is just being started: its first start makes its database."""
NAMED_SECONDS = 10.0
"""How long it waits for one that others run."""
LOOK_SECONDS = 0.5


@asynccontextmanager
async def open_lanes(
    use: Use,
    *,
    home: Path,
    api_url: str | None,
    ledger: Ledger,
    idle: Callable[[], bool],
    triggers: Triggers | None = None,
    on_duty: Callable[[], int] | None = None,
) -> AsyncIterator[Lanes]:
    """Open what carries stretches of work; `api_url` names a server, else one is started in the data folder.

    With `triggers`, incidents can be declared on Prefect's pages. `on_duty` says whether it is this engine that paints,
    where several share a server; without it, it is.

    Raises:
        IntegrationError: `required`, and the server does not answer in time.
    """
    if use == "off":
        yield DirectLanes()
        return
    server = None if api_url else EmbeddedServer(home)
    url = api_url.rstrip("/") if api_url else (server.url if server else "")
    keeping: asyncio.Task[None] | None = None
    apart = Apart(
        url,
        ledger=ledger,
        idle=idle,
        on_duty=on_duty or always,
        required=use == "required",
        triggers=triggers,
    )
    try:
        if server is not None:
            await server.start()
            keeping = asyncio.create_task(server.keep())
        if use == "required":
            await _answers(url, NAMED_SECONDS if api_url else START_SECONDS)
        take_on(home, api_url=url)
        apart.start()
        try:
            yield LateLanes(apart.lanes, required=use == "required")
        finally:
            await apart.stop()
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if server is not None:
            await server.stop()


@asynccontextmanager
async def open_pool(api_url: str, *, name: str, clock: Clock) -> AsyncIterator[WorkPool]:
    """Open a work pool whose workers carry out heavy actions."""
    async with aiohttp.ClientSession() as session:
        yield WorkPool(api_url, name=name, session=session, clock=clock)


def always() -> int:
    """Be the one that paints: nobody else uses the server."""
    return 1


async def _answers(url: str, seconds: float) -> None:
    """Wait until the server answers, for so long."""
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(seconds):
                while not await healthy(url, session=session):  # noqa: ASYNC110 - another process, no event
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise IntegrationError(
                f"Prefect does not answer at {url}, and TOCSIN_PREFECT=required wants it.",
                hint="Start the Prefect server, or set TOCSIN_PREFECT=auto.",
            ) from None
