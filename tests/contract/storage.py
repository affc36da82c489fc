"""What the storage tests share: a clock moved by hand, small events, and a database of each kind."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text

from engine.domain.timeline import IncidentDeclared
from engine.ports.records import DeclareIncident
from integrations.storage.ledger import SqlLedger, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
COUNT = itertools.count(1)


@dataclass(slots=True)
class HandClock:
    """A clock that stands still until it is moved."""

    instant: datetime = NOON

    def now(self) -> datetime:
        return self.instant

    def real_now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    def real_delay(self, due: datetime) -> float:
        return max(0.0, (due - self.instant).total_seconds())

    async def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


@dataclass(slots=True)
class Place:
    """A database and the data folder beside it, to be opened as often as a test wants."""

    url: str
    home: Path
    clock: HandClock = field(default_factory=HandClock)

    def open(self) -> SqlLedger:
        return open_ledger(self.url, home=self.home, clock=self.clock, salt=lambda: b"salt" * 4)


def declaration(*, dedup_key: str | None = None, title: str = "A recording leaked") -> DeclareIncident:
    """An incident to declare."""
    event = IncidentDeclared(
        incident="",
        playbook="video-leak",
        playbook_version=1,
        digest="d1",
        title=title,
        inputs={"found_at": "2026-03-02T11:00:00Z"},
        roles={"lead": ["ada"]},
        dedup_key=dedup_key,
        by="ada",
        via="cli",
    )
    return DeclareIncident(event, dedup_key)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL: the one named by TOCSIN_TEST_POSTGRES_URL, or one of our own."""
    named = NAMED_SERVER
    if named:
        yield named
        return
    from pgserver.postgres_server import get_server  # noqa: PLC0415 - a test-only package, wanted only where no server is named

    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    folder.chmod(0o755)  # run as root, the server is another user, who must get to its data
    server = get_server(folder / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """The URL of a database that exists for one test."""
    name = f"tocsin_test_{os.getpid()}_{next(COUNT)}"
    admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


NAMED_SERVER = os.environ.get("TOCSIN_TEST_POSTGRES_URL")
