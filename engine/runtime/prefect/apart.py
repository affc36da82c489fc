"""Prefect's side of the engine, in a thread with an event loop of its own.

Theory of operation. What Prefect does for a task run takes it a few milliseconds of computing each, and its import more
than a second. On the engine's own loop every effect would wait for that; here it waits only for the interpreter's lock,
which is handed over often. The engine hears of lanes once they are there, and carries directly until then.

Rules kept here: no coroutine of one loop awaits one of the other; what passes between them are plain values, calls that
are put into the other loop, and futures of `concurrent.futures`.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

import aiohttp
import structlog

from engine.domain.errors import IntegrationError
from engine.runtime.carrier import Direct
from engine.runtime.prefect.server import healthy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prefect.client.orchestration import PrefectClient

    from engine.ports.ledger import Ledger
    from engine.runtime.carrier import Carrier
    from engine.runtime.lanes import Lanes
    from engine.runtime.prefect.triggers import Triggers

LOOK_SECONDS = 0.5
QUICK_SECONDS, PATIENCE_SECONDS = 2.0, 20.0
"""A server that takes longer to say that it is healthy is taken for slow, or for away."""
END_SECONDS = 10.0
SWEPT_SECONDS, PAUSE_SECONDS = 60.0, 5.0
HANDED_OVER = 0.0005
"""Seconds for which a thread keeps the interpreter's lock while another one wants it; Python's own choice is ten times
that, which is a quarter of a quick request."""
log = structlog.get_logger(__name__)


class Apart:
    """The thread; `lanes` is done once they can be asked for, or with what went wrong."""

    def __init__(
        self,
        url: str,
        *,
        ledger: Ledger,
        idle: Callable[[], bool],
        on_duty: Callable[[], int],
        required: bool,
        triggers: Triggers | None,
    ) -> None:
        self.lanes: Future[Lanes] = Future()
        self._triggers = triggers
        self._engine: asyncio.AbstractEventLoop | None = None
        self._watch = Watch(url)
        self._ledger = ledger
        self._idle = idle
        self._on_duty = on_duty
        self._required = required
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="prefect", daemon=True)

    def start(self) -> None:
        """Begin; nothing waits for it."""
        sys.setswitchinterval(HANDED_OVER)
        self._engine = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """End it, for a bounded time: a server that is away would be waited for much longer."""
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
        await asyncio.to_thread(self._thread.join, END_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except Exception as error:
            log.exception("prefect_side_ended")
            if not self.lanes.done():
                self.lanes.set_exception(error)

    def _paints(self) -> bool:
        return self._watch.answers and self._on_duty() > 0

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Prefect's settings have to be in the environment before it is imported.
        from prefect.client.orchestration import get_client  # noqa: PLC0415 - late on purpose

        async with get_client() as client:  # one for all: to make one takes as long as to show six effects
            await self._work_with(client)

    async def _work_with(self, client: PrefectClient) -> None:
        from engine.runtime.prefect import follower, lanes, sweep, watching  # noqa: PLC0415 - late on purpose

        watch, ledger = self._watch, self._ledger
        owner = sweep.owner_id()
        made = lanes.PrefectLanes(client, owner=owner, required=self._required, ready=lambda: watch.there)
        made.when_idle(self._idle)
        painter = follower.Follower(client, ledger, ready=self._paints, idle=self._idle)
        seeing = watching.Watching(
            client, ledger, made, owner=owner, ready=lambda: watch.answers, paints=self._paints, again=painter.again
        )
        sweeping = _seen_to(watch, lambda: sweep.sweep(client), "left_over_flow_runs_closed", every=SWEPT_SECONDS)
        tasks = (watch.run(), made.keep(), painter.run(), seeing.run(), sweeping, self._triggering(client))
        working = [asyncio.create_task(task) for task in tasks]
        for task in working:
            task.add_done_callback(_told)
        self.lanes.set_result(made)
        await self._over.wait()
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await made.close()

    async def _triggering(self, client: PrefectClient) -> None:
        """Take what is triggered in Prefect; where that is off, take back what was offered when it was on."""
        from engine.runtime.prefect import deployments, taking  # noqa: PLC0415 - as above

        if self._triggers is None or self._engine is None:
            await _seen_to(self._watch, lambda: deployments.withdraw(client), "triggers_taken_out_of_prefect")
        else:
            across = taking.Across(self._triggers, self._engine)
            await taking.Taking(client, across, ready=lambda: self._watch.there).run()


def _told(task: asyncio.Task[None]) -> None:
    """Say that something ended which was to go on for as long as the engine."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("prefect_side_failed", error=type(error).__name__, why=str(error))


class LateLanes:
    """The lanes of a thread that may still be coming: directly until then, or, where they are required, waiting."""

    def __init__(self, coming: Future[Lanes], *, required: bool) -> None:
        self._coming = coming
        self._required = required

    async def carrier(self, incident: str) -> Carrier:
        """Return what carries the next stretch."""
        if not self._required and not self._there:
            return Direct()
        try:
            lanes = await asyncio.shield(asyncio.wrap_future(self._coming))  # whoever stops waiting stops it for nobody
        except Exception as error:
            raise IntegrationError(f"Prefect cannot be used: {type(error).__name__}", hint="See serve.log.") from error
        return await lanes.carrier(incident)

    async def ended(self, carrier: Carrier, incident: str) -> None:
        """Take a carrier back."""
        if self._there:
            await self._coming.result().ended(carrier, incident)

    def describe(self) -> str:
        """Say what carries the work now."""
        return self._coming.result().describe() if self._there else "directly; Prefect is being loaded"

    @property
    def _there(self) -> bool:
        return self._coming.done() and self._coming.exception() is None


class Watch:
    """Looks whether the server answers: `there` says quickly enough to start flow runs, `answers` says at all."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.there = False
        self.answers = False
        self.came = asyncio.Event()

    async def run(self) -> None:
        """Keep looking until cancelled."""
        async with aiohttp.ClientSession() as session:
            while True:
                looking = asyncio.create_task(healthy(self._url, session=session, seconds=PATIENCE_SECONDS))
                await asyncio.wait([looking], timeout=QUICK_SECONDS)
                self.there = looking.done() and looking.result()
                self.answers = await looking
                if self.answers:
                    self.came.set()
                await asyncio.sleep(LOOK_SECONDS)


async def _seen_to(watch: Watch, work: Callable[[], Awaitable[int]], done: str, *, every: float | None = None) -> None:
    """Do something once the server is there, again until it works, and then every so often; `done` is its name."""
    await watch.came.wait()
    while True:
        pause = every
        try:
            count = await work()
        except Exception as error:  # noqa: BLE001 - a server that is away comes back
            log.info("not_done_in_prefect", what=done, error=type(error).__name__)
            pause = PAUSE_SECONDS
        else:
            if count:
                log.info(done, count=count)
        if pause is None:
            return
        await asyncio.sleep(pause)
