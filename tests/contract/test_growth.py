"""What every ledger promises to those who look at many incidents: only what has grown, nothing missed, page by page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.domain.lifecycle import RUNNING
from engine.domain.timeline import IncidentAdvanced, NoteAdded
from engine.runtime.timelines import Timelines
from integrations.storage.ledger import SqlLedger
from integrations.storage.stored import entries_of
from tests.contract.storage import Place, declaration
from tests.contract.test_ledger import TTL

if TYPE_CHECKING:
    from engine.domain.chain import Row
    from engine.ports.records import Entry


async def declared(ledger: SqlLedger, count: int) -> list[str]:
    """Declare incidents, one after the other."""
    return [(await ledger.declare(declaration(), definition="text"))[0] for _ in range(count)]


async def test_a_look_tells_only_what_has_grown_since_the_one_before(ledger: SqlLedger) -> None:
    """The first look tells everything; a timeline that grew twice is told once, as it is now."""
    names = await declared(ledger, 3)
    timelines = Timelines(ledger)
    assert sorted(row.incident for row in await timelines.look()) == names
    assert await timelines.look() == []
    lease = await ledger.claim("INC-2", owner="one", ttl=TTL)
    assert lease is not None
    assert await timelines.look() == []  # a lease is no growth
    await ledger.append_inputs("INC-2", [NoteAdded(text="a", by="ada")])
    await ledger.append_engine(lease, [IncidentAdvanced(state="closed")])
    (grown,) = await timelines.look()
    assert (grown.incident, grown.seq, grown.state) == ("INC-2", 3, "closed")
    assert {name: row.seq for name, row in timelines.known.items()} == {"INC-1": 1, "INC-2": 3, "INC-3": 1}


async def test_what_ends_later_than_it_began_is_not_missed(place: Place, ledger: SqlLedger) -> None:
    """A transaction that began before a look and ends after it is seen by the next look, whatever came between."""
    await declared(ledger, 2)
    timelines = Timelines(ledger)
    await timelines.look()
    if not place.url.startswith("postgres"):
        return  # SQLite has one writer: what begins first ends first
    engine = create_engine(make_url(place.url).set(drivername="postgresql+psycopg"))
    change = "UPDATE incidents SET head_seq = 2, changed = pg_current_xact_id()::text::bigint WHERE incident = 'INC-1'"
    with engine.connect() as slow:
        slow.execute(text(change))
        await ledger.append_inputs("INC-2", [NoteAdded(text="a", by="ada")])
        assert [row.incident for row in await timelines.look()] == ["INC-2"]
        slow.commit()
    assert [row.incident for row in await timelines.look()] == ["INC-1"]
    assert await timelines.look() == []
    engine.dispose()


async def test_whatever_two_engines_append_a_third_hears_of_all_of_it(place: Place, ledger: SqlLedger) -> None:
    """While two sides append side by side, one who only looks sees the end of every timeline."""
    names = await declared(ledger, 4)
    async with place.open() as other, place.open() as third:
        timelines = Timelines(third)
        sides = (ledger, other)
        calls = [sides[n % 2].append_inputs(names[n % 4], [NoteAdded(text=str(n))]) for n in range(120)]
        writing = asyncio.gather(*calls)
        while not writing.done():
            await timelines.look()
        await writing
        await timelines.look()
    assert {name: row.seq for name, row in timelines.known.items()} == dict.fromkeys(names, 31)


async def test_the_list_is_read_page_by_page(ledger: SqlLedger) -> None:
    """Newest first; a page begins after the last one of the page before, whatever arrives meanwhile."""
    await declared(ledger, 5)
    lease = await ledger.claim("INC-3", owner="one", ttl=TTL)
    assert lease is not None
    await ledger.append_engine(lease, [IncidentAdvanced(state="closed")])
    first = await ledger.incidents(limit=2)
    await declared(ledger, 1)
    second = await ledger.incidents(limit=2, below=first[-1].number)
    assert [row.incident for row in [*first, *second]] == ["INC-5", "INC-4", "INC-3", "INC-2"]
    assert [row.number for row in await ledger.incidents(states=RUNNING)] == [6, 5, 4, 2, 1]


async def test_a_long_timeline_is_understood_without_holding_the_database(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends a transaction that stands still for seconds, and to make events of many rows takes longer."""
    (incident,) = await declared(ledger, 1)
    open_while_parsing: list[int] = []

    def watched(rows: list[Row], **given: Any) -> list[Entry]:  # noqa: ANN401 - what the real one takes
        open_while_parsing.append(ledger._engine.pool.checkedout())  # type: ignore[attr-defined]  # of every real pool
        return entries_of(rows, **given)

    monkeypatch.setattr("integrations.storage.ledger.entries_of", watched)
    assert len(await ledger.entries(incident)) == 1
    assert open_while_parsing == [0]


async def test_a_remembered_value_is_read_of_all_incidents_at_once(ledger: SqlLedger) -> None:
    """Those without one are not in it."""
    await declared(ledger, 3)
    await ledger.remember("INC-1", "board", {"message": "1"})
    await ledger.remember("INC-3", "board", {"message": "3"})
    await ledger.remember("INC-2", "other", {"message": "2"})
    assert await ledger.recall_all("board") == {"INC-1": {"message": "1"}, "INC-3": {"message": "3"}}
