"""A number for each change of an incident, so that what has grown since a look is found without reading what has not.

Theory of operation. In SQLite one transaction writes at a time: the next number is the highest so far and one more. In
PostgreSQL several write at once, and one that began earlier may end later: there the number is the transaction's own,
and a look remembers the oldest transaction that was still under way. So some rows are seen twice, and none is missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Text, cast, func, select

from integrations.storage.schema import incidents

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement

DIALECTS = ("sqlite", "postgresql")
_EARLIER = incidents.alias("earlier")


def this_change(dialect: str, org: BindParameter[str]) -> ColumnElement[int]:
    """Return the number of the change that is being written."""
    return _next(org) if dialect == "sqlite" else _number(func.pg_current_xact_id())


def first_unseen(dialect: str, org: BindParameter[str]) -> ColumnElement[int]:
    """Return the lowest number that a change may have which this transaction does not see."""
    return _next(org) if dialect == "sqlite" else _number(func.pg_snapshot_xmin(func.pg_current_snapshot()))


def _next(org: BindParameter[str]) -> ColumnElement[int]:
    highest = select(func.coalesce(func.max(_EARLIER.c.changed), 0) + 1).where(_EARLIER.c.org == org)
    return highest.scalar_subquery()


def _number(transaction: ColumnElement[str]) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)
