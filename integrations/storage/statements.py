"""The few things that are spelt per database: insert unless there, insert or replace, the number of a change.

Theory of changes. Every append gives its incident a number, so that what has grown since a look is found without
reading what has not. In SQLite one transaction writes at a time: the next number is the highest so far and one more. In
PostgreSQL several write at once, and one that began earlier may end later: there the number is the transaction's own,
and a look remembers the oldest transaction that was still under way. So some rows are seen twice, and none is missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

SQLITE_CHANGE = "(SELECT coalesce(max(changed), 0) + 1 FROM incidents)"


class ThisChange(ColumnElement[int]):
    """The number of the change that is being written."""

    type = BigInteger()
    inherit_cache = True


class FirstUnseen(ColumnElement[int]):
    """The lowest number that a change may have which this transaction does not see."""

    type = BigInteger()
    inherit_cache = True


@compiles(ThisChange, "sqlite")
@compiles(FirstUnseen, "sqlite")
def _in_sqlite(*_: Any, **__: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own signature
    return SQLITE_CHANGE


@compiles(ThisChange, "postgresql")
def _this_in_postgres(*_: Any, **__: Any) -> str:  # noqa: ANN401 - as above
    return "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"


@compiles(FirstUnseen, "postgresql")
def _unseen_in_postgres(*_: Any, **__: Any) -> str:  # noqa: ANN401 - as above
    return "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"


def insert_unless_there(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless a unique one like it is there; return whether it was inserted."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def insert_or_replace(connection: Connection, table: Table, values: Mapping[str, object]) -> None:
    """Insert a row, or give the row with the same primary key these values."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    statement = _insert(connection, table).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
