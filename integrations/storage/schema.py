"""The tables, as SQLAlchemy Core sees them.

Rules kept here:
1. `envelopes`, `contents` and `definitions` are the truth; `asks`, `timers` and the descriptive columns of
   `incidents` are projections that `rebuild` makes again from it.
2. Every row carries `org`, so that one database can serve several organisations later.
3. Instants are stored as UTC text of fixed width: the same in every database, and text order is time order.
4. A change here needs a new file in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from engine.domain.chain import instant_text

DEFAULT_ORG = "default"

METADATA = MetaData()


class Instant(TypeDecorator[datetime]):
    """A UTC instant, kept as ISO 8601 text with microseconds and a Z."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an instant."""
        del dialect
        return None if value is None else instant_text(value.astimezone(UTC))

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the instant of a text."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


def _of_incident(name: str, *columns: Column[object] | Index) -> Table:
    return Table(
        name,
        METADATA,
        Column("org", String, primary_key=True, server_default=DEFAULT_ORG),
        Column("incident", String, primary_key=True),
        *columns,
        ForeignKeyConstraint(["org", "incident"], ["incidents.org", "incidents.incident"]),
    )


counters = Table(
    "counters",
    METADATA,
    Column("org", String, primary_key=True, server_default=DEFAULT_ORG),
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

incidents = Table(
    "incidents",
    METADATA,
    Column("org", String, primary_key=True, server_default=DEFAULT_ORG),
    Column("incident", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("dedup_key", String),
    Column("playbook", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("digest", String, nullable=False),
    Column("head_seq", Integer, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("carried_seq", Integer, nullable=False),
    Column("lease_owner", String),
    Column("lease_expires", Instant),
    Column("fence", Integer, nullable=False),
    Column("changed", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("org", "number"),
    UniqueConstraint("org", "dedup_key"),
    Index("incidents_changed", "org", "changed"),
)
_GROWN = incidents.c.head_seq > incidents.c.carried_seq
Index("incidents_grown", incidents.c.org, incidents.c.number, sqlite_where=_GROWN, postgresql_where=_GROWN)

envelopes = _of_incident(
    "envelopes",
    Column("seq", Integer, primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("hash", String(64), nullable=False),
)

contents = _of_incident(
    "contents",
    Column("seq", Integer, primary_key=True),
    Column("salt", LargeBinary),
    Column("body", LargeBinary),
)

definitions = Table(
    "definitions",
    METADATA,
    Column("org", String, primary_key=True, server_default=DEFAULT_ORG),
    Column("digest", String, primary_key=True),
    Column("text", Text, nullable=False),
)

timers = _of_incident(
    "timers",
    Column("timer", String, primary_key=True),
    Column("due", Instant, nullable=False),
    Column("clock", String, nullable=False),
    Column("fired_at", Instant),
)
_UNFIRED = timers.c.fired_at.is_(None)
Index("timers_due", timers.c.org, timers.c.clock, timers.c.due, sqlite_where=_UNFIRED, postgresql_where=_UNFIRED)

asks = _of_incident(
    "asks",
    Column("ask", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("step", String, nullable=False),
    Column("by", JSON, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("approvers", JSON, nullable=False),
    Column("due", Instant),
)

remembered = _of_incident(
    "remembered",
    Column("kind", String, primary_key=True),
    Column("value", JSON, nullable=False),
)

inbox = Table(
    "inbox",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("org", String, nullable=False, server_default=DEFAULT_ORG),
    Column("source", String, nullable=False),
    Column("source_id", String, nullable=False),
    Column("received", Instant, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("handled_at", Instant),
    Column("outcome", Text),
    UniqueConstraint("org", "source", "source_id"),
    Index("inbox_pending", "handled_at", "id"),
)
