"""What came in, and what was appended, while a part of the disk takes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from engine.domain.errors import RunError
from engine.domain.timeline import NoteAdded
from engine.runtime.inward.worker import TRIES, InboxWorker
from tests.contract.storage import Place, declaration
from tests.integration.faults.rig import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from engine.ports.records import InboxRow
    from integrations.storage.ledger import SqlLedger

REFUSE = "CREATE TRIGGER refuse BEFORE UPDATE ON incidents BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
REFUSE_ALL = REFUSE.replace("refuse", "refuse_all").replace("incidents", "inbox")


@dataclass
class Notes:
    """A handler that puts a note on INC-1."""

    ledger: SqlLedger
    given_up: list[int] = field(default_factory=list)

    async def take(self, row: InboxRow) -> str | None:
        await self.ledger.append_inputs("INC-1", [NoteAdded(text=str(row.payload["text"]))])
        return "done"

    async def give_up(self, row: InboxRow) -> None:
        self.given_up.append(row.id)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty SQLite database."""
    return Place(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path / "home")


async def test_nobody_is_told_that_it_came_to_nothing_while_that_cannot_be_written(
    place: Place, tmp_path: Path
) -> None:
    """However long the database is full, what came in waits; with space again it is done, once."""
    async with place.open() as ledger:
        await ledger.declare(declaration(), definition="text")
        await ledger.put("slack", "1", {"text": "seen"})
        notes = Notes(ledger)
        worker = InboxWorker(inbox=ledger, handlers={"slack": notes}, clock=place.clock)
        change(tmp_path, REFUSE, REFUSE_ALL)
        for number in range(1, TRIES + 4):
            if number < TRIES:
                assert await worker.work_off() == 0
            else:
                with pytest.raises(RunError, match="database or disk is full"):
                    await worker.work_off()
            await place.clock.sleep(60)
        assert notes.given_up == []
        change(tmp_path, "DROP TRIGGER refuse", "DROP TRIGGER refuse_all")
        assert await worker.work_off() == 1
        assert notes.given_up == []
        assert (await ledger.head("INC-1")).seq == 2
        assert await ledger.pending(limit=1) == []


async def test_what_is_in_the_database_and_not_in_the_head_file_is_told_as_it_is(place: Place) -> None:
    """Nobody is sent to do again what was done; what is appended next brings the head file up to date."""
    async with place.open() as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
        with frozen(place.home / "heads"), pytest.raises(RunError, match="not in the file of heads") as told:
            await ledger.append_inputs(incident, [NoteAdded(text="once")])
        assert "before you do it again" in told.value.hint()
        assert (await ledger.head(incident)).seq == 2
        await ledger.append_inputs(incident, [NoteAdded(text="next")])
        assert await ledger.known_head(incident) == await ledger.head(incident)
        assert await ledger.verify(incident) is None


def change(folder: Path, *statements: str) -> None:
    """Change the database beside the ledger that has it open."""
    with closing(sqlite3.connect(folder / "ledger.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
