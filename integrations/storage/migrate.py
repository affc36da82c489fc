"""Bring a database to the tables this Tocsin works with.

Rules kept here:
1. A database that is current costs one small query; Alembic is imported only when there is something to do.
2. Only one process migrates at a time, and a database written by a newer Tocsin is refused, never touched.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from engine.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

REVISIONS = ("0001", "0002")
"""Every revision, oldest first; a test compares it with the files."""

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_862_349
"""An arbitrary number that stands for this lock in PostgreSQL."""


def bring_up_to_date(engine: Engine, *, home: Path) -> None:
    """Create or change the tables where needed.

    Raises:
        ConfigError: the database was written by a newer Tocsin.
    """
    if _current(engine) == REVISIONS[-1]:
        return
    with _alone(home), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        _upgrade(connection)


def version_of(engine: Engine) -> str | None:
    """Return the version of a database's tables, None where there are none; nothing is written.

    Raises:
        ConfigError: the database was written by a newer Tocsin, or cannot be reached.
    """
    database = engine.url.database or ""
    if engine.dialect.name == "sqlite" and not Path(database).exists():
        return None  # to connect would make the file
    try:
        return _current(engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise ConfigError(f"the database cannot be read: {reason}", hint="Check TOCSIN_DATABASE_URL.") from None


def _current(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (OperationalError, ProgrammingError) as error:
        if "alembic_version" in str(error.orig):
            return None
        raise
    if found is not None and found not in REVISIONS:
        raise ConfigError(
            f"the database has tables of version {found}, which this Tocsin does not know",
            hint="It was opened by a newer Tocsin; use that one.",
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - takes a third of a second, and is hardly ever needed
    from alembic.config import Config  # noqa: PLC0415 - as the line above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
