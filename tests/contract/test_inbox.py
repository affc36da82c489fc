"""The inbox of the ledger: what came in is kept once, until it is worked off."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from integrations.storage.ledger import SqlLedger
from integrations.storage.schema import inbox
from tests.contract.storage import Place


async def test_the_inbox_keeps_each_thing_once_until_it_is_worked_off(place: Place, ledger: SqlLedger) -> None:
    """A source's id is the thing: sent again, also after it was worked off, it is not kept again."""
    kept = await asyncio.gather(*(ledger.put("slack", "Ev1", {"n": 1}) for _ in range(6)))
    assert sorted(kept) == [False] * 5 + [True]
    assert await ledger.put("jira", "Ev1", {})
    first, second = await ledger.pending(limit=9)
    assert (first.source, first.payload, first.received, second.source) == (
        "slack",
        {"n": 1},
        place.clock.instant,
        "jira",
    )
    await ledger.finish(first.id, outcome="answered")
    assert [row.source for row in await ledger.pending(limit=9)] == ["jira"]
    assert not await ledger.put("slack", "Ev1", {"n": 1})


async def test_what_is_worked_off_is_kept_no_longer(place: Place, ledger: SqlLedger) -> None:
    """Its id and what became of it stay, what people wrote in it does not."""
    await ledger.put("slack", "Ev1", {"names": "a restricted answer"})
    await ledger.put("slack", "Ev2", {"names": "another"})
    first, second = await ledger.pending(limit=9)
    await ledger.finish(first.id, outcome="answered")
    await ledger.finish(first.id, outcome="answered again")
    with ledger._engine.connect() as connection:
        rows = connection.execute(select(inbox.c.source_id, inbox.c.payload, inbox.c.outcome).order_by(inbox.c.id))
        assert [tuple(row) for row in rows] == [("Ev1", {}, "answered"), ("Ev2", second.payload, None)]
