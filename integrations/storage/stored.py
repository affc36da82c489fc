"""Events as they are stored, and what they mean."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from sqlalchemy import and_, select

from engine.domain.chain import Head, Row
from engine.domain.errors import IntegrityError, RunError
from engine.domain.timeline import parse
from engine.ports.records import Entry
from integrations.storage.schema import contents, envelopes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Select
    from sqlalchemy import Row as SqlRow

AT_ONCE = 1000
"""So many rows are held while a timeline is streamed."""


def read_rows(connection: Connection, org: str, incident: str, *, after: int = 0) -> list[Row]:
    """Return a timeline as stored, after a sequence number."""
    return [_row(found) for found in connection.execute(_stored(org, incident, after=after))]


def stream_rows(connection: Connection, org: str, incident: str) -> Iterator[Row]:
    """Yield a timeline as stored, holding only some of it at a time."""
    few_at_once = {"yield_per": AT_ONCE}
    for found in connection.execute(_stored(org, incident, after=0), execution_options=few_at_once):
        yield _row(found)


def _stored(org: str, incident: str, *, after: int) -> Select[Any]:
    beside = and_(
        contents.c.org == envelopes.c.org,
        contents.c.incident == envelopes.c.incident,
        contents.c.seq == envelopes.c.seq,
    )
    columns = (envelopes.c.seq, envelopes.c.envelope, envelopes.c.hash, contents.c.body, contents.c.salt)
    its = and_(envelopes.c.org == org, envelopes.c.incident == incident, envelopes.c.seq > after)
    return select(*columns).select_from(envelopes.outerjoin(contents, beside)).where(its).order_by(envelopes.c.seq)


def _row(found: SqlRow[Any]) -> Row:
    return Row(found.seq, _bytes(found.envelope), found.hash, _bytes(found.body), _bytes(found.salt))


@overload
def _bytes(stored: bytes | str) -> bytes: ...
@overload
def _bytes(stored: bytes | str | None) -> bytes | None: ...
def _bytes(stored: bytes | str | None) -> bytes | None:
    """Return what is stored as bytes, also where a hand has put text in their place: it is compared, not believed."""
    return stored.encode() if isinstance(stored, str) else stored


def entries_of(rows: Sequence[Row], *, incident: str, after: int, head: Head) -> list[Entry]:
    """Return the events of what is stored after a sequence number; `head` was read before the rows.

    Raises:
        IntegrityError: there are fewer than the head says, or one cannot be read.
    """
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
