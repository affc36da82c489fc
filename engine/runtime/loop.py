"""The engine's loop: fire what is due, carry what has grown, and otherwise wait for a poke or the next second.

Rules kept here: a poke is a hint, the look every second is the truth; one incident is carried by one segment at a
time; an incident that cannot be carried (its playbook no longer compiles, its ledger is damaged) is logged, rests for
longer and longer before it is tried again, and does not hold up the others. Beside other engines, one that carries much
leaves what has just become runnable to them, for little more than the second in which they look.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from engine.domain.errors import IntegrationError, IntegrityError, LeaseLostError, TocsinError
from engine.runtime.keeping import LEASE
from engine.runtime.lanes import DirectLanes, Lanes
from engine.runtime.resting import Rests
from engine.runtime.segment import Segment, Workshop

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.ports.records import Agenda

AT_ONCE = 64
EVERY = 1.0
MUCH = 16
"""An engine that carries so many incidents leaves further ones to others, if there are any ..."""
LEFT = 1.25
"""... for so many real seconds."""
log = structlog.get_logger(__name__)


class Engine:
    """Carries incidents until it is stopped. `name` tells engines apart."""

    def __init__(
        self, shop: Workshop, *, name: str, lanes: Lanes | None = None, engines: Callable[[], int] = lambda: 1
    ) -> None:
        self._shop = shop
        self._lanes: Lanes = lanes or DirectLanes()
        self._name = name
        self._engines = engines
        self._left: dict[str, float] = {}
        """Incidents left to others, and since when (monotonic)."""
        self._poked = asyncio.Event()
        self._carried: dict[str, asyncio.Task[None]] = {}
        self._resting = Rests(shop.clock.monotonic)

    @property
    def name(self) -> str:
        """What it is called on the timelines."""
        return self._name

    @property
    def busy(self) -> int:
        """How many incidents are being carried."""
        return len(self._carried)

    def poke(self) -> None:
        """Say that something has come in."""
        self._poked.set()

    async def run(self) -> None:
        """Work until cancelled; segments under way are cancelled with it and resumed by the next engine."""
        try:
            while True:
                self._poked.clear()
                await self._round()
        finally:
            for task in self._carried.values():
                task.cancel()
            await asyncio.gather(*self._carried.values(), return_exceptions=True)

    async def _round(self) -> None:
        clock = self._shop.clock
        try:
            agenda = await self._agenda()
            self._carry(agenda)
            if not await self._fire(agenda):
                await self._pause(agenda)
        except (TocsinError, OSError) as error:  # a database that is away comes back
            log.warning("round_failed", error=type(error).__name__, why=str(error))
            await clock.sleep(EVERY)

    async def _agenda(self) -> Agenda:
        clock = self._shop.clock
        return await self._shop.ledger.agenda(story_now=clock.now(), real_now=clock.real_now(), limit=AT_ONCE)

    async def _fire(self, agenda: Agenda) -> bool:
        """Fire what is due; return whether there was anything that could be."""
        clock, fired = self._shop.clock, False
        for timer in agenda.due:
            if self._resting.rests(timer.incident):
                continue
            now = clock.real_now() if timer.clock == "real" else clock.now()
            try:
                await self._shop.ledger.fire_timer(timer, late=max(0, int((now - timer.due).total_seconds())))
                fired = True
            except IntegrityError as error:
                log.exception("timer_not_fired", incident=timer.incident, why=error.message, hint=error.hint())
                self._resting.begin(timer.incident)
        return fired

    def _carry(self, agenda: Agenda) -> None:
        self._left = {incident: since for incident, since in self._left.items() if incident in agenda.runnable}
        for incident in agenda.runnable:
            rests = self._resting.rests(incident)
            if incident not in self._carried and not rests and not self._leaves(incident):
                task = asyncio.create_task(self._segment(incident))
                self._carried[incident] = task
                task.add_done_callback(partial(self._ended, incident))

    def _leaves(self, incident: str) -> bool:
        """Return whether an incident is left to another engine for now."""
        if len(self._carried) < MUCH or self._engines() <= 1:
            return False
        now = self._shop.clock.monotonic()
        return now - self._left.setdefault(incident, now) < LEFT

    async def _segment(self, incident: str) -> None:
        try:
            carrier = await self._lanes.carrier(incident)
        except IntegrationError as error:
            log.warning("not_carried", incident=incident, why=error.message, hint=error.hint())
            return
        try:
            asked = self._shop.clock.monotonic()
            lease = await self._shop.ledger.claim(incident, owner=self._name, ttl=LEASE)
            if lease is not None:
                await Segment(self._shop, lease, carrier, asked).run()
            self._resting.end(incident)
        except LeaseLostError:
            log.warning("lease_lost", incident=incident)
        except TocsinError as error:
            rest = self._resting.begin(incident)
            log.warning("segment_failed", incident=incident, why=error.message, hint=error.hint(), tried_again_in=rest)
        except Exception:
            log.exception("segment_failed", incident=incident, tried_again_in=self._resting.begin(incident))
        finally:
            await self._lanes.ended(carrier, incident)

    def _ended(self, incident: str, _: asyncio.Task[None]) -> None:
        self._carried.pop(incident, None)
        self.poke()

    async def _pause(self, agenda: Agenda) -> None:
        """Wait for a poke, the next timer or the next second, whichever comes first."""
        clock = self._shop.clock
        delays = [EVERY]
        if "story" in agenda.next_timer and not agenda.due:
            delays.append(clock.real_delay(agenda.next_timer["story"]))
        if "real" in agenda.next_timer and not agenda.due:
            delays.append((agenda.next_timer["real"] - clock.real_now()).total_seconds())
        try:
            async with asyncio.timeout(max(0.0, min(delays))):
                await self._poked.wait()
        except TimeoutError:
            return
