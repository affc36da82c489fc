"""What errands promise on every database: one process at a time is at one, and its outcome is kept until it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.domain.timeline import EffectDone, EffectIntended
from integrations.storage.schema import remembered
from tests.contract.storage import Place, declaration

if TYPE_CHECKING:
    from integrations.storage.ledger import SqlLedger

TTL = timedelta(seconds=9)
KEY = "k"


async def posted(ledger: SqlLedger, *, attempt: int = 1) -> str:
    """Declare an incident and post an errand of it."""
    incident, _ = await ledger.declare(declaration(dedup_key="same"), definition="text")
    await ledger.errands().post(incident, KEY, attempt=attempt, doubt="none")
    return incident


async def test_it_is_taken_by_one_and_after_its_silence_by_the_next(place: Place) -> None:
    """Who prolongs keeps it; who was followed by another neither prolongs nor hands in."""
    async with place.open() as one, place.open() as two:
        incident = await posted(one)
        first = await one.errands().take(incident, KEY, attempt=1, ttl=TTL)
        assert first is not None
        assert first.takes == 1
        assert await two.errands().take(incident, KEY, attempt=1, ttl=TTL) is None
        place.clock.instant += TTL - timedelta(seconds=1)
        assert await one.errands().prolong(first, ttl=TTL)
        place.clock.instant += TTL - timedelta(seconds=1)
        assert await two.errands().take(incident, KEY, attempt=1, ttl=TTL) is None
        place.clock.instant += timedelta(seconds=1)
        second = await two.errands().take(incident, KEY, attempt=1, ttl=TTL)
        assert second is not None
        assert second.takes == 2
        assert not await one.errands().prolong(first, ttl=TTL)
        assert not await one.errands().hand_in(first, {"who": "first"})
        assert await two.errands().hand_in(second, {"who": "second"})
        assert not await two.errands().hand_in(second, {"who": "again"})
        found = await one.errands().look(incident, KEY)
        assert found is not None
        assert found.outcome == {"who": "second"}
        place.clock.instant += TTL
        assert await one.errands().take(incident, KEY, attempt=1, ttl=TTL) is None


async def test_what_is_posted_is_posted_once_and_a_new_attempt_is_new(place: Place) -> None:
    """An engine that comes later finds it as it stands; whoever was at an earlier attempt is at nothing."""
    async with place.open() as ledger:
        incident, errands = await posted(ledger), ledger.errands()
        assert await errands.take(incident, "another", attempt=1, ttl=TTL) is None
        taken = await errands.take(incident, KEY, attempt=1, ttl=TTL)
        assert taken is not None
        again = await errands.post(incident, KEY, attempt=1, doubt="open")
        assert (again.takes, again.doubt) == (1, "none")
        fresh = await errands.post(incident, KEY, attempt=2, doubt="open")
        assert (fresh.takes, fresh.doubt, fresh.until) == (0, "open", None)
        assert not await errands.hand_in(taken, {})
        assert await errands.take(incident, KEY, attempt=1, ttl=TTL) is None


async def test_it_is_erased_when_its_outcome_is_on_the_timeline(place: Place) -> None:
    """With the same commit, also when another process posted it; other errands stay."""
    async with place.open() as one, place.open() as two:
        incident = await posted(one)
        await one.errands().post(incident, "other", attempt=1, doubt="none")
        lease = await two.claim(incident, owner="two", ttl=TTL)
        assert lease is not None
        await two.errands().post(incident, KEY, attempt=1, doubt="open")
        await two.append_engine(lease, [EffectIntended(key=KEY, kind="action", subject="a", attempt=1, digest="")])
        await two.append_engine(lease, [EffectDone(key=KEY, kind="action", subject="a")])
        kinds = await two.read(lambda connection: connection.execute(select(remembered.c.kind)).scalars().all())
        assert kinds == ["errand:other"]
