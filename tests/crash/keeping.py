"""Databases that a command works on as a whole when it is killed: what is in them, and what they looked like before.

Rule kept here: everything is compared row by row, as the database has it, with nothing of ours in between.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, inspect, select

from engine.domain.timeline import AskOpened, IncidentAdvanced, NoteAdded, TimerFired, TimerSet
from integrations.storage.databases import connect
from integrations.storage.migrate import MIGRATIONS
from tests.architecture.sources import ROOT
from tests.contract.storage import NOON, Place, declaration
from tests.contract.test_ledger import TTL
from tests.integration.serve.house import TOCSIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.crash.points import Point

INCIDENTS = 3
KILLED = -9

Rows = dict[str, list[dict[str, Any]]]
"""Table -> its rows."""


@dataclass(frozen=True)
class Kept:
    """A database, and the commands that work on it."""

    place: Place
    environment: Mapping[str, str]

    def killed(self, point: Point, *words: str) -> None:
        """Run a command that is killed at a point."""
        note = self.place.home / "note"
        mined = (sys.executable, "-m", "tests.crash.armed", point.name, str(note), *words)
        ended = subprocess.run(mined, env=self.environment, cwd=ROOT, capture_output=True, check=False)
        assert ended.returncode == KILLED, ended.stderr.decode()
        assert note.read_text(encoding="utf-8") == point.name

    def runs(self, *words: str) -> None:
        """Run a command to its good end."""
        ended = subprocess.run((*TOCSIN, *words), env=self.environment, cwd=ROOT, capture_output=True, check=False)
        assert ended.returncode == 0, ended.stderr.decode()

    def rows(self) -> Rows:
        """Return everything that is in the database."""
        engine = connect(self.place.url)
        try:
            return _rows(engine)
        finally:
            engine.dispose()

    def shape(self) -> dict[str, Any]:
        """Return the columns and indexes of every table."""
        engine = connect(self.place.url)
        try:
            seen = inspect(engine)
            return {
                table: (
                    sorted(column["name"] for column in seen.get_columns(table)),
                    sorted(str(index["name"]) for index in seen.get_indexes(table)),
                )
                for table in seen.get_table_names()
            }
        finally:
            engine.dispose()

    async def fill(self) -> None:
        """Put incidents into it, with everything that lists and clocks show."""
        async with self.place.open() as ledger:
            for _ in range(INCIDENTS):
                incident, _ = await ledger.declare(declaration(), definition="text")
                lease = await ledger.claim(incident, owner="one", ttl=TTL)
                assert lease is not None
                due = NOON.isoformat()
                await ledger.append_engine(
                    lease,
                    [
                        AskOpened(ask="a1", kind="task", step="write", by=["press"], due=due),
                        AskOpened(ask="a2", kind="task", step="read", by=["legal"]),
                        TimerSet(timer="t1", due=due, purpose="due"),
                        TimerSet(timer="t2", due=due, purpose="due"),
                        TimerFired(timer="t1", late=1),
                        IncidentAdvanced(state="contained"),
                    ],
                )
                await ledger.append_inputs(incident, [NoteAdded(text="so it was", by="ada")])
                await ledger.put("slack", f"Ev{incident}", {"incident": incident})

    def falsify(self) -> None:
        """Spoil what is made from the timelines."""
        engine = connect(self.place.url)
        found = MetaData()
        found.reflect(engine)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(found.tables["asks"].delete())
            connection.execute(found.tables["timers"].update().values(fired_at=None))
            connection.execute(found.tables["incidents"].update().values(state="declared"))
        engine.dispose()


def made_of(revision: str, place: Place, rows: Rows) -> None:
    """Make the tables of a revision in an empty database, and put rows into them, as far as they go there."""
    engine = connect(place.url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    found = MetaData()
    found.reflect(engine)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for table in found.sorted_tables:
            kept = [{name: row[name] for name in table.columns.keys()} for row in rows.get(table.name, [])]  # noqa: SIM118 - the names, not the columns
            if kept and table.name != "alembic_version":
                connection.execute(table.insert(), kept)
    engine.dispose()


def _rows(engine: Engine) -> Rows:
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in found.sorted_tables
        }


def environment_of(place: Place, *, url: str) -> dict[str, str]:
    """Return the environment of a command on this database."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))},
        "TOCSIN_HOME": str(place.home),
        "TOCSIN_DATABASE_URL": url,
    }


def folder_of(path: Path) -> Path:
    """Return a data folder that is there."""
    path.mkdir()
    return path
