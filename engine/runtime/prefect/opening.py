"""The one way into Prefect: a server that is there or comes, warm runs, the follower.

Rules kept here: with `auto` nothing waits for Prefect, now or later; with `required` the start waits until it answers,
and fails plainly when it does not.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

import aiohttp
import structlog

from engine.domain.errors import IntegrationError
from engine.runtime.lanes import DirectLanes
from engine.runtime.prefect.environment import take_on
from engine.runtime.prefect.server import EmbeddedServer, healthy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from engine.ports.ledger import Ledger
    from engine.runtime.lanes import Lanes

Use = Literal["auto", "required", "off"]
START_SECONDS = 120.0
"""How long `required` waits for a server that is just being started: its first start makes its database."""
NAMED_SECONDS = 10.0
"""How long it waits for one that others run."""
LOOK_SECONDS = 0.5
log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_lanes(
    use: Use, *, home: Path, api_url: str | None, ledger: Ledger, idle: Callable[[], bool]
) -> AsyncIterator[Lanes]:
    """Open what carries stretches of work; `api_url` names a server, else one is started in the data folder.

    Raises:
        IntegrationError: `required`, and the server does not answer in time.
    """
    if use == "off":
        yield DirectLanes()
        return
    server = None if api_url else EmbeddedServer(home)
    url = api_url.rstrip("/") if api_url else (server.url if server else "")
    watch = _Watch(url)
    keeping: asyncio.Task[None] | None = None
    try:
        if server is not None:
            await server.start()
            keeping = asyncio.create_task(server.keep())
        if use == "required":
            await watch.wait(NAMED_SECONDS if api_url else START_SECONDS)
        take_on(home, api_url=url)
        async with _working(watch, ledger=ledger, idle=idle, required=use == "required") as lanes:
            yield lanes
    finally:
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if server is not None:
            await server.stop()


class _Watch:
    """Looks whether the server answers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.there = False
        self.came = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait until it answers, for so long."""
        async with aiohttp.ClientSession() as session:
            try:
                async with asyncio.timeout(seconds):
                    while not await healthy(self._url, session=session):  # noqa: ASYNC110 - another process, no event
                        await asyncio.sleep(LOOK_SECONDS)
            except TimeoutError:
                raise IntegrationError(
                    f"Prefect does not answer at {self._url}, and TOCSIN_PREFECT=required wants it.",
                    hint="Start the Prefect server, or set TOCSIN_PREFECT=auto.",
                ) from None
        self.there = True

    async def run(self) -> None:
        """Keep looking until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                self.there = await healthy(self._url, session=session)
                if self.there:
                    self.came.set()
                await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _working(watch: _Watch, *, ledger: Ledger, idle: Callable[[], bool], required: bool) -> AsyncIterator[Lanes]:
    # Importing Prefect takes more than a second, and its settings have to be in the environment before it happens.
    modules = await asyncio.to_thread(_import)
    lanes = modules.lanes.PrefectLanes(owner=modules.sweep.owner_id(), required=required, ready=lambda: watch.there)
    lanes.when_idle(idle)
    follower = modules.follower.Follower(ledger, ready=lambda: watch.there, idle=idle)
    working = [
        asyncio.create_task(task) for task in (watch.run(), lanes.keep(), follower.run(), _swept(watch, modules))
    ]
    try:
        yield lanes
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await lanes.close()


class _Modules:
    """What needs Prefect, imported late."""

    def __init__(self) -> None:
        from engine.runtime.prefect import follower, lanes, sweep  # noqa: PLC0415 - late on purpose

        self.follower, self.lanes, self.sweep = follower, lanes, sweep


def _import() -> _Modules:
    return _Modules()


async def _swept(watch: _Watch, modules: _Modules) -> None:
    await watch.came.wait()
    try:
        closed = await modules.sweep.sweep()
    except Exception as error:  # noqa: BLE001 - tried again at the next start
        log.info("not_swept", error=type(error).__name__)
        return
    if closed:
        log.info("left_over_flow_runs_closed", count=closed)
