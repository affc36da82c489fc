"""What is read from the ledger: lists, heads, timers."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from engine.domain.chain import Head
from engine.domain.errors import RunError, UnknownIncidentError
from engine.ports.records import AskRow, Grown, Growth, IncidentRow, Timer
from integrations.storage.changes import first_unseen
from integrations.storage.faults import way_on
from integrations.storage.leases import perhaps_free
from integrations.storage.schema import asks, definitions, envelopes, incidents, remembered, timers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from integrations.storage.leases import Leases

CLOCKS = ("story", "real")


def head(connection: Connection, org: str, incident: str) -> Head:
    """Return the last event's place and hash."""
    statement = select(incidents.c.head_seq, incidents.c.head_hash).where(
        incidents.c.org == org, incidents.c.incident == incident
    )
    row = connection.execute(statement).first()
    if row is None:
        raise UnknownIncidentError(f"There is no incident {incident}.")
    return Head(*row)


def declared_by(connection: Connection, org: str, dedup_key: str) -> str | None:
    """Return the incident of a dedup key."""
    same = and_(incidents.c.org == org, incidents.c.dedup_key == dedup_key)
    incident: str | None = connection.execute(select(incidents.c.incident).where(same)).scalar()
    return incident


def definition(connection: Connection, org: str, digest: str) -> str:
    """Return the text of the playbook with that digest."""
    statement = select(definitions.c.text).where(definitions.c.org == org, definitions.c.digest == digest)
    text = connection.execute(statement).scalar()
    if text is None:
        raise RunError(f"the ledger has no playbook with digest {digest}")
    return str(text)


def all_definitions(connection: Connection, org: str) -> dict[str, str]:
    """Return every kept text of a playbook, by digest."""
    rows = connection.execute(select(definitions.c.digest, definitions.c.text).where(definitions.c.org == org))
    return {row.digest: row.text for row in rows}


def runnable(connection: Connection, org: str, *, leases: Leases, now: datetime, limit: int) -> list[str]:
    """Return incidents that have grown since they were last carried and whose lease is free, oldest first."""
    statement = (
        select(incidents.c.incident, incidents.c.fence, incidents.c.lease_expires)
        .where(incidents.c.org == org, incidents.c.head_seq > incidents.c.carried_seq, perhaps_free(now))
        .order_by(incidents.c.number)
        .limit(limit)
    )
    rows = connection.execute(statement)
    return [row.incident for row in rows if leases.free(row.incident, fence=row.fence, ends=row.lease_expires, now=now)]


def timers_due(connection: Connection, org: str, *, instants: Mapping[str, datetime], limit: int) -> list[Timer]:
    """Return unfired timers that are due by the instant of their clock, the earliest first."""
    found = []
    for clock, now in instants.items():  # the index is ordered by clock, then by due
        due = (timers.c.org == org, timers.c.fired_at.is_(None), timers.c.clock == clock, timers.c.due <= now)
        statement = select(timers.c.incident, timers.c.timer, timers.c.due, timers.c.clock).where(*due)
        found += [Timer(*row) for row in connection.execute(statement.order_by(timers.c.due).limit(limit))]
    return sorted(found, key=attrgetter("due", "incident", "timer"))[:limit]


def next_timer(connection: Connection, org: str) -> dict[str, datetime]:
    """Return the earliest due instant of unfired timers per clock."""
    found = {}
    for clock in CLOCKS:
        waiting = (timers.c.org == org, timers.c.fired_at.is_(None), timers.c.clock == clock)
        statement = select(timers.c.due).where(*waiting).order_by(timers.c.due).limit(1)
        if (due := connection.execute(statement).scalar()) is not None:
            found[clock] = due
    return found


def growth(connection: Connection, org: str, *, since: int) -> Growth:
    """Return what has grown since a mark, and the next mark."""
    unseen = first_unseen(connection.dialect.name, bindparam("its_org"))
    mark = connection.execute(select(unseen), {"its_org": org}).scalar_one()
    columns = (incidents.c.incident, incidents.c.head_seq, incidents.c.state)
    changed = select(*columns).where(incidents.c.org == org, incidents.c.changed >= since)
    rows = connection.execute(changed.order_by(incidents.c.changed, incidents.c.number))
    return Growth(tuple(Grown(*row) for row in rows), mark)


def incident_rows(
    connection: Connection, org: str, *, limit: int | None, below: int | None, states: Collection[str] | None
) -> list[IncidentRow]:
    """Return incidents, newest first: at most `limit`, of numbers under `below`, in one of these states."""
    count = (
        select(func.count())
        .select_from(asks)
        .where(asks.c.org == incidents.c.org, asks.c.incident == incidents.c.incident)
        .scalar_subquery()
    )
    statement = select(incidents, count.label("open_asks")).where(incidents.c.org == org)
    if below is not None:
        statement = statement.where(incidents.c.number < below)
    if states is not None:
        statement = statement.where(incidents.c.state.in_(states))
    return [
        IncidentRow(
            incident=row.incident,
            number=row.number,
            title=row.title,
            playbook=row.playbook,
            state=row.state,
            exercise=row.exercise,
            declared_at=row.declared_at,
            head=Head(row.head_seq, row.head_hash),
            open_asks=row.open_asks,
        )
        for row in connection.execute(statement.order_by(incidents.c.number.desc()).limit(limit))
    ]


def open_asks(connection: Connection, org: str) -> list[AskRow]:
    """Return every open ask, the next due first and those without a due time last."""
    statement = (
        select(asks).where(asks.c.org == org).order_by(asks.c.due.is_(None), asks.c.due, asks.c.incident, asks.c.ask)
    )
    return [
        AskRow(row.incident, row.ask, row.kind, row.step, title=row.step, by=tuple(row.by), due=row.due)
        for row in connection.execute(statement)
    ]


def recall(connection: Connection, org: str, incident: str, kind: str) -> dict[str, str] | None:
    """Return a remembered value."""
    statement = select(remembered.c.value).where(
        remembered.c.org == org, remembered.c.incident == incident, remembered.c.kind == kind
    )
    value: dict[str, str] | None = connection.execute(statement).scalar()
    return value


def recall_all(connection: Connection, org: str, kind: str) -> dict[str, dict[str, str]]:
    """Return a remembered value of every incident that has one."""
    statement = select(remembered.c.incident, remembered.c.value)
    found = connection.execute(statement.where(remembered.c.org == org, remembered.c.kind == kind))
    return {row.incident: row.value for row in found}


def head_faults(connection: Connection, org: str, known: Mapping[str, Head]) -> dict[str, tuple[str, str]]:
    """Return, for each incident whose known head the ledger does not have, a sentence and what to do (or nothing)."""
    its = and_(
        envelopes.c.org == incidents.c.org,
        envelopes.c.incident == incidents.c.incident,
        envelopes.c.seq == incidents.c.head_seq,
    )
    last = select(envelopes.c.incident, envelopes.c.seq, envelopes.c.hash).join(incidents, its)
    ends = {incident: Head(*end) for incident, *end in connection.execute(last.where(incidents.c.org == org))}
    faults = {}
    for incident, expected in known.items():
        if ends.get(incident) == expected:
            continue
        statement = select(envelopes.c.hash).where(
            envelopes.c.org == org, envelopes.c.incident == incident, envelopes.c.seq == expected.seq
        )
        found = connection.execute(statement).scalar()
        if found is None:
            what = f"event {expected.seq} of {incident} is known outside the database and missing in it"
            faults[incident] = what, way_on(incident)
        elif found != expected.hash:
            faults[incident] = f"event {expected.seq} of {incident} differs from what is known outside the database", ""
    return faults
