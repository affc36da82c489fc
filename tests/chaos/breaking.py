"""What is broken, when: engines killed, engines standing still past their leases, the database restarted.

Rule kept here: the choices follow from the seed alone; what they meet depends on the machine.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.chaos.processes import Victim
    from tests.integration.faults.database import Server

PAUSES = (0.5, 4.0)
"""Seconds between two things that are broken."""
STILL = (6.5, 12.0)
"""Seconds that a victim stands still: longer than a lease."""
AWAY = (0.2, 3.0)
"""Seconds that the database is away."""
KINDS = ("kill",) * 10 + ("stop",) * 4 + ("restart",)


@dataclass
class Breaking:
    """Breaks things until its time is over, then lets everything go on."""

    victims: Sequence[Victim]
    database: Server
    seed: str
    broke: Counter[str] = field(default_factory=Counter)
    """How often which was done to what."""

    async def run(self, seconds: float) -> None:
        """Break for so long."""
        chance = random.Random(f"break {self.seed}")  # noqa: S311 - to be repeatable is the point
        ends = time.monotonic() + seconds
        still: set[asyncio.Task[None]] = set()
        try:
            while (left := ends - time.monotonic()) > 0:
                await asyncio.sleep(min(left, chance.uniform(*PAUSES)))
                kind, victim = chance.choice(KINDS), chance.choice(self.victims)
                still_for, away = chance.uniform(*STILL), chance.uniform(*AWAY)
                how = chance.choice(("fast", "immediate"))
                if kind == "restart":
                    await self._restart(how, away)
                elif kind == "kill" and victim.kill():
                    self.broke[f"{victim.name} killed"] += 1
                elif kind == "stop":
                    still.add(asyncio.create_task(self._stand_still(victim, still_for)))
        finally:
            for task in still:
                task.cancel()
            await asyncio.gather(*still, return_exceptions=True)

    async def _stand_still(self, victim: Victim, seconds: float) -> None:
        if not victim.stop():
            return
        self.broke[f"{victim.name} stood still"] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            victim.go_on()

    async def _restart(self, how: str, away: float) -> None:
        self.broke["PostgreSQL stopped in order" if how == "fast" else "PostgreSQL crashed"] += 1
        await asyncio.to_thread(self.database.stop, how)
        try:
            await asyncio.sleep(away)
        finally:
            await asyncio.to_thread(self.database.start)
