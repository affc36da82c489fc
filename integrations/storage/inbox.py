"""What came in and has not been worked off, one row per id that its source gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from engine.ports.records import InboxRow
from integrations.storage.schema import inbox
from integrations.storage.statements import insert_unless_there

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from integrations.storage.writer import Writing


def put_row(
    writing: Writing, *, org: str, source: str, source_id: str, payload: Mapping[str, object], received: datetime
) -> bool:
    """Keep something that came in; False when its source id is known."""
    values = {
        "org": org,
        "source": source,
        "source_id": source_id,
        "received": received,
        "payload": dict(payload),
    }
    return insert_unless_there(writing.connection, inbox, values)


def pending_rows(connection: Connection, org: str, *, limit: int) -> list[InboxRow]:
    """Return what waits, oldest first."""
    statement = (
        select(inbox.c.id, inbox.c.source, inbox.c.source_id, inbox.c.received, inbox.c.payload)
        .where(inbox.c.org == org, inbox.c.handled_at.is_(None))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [InboxRow(*row) for row in connection.execute(statement)]


def finish_row(writing: Writing, *, row: int, outcome: str, at: datetime) -> None:
    """Mark a row as worked off and erase what it held, answers of people above all; the first outcome stays."""
    waiting = update(inbox).where(inbox.c.id == row, inbox.c.handled_at.is_(None))
    writing.connection.execute(waiting.values(handled_at=at, outcome=outcome, payload={}))
