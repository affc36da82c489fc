"""Where an incident stands is folded on from the last look, and is what the whole timeline adds up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from engine.domain.timeline import FactAdded, LossAccepted, NoteAdded
from engine.runtime.standings import Standings, folded
from tests.contract.storage import Place, declaration

if TYPE_CHECKING:
    from engine.domain.incident import Incident
    from integrations.storage.ledger import SqlLedger

COUNT = 40


async def whole(ledger: SqlLedger, incident: str) -> Incident:
    """Return what a timeline adds up to, read from its beginning."""
    return folded(None, await ledger.entries(incident))


def urls(numbers: range) -> list[FactAdded]:
    """Mirrors that somebody found."""
    return [FactAdded(name="urls", values=[f"https://m{n}.example"], by="ada", origin=f"m{n}") for n in numbers]


async def test_it_goes_on_from_the_last_look(ledger: SqlLedger) -> None:
    """Whatever came in between is in it; what came of an origin is known; what was given out stays as it was."""
    incident, _ = await ledger.declare(declaration(), definition="text")
    standings = Standings(ledger)
    first = await standings.of(incident)
    assert (first.incident, first.origins) == (await whole(ledger, incident), {})
    assert await standings.of(incident) is first
    await ledger.append_inputs(incident, urls(range(COUNT)))
    second = await standings.of(incident)
    assert second.incident == await whole(ledger, incident)
    assert len(second.incident.fact("urls")) == COUNT
    await ledger.append_inputs(incident, urls(range(COUNT, 2 * COUNT)))
    third = await standings.of(incident)
    assert third.incident == await whole(ledger, incident)
    assert [len(one.incident.fact("urls") or []) for one in (first, second, third)] == [0, COUNT, 2 * COUNT]
    assert list(third.origins["m7"]) == [urls(range(8))[-1]]
    assert set(second.origins) == {f"m{n}" for n in range(COUNT)}


async def test_a_timeline_that_was_cut_is_folded_anew(place: Place) -> None:
    """Its end is gone and others have written since: what was folded counts no more, however long it is by now."""
    async with place.open() as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
        standings = Standings(ledger)
        await ledger.append_inputs(incident, urls(range(COUNT)))
        assert len((await standings.of(incident)).incident.fact("urls")) == COUNT
        cut = 3
        rows = await ledger.rows(incident)
        with ledger._engine.connect().execution_options(writes=True) as connection, connection.begin():
            for table in ("envelopes", "contents"):
                connection.execute(text(f"DELETE FROM {table} WHERE seq > {cut}"))  # noqa: S608 - of this test
            kept = {"seq": cut, "hash": rows[cut - 1].hash}
            connection.execute(text("UPDATE incidents SET head_seq = :seq, head_hash = :hash"), kept)
        lost = LossAccepted(by="ada", reason="The disk lied.", known_seq=len(rows), known_hash=rows[-1].hash)
        await ledger.append_inputs(incident, [lost])
        assert (await standings.of(incident)).incident == await whole(ledger, incident)
        await ledger.append_inputs(incident, [NoteAdded(text=str(n), by="ada") for n in range(2 * COUNT)])
        again = await standings.of(incident)
        assert again.incident == await whole(ledger, incident)
        assert again.incident.unclean
        assert set(again.origins) == {"m0", "m1"}


async def test_only_so_many_are_kept(ledger: SqlLedger) -> None:
    """Those that were asked for longest ago go first, and are read again when they are asked for."""
    names = [(await ledger.declare(declaration(), definition="text"))[0] for _ in range(3)]
    standings = Standings(ledger, most=2)
    first = await standings.of(names[0])
    for name in names[1:]:
        await standings.of(name)
    again = await standings.of(names[0])
    assert again is not first
    assert again == first
