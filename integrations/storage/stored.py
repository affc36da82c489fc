"""Events as they are stored, and what they mean."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, overload

from sqlalchemy import and_, select

from engine.domain.chain import Head, Row
from engine.domain.errors import IntegrityError, RunError
from engine.domain.timeline import parse
from engine.ports.records import Entry
from integrations.storage.schema import contents, envelopes

if TYPE_CHECKING:
    from sqlalchemy import Connection


def read_rows(connection: Connection, org: str, incident: str, *, after: int = 0) -> list[Row]:
    """Return a timeline as stored, after a sequence number."""
    beside = and_(
        contents.c.org == envelopes.c.org,
        contents.c.incident == envelopes.c.incident,
        contents.c.seq == envelopes.c.seq,
    )
    statement = (
        select(envelopes.c.seq, envelopes.c.envelope, envelopes.c.hash, contents.c.body, contents.c.salt)
        .select_from(envelopes.outerjoin(contents, beside))
        .where(envelopes.c.org == org, envelopes.c.incident == incident, envelopes.c.seq > after)
        .order_by(envelopes.c.seq)
    )
    return [
        Row(row.seq, _bytes(row.envelope), row.hash, _bytes(row.body), _bytes(row.salt))
        for row in connection.execute(statement)
    ]


@overload
def _bytes(stored: bytes | str) -> bytes: ...
@overload
def _bytes(stored: bytes | str | None) -> bytes | None: ...
def _bytes(stored: bytes | str | None) -> bytes | None:
    """Return what is stored as bytes, also where a hand has put text in their place: it is compared, not believed."""
    return stored.encode() if isinstance(stored, str) else stored


def read_entries(connection: Connection, org: str, incident: str, *, after: int, head: Head) -> list[Entry]:
    """Return the events after a sequence number.

    Raises:
        IntegrityError: there are fewer than the head says, or one cannot be read.
    """
    rows = read_rows(connection, org, incident, after=after)
    if len(rows) < head.seq - after:
        raise IntegrityError(f"{incident} has lost events: {after + len(rows)} of {head.seq} are there")
    return [entry_of(row) for row in rows]


def entry_of(row: Row) -> Entry:
    """Return the event of a stored row.

    Raises:
        IntegrityError: the row cannot be read.
        RunError: its content was erased.
    """
    if row.content is None:
        raise RunError(f"the content of event {row.seq} was erased; this Tocsin cannot work with what is left")
    try:
        envelope = json.loads(row.envelope)
        event = parse(envelope["type"], envelope["version"], row.content)
        at, real_at = (datetime.fromisoformat(envelope[name]) for name in ("at", "real_at"))
        return Entry(row.seq, at, real_at, envelope["actor"], event, row.hash)
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(f"event {row.seq} cannot be read: {error}") from error
