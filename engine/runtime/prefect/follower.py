"""What was carried directly is painted into Prefect afterwards: a flow run per stretch, a task run per effect.

Rules kept here: nothing is executed; the engine never waits for this; a server that is away is painted later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from prefect.client.orchestration import get_client

from engine.runtime.prefect.painting import PAINTED, paint, segment
from engine.runtime.prefect.stretches import stretches

if TYPE_CHECKING:
    from engine.ports.ledger import Ledger
    from engine.runtime.prefect.stretches import Stretch

EVERY_SECONDS = 1.0
PAUSE_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Follower:
    """Paints until it is stopped; `ready` says whether the server answers, `idle` whether the engine has time."""

    def __init__(self, ledger: Ledger, *, ready: Callable[[], bool], idle: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._ready = ready
        self._idle = idle
        self._flow: str | None = None
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Paint until cancelled."""
        while True:
            pause = EVERY_SECONDS
            if self._ready() and self._idle():
                try:
                    await self.paint()
                except Exception as error:  # noqa: BLE001 - a server that is away comes back
                    log.info("not_painted", error=type(error).__name__)
                    pause = PAUSE_SECONDS
            await asyncio.sleep(pause)

    async def paint(self) -> int:
        """Paint every finished stretch that is not painted yet; return how many there were."""
        painted = 0
        for row in await self._ledger.incidents():
            if self._seen.get(row.incident) == row.head.seq:
                continue
            known = await self._ledger.recall(row.incident, PAINTED)
            done = int((known or {}).get("number", "0"))
            entries = await self._ledger.entries(row.incident)
            for stretch in stretches(row.incident, entries, after=done):
                await self._one(stretch)
                await self._ledger.remember(row.incident, PAINTED, {"number": str(stretch.number)})
                painted += 1
            self._seen[row.incident] = row.head.seq
        return painted

    async def _one(self, stretch: Stretch) -> None:
        async with get_client() as client:
            if self._flow is None:
                self._flow = str(await client.create_flow(segment))
            await paint(client, self._flow, stretch)
