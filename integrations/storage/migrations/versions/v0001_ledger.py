"""The ledger's first tables.

Rule kept here: the tables are written out as they were then, never imported from the schema of today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT_INSTANT = sa.String(27)
HASH = sa.String(64)


def upgrade() -> None:
    """Create every table."""
    _truth()
    _projections()
    _around()


def _truth() -> None:
    op.create_table(
        "counters",
        _org(),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    op.create_table(
        "incidents",
        _org(),
        sa.Column("incident", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("dedup_key", sa.String),
        sa.Column("playbook", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("exercise", sa.Boolean, nullable=False),
        sa.Column("declared_at", TEXT_INSTANT, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("head_seq", sa.Integer, nullable=False),
        sa.Column("head_hash", HASH, nullable=False),
        sa.Column("carried_seq", sa.Integer, nullable=False),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_expires", TEXT_INSTANT),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.UniqueConstraint("org", "number"),
        sa.UniqueConstraint("org", "dedup_key"),
    )
    op.create_table(
        "envelopes",
        *_place(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        _incident(),
    )
    op.create_table(
        "contents",
        *_place(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary),
        _incident(),
    )
    op.create_table(
        "definitions",
        _org(),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )


def _projections() -> None:
    op.create_table(
        "timers",
        *_place(),
        sa.Column("timer", sa.String, primary_key=True),
        sa.Column("due", TEXT_INSTANT, nullable=False),
        sa.Column("clock", sa.String, nullable=False),
        sa.Column("fired_at", TEXT_INSTANT),
        _incident(),
    )
    op.create_index("timers_due", "timers", ["fired_at", "clock", "due"])
    op.create_table(
        "asks",
        *_place(),
        sa.Column("ask", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("by", sa.JSON, nullable=False),
        sa.Column("quorum", sa.Integer, nullable=False),
        sa.Column("approvers", sa.JSON, nullable=False),
        sa.Column("due", TEXT_INSTANT),
        _incident(),
    )


def _around() -> None:
    op.create_table(
        "remembered",
        *_place(),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        _incident(),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("org", sa.String, nullable=False, server_default="default"),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("source_id", sa.String, nullable=False),
        sa.Column("received", TEXT_INSTANT, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("handled_at", TEXT_INSTANT),
        sa.Column("outcome", sa.Text),
        sa.UniqueConstraint("org", "source", "source_id"),
    )
    op.create_index("inbox_pending", "inbox", ["handled_at", "id"])


def _org() -> sa.Column[str]:
    return sa.Column("org", sa.String, primary_key=True, server_default="default")


def _place() -> tuple[sa.Column[str], sa.Column[str]]:
    return _org(), sa.Column("incident", sa.String, primary_key=True)


def _incident() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["org", "incident"], ["incidents.org", "incidents.incident"])
