"""A look at a ledger's database from outside, with nothing of what the engines hold in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.domain import chain
from engine.domain.chain import Head
from integrations.storage.heads import HeadFile
from integrations.storage.inbox import pending_rows
from integrations.storage.leases import Leases
from integrations.storage.reading import growth, runnable, timers_due
from integrations.storage.schema import DEFAULT_ORG, METADATA, inbox, incidents, timers
from integrations.storage.stored import entry_of, read_rows
from tests.contract.storage import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from engine.ports.records import Growth

MANY = 10_000


def look(engine: Engine, *, now: datetime) -> dict[str, Any]:
    """Return what a database shows, in the form of `Model.shown`."""
    with engine.connect() as connection:
        rows = connection.execute(select(inbox).order_by(inbox.c.id)).all()
        return {
            "timelines": {
                row.incident: (
                    row.dedup_key,
                    [entry_of(one).event for one in read_rows(connection, DEFAULT_ORG, row.incident)],
                    row.carried_seq,
                    row.fence,
                    row.lease_owner,
                    row.lease_expires,
                    _timers(connection, row.incident),
                )
                for row in connection.execute(select(incidents).order_by(incidents.c.number))
            },
            "inbox": {(row.source, row.source_id): row.outcome for row in rows},
            "pending": [(row.source, row.source_id) for row in pending_rows(connection, DEFAULT_ORG, limit=MANY)],
            "runnable": runnable(connection, DEFAULT_ORG, leases=Leases(HandClock(now)), now=now, limit=MANY),
            "due": [
                (timer.due, timer.incident, timer.timer)
                for timer in timers_due(connection, DEFAULT_ORG, instants={"story": now}, limit=MANY)
            ],
        }


def faults(engine: Engine, homes: Iterable[Path]) -> list[str]:
    """Return what does not fit: a chain, its head in the database, or a head that is kept outside."""
    outside = [HeadFile(home, org=DEFAULT_ORG).all() for home in homes if home.exists()]
    found: list[str] = []
    with engine.connect() as connection:
        for row in connection.execute(select(incidents)):
            rows = read_rows(connection, DEFAULT_ORG, row.incident)
            heads = [
                Head(row.head_seq, row.head_hash),
                *(known[row.incident] for known in outside if row.incident in known),
            ]
            wrong = chain.verify(rows, known=heads, incident=row.incident)
            found += [f"{row.incident}: {wrong}"] if wrong else []
            found += [f"{row.incident} has more events than its head"] if len(rows) != row.head_seq else []
    return found


def known(home: Path, incident: str) -> int:
    """Return how far an incident is known to reach in a data folder."""
    head = HeadFile(home, org=DEFAULT_ORG).known(incident)
    return head.seq if head else 0


def grown(engine: Engine, *, since: int) -> Growth:
    """Return what a look since a mark finds."""
    with engine.connect() as connection:
        return growth(connection, DEFAULT_ORG, since=since)


def numbers(engine: Engine) -> dict[int, tuple[str, str]]:
    """Return what the rows of the inbox hold, by their numbers."""
    with engine.connect() as connection:
        return {row.id: (row.source, row.source_id) for row in connection.execute(select(inbox))}


def empty(engine: Engine) -> None:
    """Empty every table."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())


def _timers(connection: Connection, incident: str) -> dict[str, tuple[datetime, bool]]:
    found = connection.execute(select(timers).where(timers.c.incident == incident))
    return {row.timer: (row.due, row.fired_at is not None) for row in found}
