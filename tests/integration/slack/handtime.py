"""Passing time that is moved by hand: whoever sleeps is woken when it has come so far."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class HandTime:
    """A monotonic clock that stands still until it is moved."""

    at: float = 1000.0
    sleepers: dict[asyncio.Future[None], float] = field(default_factory=dict)
    held: int = 0

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved so far."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleepers[woken] = self.at + seconds
        try:
            await woken
        finally:
            self.sleepers.pop(woken, None)

    def to_next(self) -> None:
        """Move to the next instant for which somebody waits."""
        self.at = max(self.at, min(self.sleepers.values(), default=self.at))
        for woken, due in list(self.sleepers.items()):
            if due <= self.at and not woken.done():
                woken.set_result(None)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass meanwhile."""
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Let time pass whenever nobody holds it still, until the block ends."""
        moving = asyncio.create_task(self._pass())
        try:
            yield
        finally:
            moving.cancel()
            with suppress(asyncio.CancelledError):
                await moving

    async def _pass(self) -> None:
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            if not self.held:
                self.to_next()
