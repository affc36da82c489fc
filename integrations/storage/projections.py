"""What lists and clocks read, kept up to date from the events in the transaction that appends them.

Rules kept here:
1. A projection is a function of the timeline: made again from it, it is the same.
2. A task or decision is closed by its first answer; an approval by a decline, or once as many different
   people as its quorum have approved; any ask by `AskClosed`.
3. An offer of the command is asked of somebody too, at most one at a time, until the command is given to anybody or
   the incident is over.
4. A timer that is set again, to whatever instant, has not fired.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, insert, select, update

from engine.domain.lifecycle import OVER
from engine.domain.timeline import (
    AskAnswered,
    AskClosed,
    AskEscalated,
    AskOpened,
    GlassBroken,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    IncidentAdvanced,
    IncidentDeclared,
    IncidentMigrated,
    RoleAssigned,
    TargetMoved,
    TimerFired,
    TimerSet,
)
from integrations.storage.schema import asks, incidents, timers
from integrations.storage.statements import insert_or_replace

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

    from engine.ports.records import Entry

FIRST_STATE = "declared"
HANDOVER = "handover"


def project(connection: Connection, place: dict[str, str], entry: Entry) -> None:
    """Bring the projections up to date with one more event; `place` is its org and incident."""
    match entry.event:
        case IncidentDeclared() | IncidentMigrated() as event:
            _follow(connection, place, event, at=entry.at)
        case IncidentAdvanced(state=state):
            _set_incident(connection, place, state=state)
            if state in OVER:
                connection.execute(delete(asks).where(_at(asks, place, kind=HANDOVER)))
        case TimerSet() as event:
            due = datetime.fromisoformat(event.due)
            values = {"timer": event.timer, "due": due, "clock": event.clock, "fired_at": None}
            insert_or_replace(connection, timers, place | values)
        case TimerFired(timer=timer):
            where = _at(timers, place, timer=timer)
            connection.execute(update(timers).where(where).values(fired_at=entry.real_at))
        case AskOpened() | AskAnswered() | AskEscalated() as event:
            _keep_asked(connection, place, event)
        case TargetMoved(ask=ask, due=due_text):
            moved = datetime.fromisoformat(due_text)
            connection.execute(update(asks).where(_at(asks, place, ask=ask)).values(due=moved))
        case AskClosed(ask=ask) | GlassBroken(ask=ask):
            connection.execute(delete(asks).where(_at(asks, place, ask=ask)))
        case HandoverOffered() as event:
            _offer(connection, place, event)
        case HandoverAccepted() | HandoverDeclined() | RoleAssigned(role="commander"):
            connection.execute(delete(asks).where(_at(asks, place, kind=HANDOVER)))
        case _:
            pass


def forget(connection: Connection, place: dict[str, str]) -> None:
    """Empty an incident's projections, before they are made again."""
    connection.execute(delete(asks).where(_at(asks, place)))
    connection.execute(delete(timers).where(_at(timers, place)))


def declared_values(event: IncidentDeclared, *, at: datetime) -> dict[str, object]:
    """Return what the list of incidents shows of a declared one."""
    return {
        "playbook": event.playbook,
        "title": event.title,
        "state": FIRST_STATE,
        "exercise": event.exercise,
        "declared_at": at,
        "digest": event.digest,
    }


def _follow(
    connection: Connection, place: dict[str, str], event: IncidentDeclared | IncidentMigrated, *, at: datetime
) -> None:
    """Keep which text of a playbook an incident follows."""
    if isinstance(event, IncidentDeclared):
        _set_incident(connection, place, **declared_values(event, at=at))
    else:
        _set_incident(connection, place, digest=event.to_digest)


def _set_incident(connection: Connection, place: dict[str, str], **values: object) -> None:
    connection.execute(update(incidents).where(_at(incidents, place)).values(**values))


def _keep_asked(connection: Connection, place: dict[str, str], event: AskOpened | AskAnswered | AskEscalated) -> None:
    match event:
        case AskOpened():
            _open_ask(connection, place, event)
        case AskAnswered():
            _answer_ask(connection, place, event)
        case AskEscalated():
            _ask_further(connection, place, event)


def _open_ask(connection: Connection, place: dict[str, str], event: AskOpened) -> None:
    values = {
        "ask": event.ask,
        "kind": event.kind,
        "step": event.step,
        "by": list(event.by),
        "quorum": event.quorum,
        "approvers": [],
        "due": datetime.fromisoformat(event.due) if event.due else None,
    }
    connection.execute(delete(asks).where(_at(asks, place, ask=event.ask)))
    connection.execute(insert(asks).values(**place, **values))


def _ask_further(connection: Connection, place: dict[str, str], event: AskEscalated) -> None:
    where = _at(asks, place, ask=event.ask)
    row = connection.execute(select(asks.c.by).where(where)).first()
    if row is not None:
        connection.execute(update(asks).where(where).values(by=list(dict.fromkeys([*row.by, *event.to]))))


def _offer(connection: Connection, place: dict[str, str], event: HandoverOffered) -> None:
    connection.execute(delete(asks).where(_at(asks, place, kind=HANDOVER)))
    values = {"ask": f"{HANDOVER}:{event.number}", "kind": HANDOVER, "step": "", "by": [], "quorum": 1}
    connection.execute(insert(asks).values(**place, **values, approvers=[], due=None))


def _answer_ask(connection: Connection, place: dict[str, str], event: AskAnswered) -> None:
    where = _at(asks, place, ask=event.ask)
    row = connection.execute(select(asks.c.kind, asks.c.quorum, asks.c.approvers).where(where)).first()
    if row is None:
        return
    approvers = sorted({*row.approvers, event.by}) if event.verdict == "approve" else row.approvers
    if row.kind == "approval" and event.verdict != "decline" and len(approvers) < row.quorum:
        connection.execute(update(asks).where(where).values(approvers=approvers))
    else:
        connection.execute(delete(asks).where(where))


def _at(table: Table, place: dict[str, str], **more: str) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in (place | more).items()))
