"""When Slack may be called: a method so often a minute, and in each channel about one message a second.

Theory of operation. A lane (of a method; for messages, of a method in one channel) gives out slots, evenly spaced after
a few that come at once. Whoever gets a near slot waits for it. Whoever gets a far one is told to come again shortly
before it, and the slot is kept under their key. So a burst holds up nobody's other work, what waits stands in the
ledger and not in this process, and messages go out in the order in which they were first asked for. Where Slack says
429 all the same, every slot that was given out moves behind its Retry-After.

Rules kept here: a lane delays no other lane; of a channel's messages one is under way at a time; a call that Slack
turned away was not made, so it may be made again here; nobody waits here longer than their rate's patience at a time.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from engine.domain.errors import TurnAwaitedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

Answer = TypeVar("Answer")

PATIENCE: Final = 5.0
"""Seconds that a call may wait for its slot; then it is told to come again."""
LEAD: Final = PATIENCE / 2
"""Seconds before their slot in which those who were told to come again come."""
TIMES: Final = 3
"""How often in one go a call is made again after a 429."""
MOST_LANES: Final = 1000
FORGOTTEN: Final = 600.0
"""Seconds after which a slot that nobody came for is given up."""


class Time(Protocol):
    """Passing time, without dates."""

    def monotonic(self) -> float:
        """Return seconds of a clock that never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something may be called: so often a minute, of which `burst` calls may come at once."""

    per_minute: int
    burst: int
    patience: float = PATIENCE
    by_channel: bool = False
    """Each channel has a lane of its own, in which one call is made after the other."""

    @property
    def every(self) -> float:
        """Seconds between two slots."""
        return 60 / self.per_minute


class Pace:
    """The lanes of one token."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._lanes: dict[str, Lane] = {}

    def lane(self, method: str, *, rate: Rate, channel: str = "") -> Lane:
        """Return the lane of a method, or of a method in a channel."""
        name = f"{method}/{channel}" if rate.by_channel else method
        if name not in self._lanes:
            if len(self._lanes) >= MOST_LANES:
                self._lanes = {known: lane for known, lane in self._lanes.items() if lane.busy}
            self._lanes[name] = Lane(name, rate=rate, time=self._time)
        return self._lanes[name]


@dataclass(slots=True, kw_only=True)
class _Slots:
    """Slots in the lane's own time, which stands still while Slack wants no calls."""

    free: float = float("-inf")
    """When the next slot would come, had none come at once."""
    stood: float = 0.0
    """Seconds that the lane's time has stood still until now, or will have."""
    closed: float = float("-inf")
    """Until when, by the real clock, it stands still."""
    kept: dict[str, float] = field(default_factory=dict)
    """By key, the slots of those who were told to come again."""


class Lane:
    """Lets calls through, one per slot."""

    def __init__(self, name: str, *, rate: Rate, time: Time) -> None:
        self._name = name
        self._rate = rate
        self._time = time
        self._slots = _Slots()
        self._one = asyncio.Lock() if rate.by_channel else None

    @property
    def busy(self) -> bool:
        """Whether anybody waits here, or a call would have to wait."""
        locked = self._one is not None and self._one.locked()
        return locked or bool(self._slots.kept) or self._slots.free > self._now()

    async def run(self, call: Callable[[], Awaitable[Answer]], *, key: str = "", looking: bool = False) -> Answer:
        """Make a call when its slot has come; `looking` says that it is a look-up.

        Raises:
            TurnAwaitedError: it was not made; whoever comes again with the same key has kept their place.
        """
        slot = self._taken(key)
        await self._reached(slot, key=key, looking=looking)
        async with self._one or nullcontext():
            for left in reversed(range(TIMES)):
                await self._reached(slot, key=key, looking=looking)
                try:
                    return await call()
                except TurnAwaitedError as limited:
                    slot = self._closed_for(limited.retry_after)
                    if not left:
                        raise self._again(slot, key=key, looking=looking) from None
        raise AssertionError("unreachable: the last turn returns or raises")

    def _taken(self, key: str) -> float:
        """Return the slot that was kept for a key, or the next one; raise `TurnAwaitedError` when it is far."""
        slots, now = self._slots, self._now()
        slot = slots.kept.pop(key, None)
        if slot is None:
            slot = max(now, slots.free - self._rate.every * (self._rate.burst - 1))
            if key or slot - now <= self._rate.patience:
                slots.free = max(slots.free, slot) + self._rate.every
        return slot

    async def _reached(self, slot: float, *, key: str, looking: bool) -> None:
        while (wait := slot - self._now()) > 0:
            if wait > self._rate.patience:
                raise self._again(slot, key=key, looking=looking)
            await self._time.sleep(wait)

    def _again(self, slot: float, *, key: str, looking: bool) -> TurnAwaitedError:
        wait = slot - self._now()
        if key:
            self._slots.kept = {**_recent(self._slots.kept, now=self._now()), key: slot}
        return TurnAwaitedError(
            f"Slack takes {self._name.partition('/')[0]} later: its turn comes in {wait:.0f} s.",
            retry_after=max(1.0, wait - LEAD),
            looking=looking,
        )

    def _closed_for(self, seconds: float) -> float:
        """Let the lane's time stand still; return the slot with which it goes on. Nothing comes at once after that."""
        slots, real, now = self._slots, self._time.monotonic(), self._now()
        slots.stood += max(0.0, real + seconds - max(real, slots.closed))
        slots.closed = max(slots.closed, real + seconds)
        slots.free = max(slots.free, now + self._rate.every * self._rate.burst)
        return self._now() + slots.closed - real

    def _now(self) -> float:
        return self._time.monotonic() - self._slots.stood


def _recent(kept: Mapping[str, float], *, now: float) -> dict[str, float]:
    return {key: slot for key, slot in kept.items() if slot > now - FORGOTTEN}
