"""The wall clock jumps an hour while an engine works; the clock for spans goes on as it should."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from engine.runtime.keeping import LEASE
from integrations.storage.leases import LONGEST
from integrations.system.clock import SystemClock
from tests.integration.runtime.bench import Bench, counterpart
from tests.integration.runtime.test_engine import HEAD, closed, post

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HOUR = timedelta(hours=1)


class JumpingClock(SystemClock):
    """A clock whose instants are put forward and back by hand; spans may be made to pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.passed = 0.0

    def now(self) -> datetime:
        return super().now() + self.ahead

    def real_now(self) -> datetime:
        return super().real_now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.passed


@asynccontextmanager
async def bench(home: Path) -> AsyncIterator[tuple[Bench, JumpingClock]]:
    """Set up a workbench in a data folder, with its clock."""
    clock = JumpingClock()
    async with counterpart() as system:
        made = Bench(home, system=system, clock=clock)
        async with made.ledger:
            yield made, clock


async def fits(made: Bench, incident: str) -> None:
    """Check that a timeline verifies, and that every timer fired once and every act has one result."""
    entries = await made.ledger.entries(incident)
    fired = Counter(entry.event.timer for entry in entries if isinstance(entry.event, ev.TimerFired))
    done = Counter(entry.event.key for entry in entries if isinstance(entry.event, ev.EffectDone))
    assert set(fired.values()) | set(done.values()) == {1}
    assert await made.ledger.verify(incident) is None


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_an_act_under_way_ends_once_whatever_the_clock_does(home: Path, jump: timedelta) -> None:
    """Two engines see the clock jump; whichever carries the incident then, the act is done once."""
    async with bench(home) as (made, clock), made.engine("first"), made.engine("second"):
        made.system.faults["/one"] = ["hang"]
        incident = await made.declare(HEAD + post("one") + post("two", ", needs: [one]"))
        await made.until(incident, lambda _: made.system.asked["/one"] == 1)
        clock.ahead += jump
        made.system.gate.set()
        await made.until(incident, closed)
        assert dict(made.system.asked) == {"/one": 1, "/two": 1}
        await fits(made, incident)


async def test_a_lease_that_ended_because_the_clock_was_put_forward_is_lost_for_good(home: Path) -> None:
    """Whoever takes it finds the act by its key; what the first one gets to know is not written down."""
    async with bench(home) as (made, clock):
        made.system.faults["/one"] = ["hang"]
        incident = await made.declare(HEAD + post("one"))
        lease = await made.ledger.claim(incident, owner="first", ttl=LEASE)
        assert lease is not None
        clock.ahead += HOUR
        async with made.engine("second"):
            await made.until(incident, lambda _: made.system.asked["/one"] == 1)
            assert not await made.ledger.renew(lease, ttl=LEASE)
            made.system.gate.set()
            await made.until(incident, closed)
        await fits(made, incident)


async def test_a_timer_fires_once_when_the_clock_is_put_forward_and_back(home: Path) -> None:
    """A wait of half an hour is over when the clock says so, and stays over."""
    wait = "          - {id: pause, title: Pause, wait: 30m}\n"
    async with bench(home) as (made, clock), made.engine():
        made.system.faults["/one"] = ["hang"]
        incident = await made.declare(HEAD + wait + post("one", ", needs: [pause]"))
        await made.until(incident, lambda state: state.step("pause").status is StepStatus.AWAITING_TIME)
        clock.ahead += HOUR
        await made.until(incident, lambda _: made.system.asked["/one"] == 1)
        clock.ahead -= HOUR
        made.system.gate.set()
        await made.until(incident, closed)
        await fits(made, incident)


async def test_a_retry_comes_once_when_the_clock_is_put_back_and_right_again(home: Path) -> None:
    """Its instant is one of the wall clock: it waits for that, and comes once."""
    async with bench(home) as (made, clock), made.engine() as engine:
        made.system.faults["/one"] = ["429"]
        incident = await made.declare(HEAD + post("one", ", retry: 2 in 2s"))
        await made.until(incident, lambda state: state.step("one").status is StepStatus.RETRYING)
        clock.ahead -= HOUR
        other = await made.declare(HEAD + post("other"))
        engine.poke()
        await made.until(other, closed)
        clock.ahead += HOUR
        await made.until(incident, closed)
        assert made.system.asked["/one"] == 2
        await fits(made, incident)


async def test_a_lease_of_a_dead_engine_is_free_soon_although_the_clock_was_put_back(home: Path) -> None:
    """It seems to end in an hour; nobody prolongs it, so it is taken, and no sooner than that can be told."""
    async with bench(home) as (made, clock):
        incident = await made.declare(HEAD + post("one"))
        lease = await made.ledger.claim(incident, owner="dead", ttl=LEASE)
        assert lease is not None
        clock.ahead -= HOUR
        assert await made.ledger.claim(incident, owner="second", ttl=LEASE) is None
        clock.passed += LONGEST.total_seconds()
        async with made.engine("second"):
            await made.until(incident, closed)
        assert not await made.ledger.renew(lease, ttl=LEASE)
        await fits(made, incident)


async def test_a_lease_that_is_prolonged_is_never_taken_however_late_it_seems_to_end(home: Path) -> None:
    """Its holder's clock is an hour ahead of the other's."""
    async with bench(home) as (made, clock):
        incident = await made.declare(HEAD + post("one"))
        lease = await made.ledger.claim(incident, owner="first", ttl=LEASE)
        assert lease is not None
        for _ in range(3):
            clock.ahead -= HOUR
            assert await made.ledger.claim(incident, owner="second", ttl=LEASE) is None
            clock.ahead += HOUR
            clock.passed += LONGEST.total_seconds() - 1
            assert await made.ledger.renew(lease, ttl=LEASE)
