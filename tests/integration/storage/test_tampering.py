"""What somebody changes behind the ledger's back is found and named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine.domain.errors import IntegrityError
from engine.domain.timeline import LossAccepted, NoteAdded
from tests.contract.storage import Place, declaration


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty SQLite database."""
    return Place(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path / "home")


async def written(place: Place) -> None:
    """Leave an incident of four events behind, and close."""
    async with place.open() as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
        await ledger.append_inputs(incident, [NoteAdded(text=str(n)) for n in range(3)])


def meddle(place: Place, *statements: str) -> None:
    """Change the database without the ledger."""
    with closing(sqlite3.connect(place.url.removeprefix("sqlite:///"))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE envelopes SET envelope = CAST(replace(envelope, 'clock', 'cloak') AS BLOB) WHERE seq = 3",
            "stored hash",
        ),
        ("UPDATE contents SET body = CAST(replace(body, '1', '7') AS BLOB) WHERE seq = 3", "committed to"),
        ("UPDATE contents SET salt = CAST('pepper' AS BLOB) WHERE seq = 3", "committed to"),
        ("UPDATE envelopes SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 3", "stored hash"),
    ],
)
async def test_a_changed_event_is_named(place: Place, statement: str, reason: str) -> None:
    """The first event that does not fit is the one that was changed."""
    await written(place)
    meddle(place, statement)
    async with place.open() as ledger:
        mismatch = await ledger.verify("INC-1")
    assert mismatch is not None
    assert mismatch.seq == 3
    assert reason in mismatch.reason


async def test_erased_content_still_verifies(place: Place) -> None:
    """The chain holds commitments, so a person's data can go."""
    await written(place)
    meddle(place, "UPDATE contents SET body = NULL, salt = NULL WHERE seq = 3")
    async with place.open() as ledger:
        assert await ledger.verify("INC-1") is None


TRUNCATE = (
    "DELETE FROM contents WHERE seq > 2",
    "DELETE FROM envelopes WHERE seq > 2",
    "UPDATE incidents SET head_seq = 2, head_hash = (SELECT hash FROM envelopes WHERE seq = 2)",
)


async def test_a_missing_tail_is_found_and_the_incident_is_not_carried(place: Place) -> None:
    """However well the database was made to look whole, the head outside it knows better."""
    await written(place)
    meddle(place, *TRUNCATE)
    async with place.open() as ledger:
        mismatch = await ledger.verify("INC-1")
        assert mismatch is not None
        assert (mismatch.seq, "missing" in mismatch.reason) == (3, True)
        with pytest.raises(IntegrityError, match="ends at event 2, but 4"):
            await ledger.claim("INC-1", owner="one", ttl=timedelta(seconds=9))
        with pytest.raises(IntegrityError):
            await ledger.append_inputs("INC-1", [NoteAdded(text="as if nothing had happened")])
        with pytest.raises(IntegrityError, match="event 4 of INC-1"):
            await ledger.check_heads()


async def test_an_accepted_loss_lets_the_incident_go_on(place: Place) -> None:
    """The acceptance is an event, and the head known outside follows it back."""
    await written(place)
    meddle(place, *TRUNCATE)
    async with place.open() as ledger:
        known = await ledger.known_head("INC-1")
        assert known is not None
        loss = LossAccepted(known_seq=known.seq, known_hash=known.hash, reason="the disk died", by="ada")
        await ledger.append_inputs("INC-1", [loss])
        assert await ledger.verify("INC-1") is None
        await ledger.check_heads()
        assert await ledger.claim("INC-1", owner="one", ttl=timedelta(seconds=9)) is not None


async def test_a_tail_missing_with_its_head_file_is_found_by_the_incidents_row(place: Place) -> None:
    """Without the head file, the database's own note of the head still counts."""
    await written(place)
    (place.home / "heads").unlink()
    meddle(place, *TRUNCATE[:2])
    async with place.open() as ledger:
        mismatch = await ledger.verify("INC-1")
    assert mismatch is not None
    assert mismatch.seq == 3


async def test_a_lost_database_is_noticed(place: Place, tmp_path: Path) -> None:
    """A new, empty database beside an old head file is refused before it takes an old number."""
    await written(place)
    fresh = Place(f"sqlite:///{tmp_path / 'other.db'}", place.home)
    async with fresh.open() as ledger:
        with pytest.raises(IntegrityError, match="INC-1"):
            await ledger.check_heads()
        with pytest.raises(IntegrityError):
            await ledger.declare(declaration(), definition="text")
