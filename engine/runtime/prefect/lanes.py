"""Hands out warm runs, and keeps a few of them waiting.

`carrier`, `ended` and `describe` are the engine's, and called in its loop; everything else happens in Prefect's.

Rules kept here: with `auto` nobody waits: a warm run when one is free and its server answers, else directly; with
`required` a stretch waits, for a bounded time, for a flow run of its own. Runs are started when the engine is idle,
since starting one costs the others a tenth of a second; nothing waits for the end of one, and an end that could not be
told because the server was away is told when it is back; one that it refuses holds up no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from prefect.exceptions import ObjectNotFound

from engine.domain.errors import IntegrationError
from engine.runtime.carrier import Direct
from engine.runtime.prefect.warm import WarmCarrier, close_run, start_warm
from engine.runtime.resting import Rests

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

    from engine.runtime.carrier import Carrier

KEPT = 2
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.2
WANTED_SECONDS = 0.02
PAUSE_SECONDS = 2.0
log = structlog.get_logger(__name__)


class PrefectLanes:
    """Warm runs of one engine; `ready` says whether the server answers, `idle` whether the engine has time."""

    def __init__(self, client: PrefectClient, *, owner: str, required: bool, ready: Callable[[], bool]) -> None:
        self._client = client
        self._owner = owner
        self._required = required
        self._ready = ready
        self._idle: Callable[[], bool] = lambda: True
        self._free: list[WarmCarrier] = []
        self._taken: dict[str, str] = {}
        self._wanted = 0
        self._ending: dict[asyncio.Task[Any], str] = {}
        self._untold: list[str] = []
        self._resting = Rests(lambda: asyncio.get_running_loop().time())

    def when_idle(self, idle: Callable[[], bool]) -> None:
        """Hear how to tell whether the engine has time."""
        self._idle = idle

    async def carrier(self, incident: str) -> Carrier:
        """Return a warm run; with `auto` a direct carrier when none is free."""
        taken = self._take()
        if taken is None:
            if not self._required:
                return Direct()
            taken = await self._awaited()
        self._taken[str(taken.flow_run)] = incident
        return taken

    async def ended(self, carrier: Carrier, incident: str) -> None:
        """Let a warm run end in the background."""
        del incident
        if isinstance(carrier, WarmCarrier):
            self._taken.pop(str(carrier.flow_run), None)
            carrier.apart(self._finish, carrier)

    def _finish(self, carrier: WarmCarrier) -> None:
        ending = carrier.finish()
        self._ending[ending] = str(carrier.flow_run)
        ending.add_done_callback(self._over)

    def describe(self) -> str:
        """Return in words what carries the work now."""
        how = "every stretch in Prefect" if self._required else "in Prefect where a flow run waits, else directly"
        return f"{how}; {len(self._free)} flow runs waiting, server {'there' if self._ready() else 'away'}"

    def standing(self) -> Mapping[str, str]:
        """Return the flow runs that stand, each with its incident; an empty one when it waits."""
        return {**{str(carrier.flow_run): "" for carrier in self._free}, **self._taken}

    def forget(self, flow_run: str) -> None:
        """Hand out a waiting run no more that the server does not know, and start another in its place."""
        for carrier in [one for one in self._free if one.flow_run == flow_run]:
            self._free.remove(carrier)
            carrier.finish().add_done_callback(_heard)

    async def keep(self) -> None:
        """Keep a few runs waiting until cancelled."""
        while True:
            await self._tell_ends()
            lacking = max(KEPT, self._wanted) - len(self._free)
            if lacking > 0 and self._ready() and (self._wanted or self._idle()):
                try:
                    self._free.append(await start_warm(self._client, self._owner))
                    continue
                except Exception as error:  # noqa: BLE001 - a server that is away comes back
                    log.info("flow_run_not_started", error=type(error).__name__)
                    await asyncio.sleep(PAUSE_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Let the waiting runs end, for a moment."""
        ending = {carrier.finish() for carrier in self._free} | set(self._ending)
        self._free.clear()
        if ending:
            _, late = await asyncio.wait(ending, timeout=PAUSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _take(self) -> WarmCarrier | None:
        while self._free and self._ready():
            found = self._free.pop(0)
            if found.usable:
                return found
        return None

    async def _awaited(self) -> WarmCarrier:
        self._wanted += 1
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while (taken := self._take()) is None:  # noqa: ASYNC110 - they come in another thread's loop
                    await asyncio.sleep(WANTED_SECONDS)
                return taken
        except TimeoutError:
            raise IntegrationError(
                "Prefect has no flow run for this, and TOCSIN_PREFECT=required wants one.",
                hint="See whether the Prefect server answers, or set TOCSIN_PREFECT=auto.",
                retryable=True,
            ) from None
        finally:
            self._wanted -= 1

    def _over(self, ending: asyncio.Task[Any]) -> None:
        flow_run = self._ending.pop(ending)
        if not ending.cancelled() and ending.exception() is not None:
            log.info("flow_run_not_closed", error=type(ending.exception()).__name__)
            self._untold.append(flow_run)

    async def _tell_ends(self) -> None:
        for flow_run in list(self._untold):
            if self._resting.rests(flow_run) or not self._ready():
                continue
            try:
                await close_run(self._client, flow_run)
            except ObjectNotFound:
                log.info("flow_run_not_known_any_more", flow_run=flow_run)
            except Exception as error:  # noqa: BLE001 - as above
                log.info("flow_run_not_closed", flow_run=flow_run, error=type(error).__name__)
                self._resting.begin(flow_run)
                continue
            self._resting.end(flow_run)
            self._untold.remove(flow_run)


def _heard(ending: asyncio.Task[Any]) -> None:
    """Take notice of how a flow ended that nobody asks for."""
    if not ending.cancelled():
        ending.exception()
