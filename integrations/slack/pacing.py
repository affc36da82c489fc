"""When Slack may be called: a method so often a minute, and in each channel about one message a second.

Theory of operation. A lane (of a method; for messages, of a method in one channel) gives out slots, evenly spaced after
a few that come at once. Whoever gets a near slot waits for it. Whoever gets a far one is told to come again shortly
before it, and the slot is kept under their key; in a channel, nobody overtakes them until they had time to come. So a
burst holds up nobody's other work, what waits stands in the ledger and not in this process, and messages go out in the
order in which they were first asked for. Where Slack says 429 all the same, every slot that was given out moves behind
its Retry-After.

Rules kept here: a lane delays no other lane; of a channel's messages one is under way at a time; a call that Slack
turned away was not made, so it may be made again here; nobody waits here longer than their rate's patience at a time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
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
GRACE: Final = 30.0
"""Seconds after their slot in which those who were told to come again are not overtaken."""
STEP: Final = 0.25
"""Seconds between two looks whether they have come."""
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
    """The lanes of one token, `times` as fast as Slack says."""

    def __init__(self, time: Time, *, times: int = 1) -> None:
        self._time = time
        self._times = times
        self._lanes: dict[str, Lane] = {}

    def lane(self, method: str, *, rate: Rate, channel: str = "") -> Lane:
        """Return the lane of a method, or of a method in a channel."""
        name = f"{method}/{channel}" if rate.by_channel else method
        if name not in self._lanes:
            if len(self._lanes) >= MOST_LANES:
                self._lanes = {known: lane for known, lane in self._lanes.items() if lane.busy}
            rate = replace(rate, per_minute=rate.per_minute * self._times)
            self._lanes[name] = Lane(name, rate=rate, time=self._time)
        return self._lanes[name]


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """When somebody's turn comes, in the lane's own time; of two at once, the one who came first."""

    at: float
    number: int


@dataclass(slots=True, kw_only=True)
class _Slots:
    """What a lane has given out. Its own time stands still while Slack wants no calls."""

    free: float = float("-inf")
    """When the next slot would come, had none come at once."""
    stood: float = 0.0
    """Seconds that the lane's time has stood still until now, or will have."""
    closed: float = float("-inf")
    """Until when, by the real clock, it stands still."""
    given: int = 0
    here: dict[Slot, asyncio.Event] = field(default_factory=dict)
    """Those who wait in this process or are being served, and what wakes them."""
    away: dict[str, Slot] = field(default_factory=dict)
    """By key, the slots of those who were told to come again."""


class Lane:
    """Lets calls through, one per slot."""

    def __init__(self, name: str, *, rate: Rate, time: Time) -> None:
        self._name = name
        self._rate = rate
        self._time = time
        self._slots = _Slots()

    @property
    def busy(self) -> bool:
        """Whether anybody waits here, or a call would have to wait."""
        return bool(self._slots.here or self._slots.away) or self._slots.free > self._now()

    async def run(self, call: Callable[[], Awaitable[Answer]], *, key: str = "", looking: bool = False) -> Answer:
        """Make a call when its slot has come; `looking` says that it is a look-up.

        Raises:
            TurnAwaitedError: it was not made; whoever comes again with the same key has kept their place.
        """
        slot = self._taken(key)
        try:
            return await self._served(slot, call)
        except _NotYetError:
            if key:
                self._slots.away = {**_recent(self._slots.away, now=self._now()), key: slot}
            wait = slot.at - self._now()
            raise TurnAwaitedError(
                f"Slack takes {self._name.partition('/')[0]} later: its turn comes in {max(0.0, wait):.0f} s.",
                retry_after=max(1.0, wait - LEAD),
                looking=looking,
            ) from None
        finally:
            self._slots.here.pop(slot, None)
            for woken in self._slots.here.values():
                woken.set()

    def _taken(self, key: str) -> Slot:
        """Return the slot that was kept for a key, or the next one; who keeps no place takes none that is far."""
        slots, now = self._slots, self._now()
        slot = slots.away.pop(key, None)
        if slot is None:
            at = max(now, slots.free - self._rate.every * (self._rate.burst - 1))
            if key or at - now <= self._rate.patience:
                slots.free = max(slots.free, at) + self._rate.every
            slots.given += 1
            slot = Slot(at, slots.given)
        slots.here[slot] = asyncio.Event()
        return slot

    async def _served(self, slot: Slot, call: Callable[[], Awaitable[Answer]]) -> Answer:
        for _ in range(TIMES):
            await self._reached(slot)
            try:
                return await call()
            except TurnAwaitedError as limited:
                self._stand_still(limited.retry_after)
        raise _NotYetError

    async def _reached(self, slot: Slot) -> None:
        """Wait until a slot has come and nobody is before it."""
        patience = self._rate.patience
        while True:
            wait = max(slot.at, self._reopened()) - self._now()
            if wait > self._rate.patience or patience <= 0:
                raise _NotYetError
            if wait > 0:
                await self._time.sleep(wait)
            elif self._somebody_here_before(slot):
                self._slots.here[slot].clear()
                await self._slots.here[slot].wait()
            elif self._somebody_away_before(slot):
                await self._time.sleep(STEP)
                patience -= STEP
            else:
                return

    def _somebody_here_before(self, slot: Slot) -> bool:
        return self._rate.by_channel and min(self._slots.here) < slot

    def _somebody_away_before(self, slot: Slot) -> bool:
        away = _recent(self._slots.away, now=self._now(), since=GRACE).values()
        return self._rate.by_channel and any(other < slot for other in away)

    def _stand_still(self, seconds: float) -> None:
        """Let the lane's time stand still; nothing comes at once after that."""
        slots, real, now = self._slots, self._time.monotonic(), self._now()
        slots.stood += max(0.0, real + seconds - max(real, slots.closed))
        slots.closed = max(slots.closed, real + seconds)
        slots.free = max(slots.free, now + self._rate.every * self._rate.burst)

    def _reopened(self) -> float:
        """Return when, in the lane's own time, calls are wanted again."""
        return self._now() + max(0.0, self._slots.closed - self._time.monotonic())

    def _now(self) -> float:
        return self._time.monotonic() - self._slots.stood


class _NotYetError(Exception):
    """A slot is too far away to be waited for."""


def _recent(away: Mapping[str, Slot], *, now: float, since: float = FORGOTTEN) -> dict[str, Slot]:
    return {key: slot for key, slot in away.items() if slot.at > now - since}
