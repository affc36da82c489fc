"""Connections to SQLite and PostgreSQL that lose nothing once a commit has returned.

Rules kept here:
1. SQLite: write-ahead log, every commit flushed to disk, foreign keys on; a writing transaction takes the
   write lock when it begins, so that it never fails half-way because somebody else writes.
2. PostgreSQL: every commit flushed to disk, whatever the server's default; who stands still in the middle of a
   transaction loses it after the length of a lease, and with it the locks that others wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from engine.domain.errors import ConfigError

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""The last one: what is erased leaves no bytes behind in the file."""
POSTGRES_OPTIONS = "-c synchronous_commit=on -c idle_in_transaction_session_timeout=6000"
POSTGRES_DRIVER = "postgresql+psycopg"


def connect(url: str) -> Engine:
    """Return the engine of a database URL (`sqlite:///path` or `postgresql://...`).

    Raises:
        ConfigError: the URL is not one of these.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"the database URL cannot be read: {error}") from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(str(parsed))
        case "postgresql":
            plain = parsed.set(drivername=POSTGRES_DRIVER)
            return create_engine(plain, connect_args={"options": POSTGRES_OPTIONS}, pool_size=8, pool_pre_ping=True)
        case other:
            raise ConfigError(f"Tocsin keeps its ledger in SQLite or PostgreSQL, not in {other}")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    del entry
    connection.isolation_level = None  # BEGIN is ours: Python's sqlite3 would begin too late and without the lock
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
