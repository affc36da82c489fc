"""What is written to a timeline, and what is checked before: one function per request of the ledger.

Rules kept here:
1. Every check and every write of a request happens in one transaction, with the incident's row locked.
2. Nothing is written to a timeline that is shorter than its head known outside the database, or that differs
   from it there, except the event that accepts the loss.
3. Only the holder of the newest fence writes engine events.
4. An owner's name stays on a lease until it is given back: who finds one takes over from somebody who ended without
   a word.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, insert, select, update

from engine.domain.chain import Head, Row, Stamp, seal
from engine.domain.errors import HeadMovedError, IntegrityError, LeaseLostError, UnknownIncidentError
from engine.domain.timeline import (
    EffectDone,
    EffectFailed,
    EffectUnconfirmed,
    InputEvent,
    LossAccepted,
    TimerFired,
)
from engine.ports.records import Entry, Lease
from integrations.storage.changes import DIALECTS, this_change
from integrations.storage.errands import erase
from integrations.storage.faults import way_on
from integrations.storage.heads import Mark
from integrations.storage.projections import declared_values, forget, project
from integrations.storage.schema import contents, counters, definitions, envelopes, incidents, timers
from integrations.storage.statements import insert_unless_there
from integrations.storage.stored import entry_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Row as SqlRow

    from engine.domain.timeline import Event
    from engine.ports.records import DeclareIncident, Timer
    from engine.ports.time import Clock
    from integrations.storage.heads import HeadFile
    from integrations.storage.leases import Leases
    from integrations.storage.writer import Writing

ENGINE_ACTOR = "engine"
_ITS_ROW = and_(incidents.c.org == bindparam("its_org"), incidents.c.incident == bindparam("its_id"))
# What every append executes is made once: to make and compile a statement takes longer than to execute it.
_ROW = select(incidents).where(_ITS_ROW).with_for_update()
_HEADS = {
    dialect: update(incidents)
    .where(_ITS_ROW)
    .values(
        head_seq=bindparam("to_seq"),
        head_hash=bindparam("to_hash"),
        changed=this_change(dialect, bindparam("its_org")),
    )
    for dialect in DIALECTS
}
_ENVELOPES, _CONTENTS = insert(envelopes), insert(contents)
NOBODY = "nobody"
"""The owner of leases that are not trusted to have been given back."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """The requests of one ledger; each method is work for a `Writer`."""

    org: str
    clock: Clock
    salt: Callable[[], bytes]
    heads: HeadFile
    leases: Leases
    errands: set[tuple[str, str]] = field(default_factory=set)
    """Incident and effect of what was posted for other processes, to be erased with its outcome."""

    def declare(self, writing: Writing, order: DeclareIncident, *, definition: str) -> tuple[str, bool]:
        """Number an incident and write its first event, unless its dedup key is known."""
        connection = writing.connection
        insert_unless_there(connection, counters, {"org": self.org, "name": "incident", "value": 0})
        counter = and_(counters.c.org == self.org, counters.c.name == "incident")
        last = connection.execute(select(counters.c.value).where(counter).with_for_update()).scalar_one()
        number = max(last, self.heads.given_up()) + 1  # a database that was put back has forgotten the newest numbers
        if order.dedup_key is not None:
            same = and_(incidents.c.org == self.org, incidents.c.dedup_key == order.dedup_key)
            known = connection.execute(select(incidents.c.incident).where(same)).scalar()
            if known is not None:
                return known, False
        connection.execute(update(counters).where(counter).values(value=number))
        incident = f"INC-{number}"
        event = order.event.model_copy(update={"incident": incident})
        self.define(writing, digest=event.digest, text=definition)
        connection.execute(
            insert(incidents).values(
                **self._place(incident),
                **declared_values(event, at=self.clock.now()),
                number=number,
                dedup_key=order.dedup_key,
                head_seq=0,
                head_hash=Head().hash,
                carried_seq=0,
                fence=0,
            )
        )
        self.append(writing, incident, [event])
        return incident, True

    def define(self, writing: Writing, *, digest: str, text: str) -> None:
        """Keep the text of a playbook, unless it is there."""
        insert_unless_there(writing.connection, definitions, {"org": self.org, "digest": digest, "text": text})

    def append(
        self, writing: Writing, incident: str, events: Sequence[Event], *, expect: int | None = None
    ) -> list[Entry]:
        """Append inputs."""
        return self._write(writing, self._locked(writing, incident), events, expect=expect)

    def append_as(
        self, writing: Writing, lease: Lease, events: Sequence[Event], *, expect: int | None = None
    ) -> list[Entry]:
        """Append what the holder of a lease decided."""
        return self._write(writing, self._held(writing, lease), events, expect=expect)

    def fire(self, writing: Writing, timer: Timer, *, late: int) -> bool:
        """Append `TimerFired` unless the timer has fired or was set to another instant."""
        row = self._locked(writing, timer.incident)
        waiting = and_(
            timers.c.org == self.org,
            timers.c.incident == timer.incident,
            timers.c.timer == timer.timer,
            timers.c.due == timer.due,
            timers.c.fired_at.is_(None),
        )
        if writing.connection.execute(select(timers.c.timer).where(waiting)).first() is None:
            return False
        self._write(writing, row, [TimerFired(timer=timer.timer, late=late)], expect=None)
        return True

    def claim(self, writing: Writing, incident: str, *, owner: str, ttl: timedelta) -> Lease | None:
        """Take a lease that is free or has expired."""
        row = self._locked(writing, incident)
        now = self.clock.real_now()
        if not self.leases.free(incident, fence=row.fence, ends=row.lease_expires, now=now):
            return None
        self._check(writing, row)
        lease = Lease(incident, owner, row.fence + 1, unclean=row.lease_owner is not None)
        self._set(writing, incident, lease_owner=owner, lease_expires=now + ttl, fence=lease.fence)
        return lease

    def renew(self, writing: Writing, lease: Lease, *, ttl: timedelta) -> bool:
        """Prolong a lease that was not lost."""
        if not _holds(self._locked(writing, lease.incident), lease):
            return False
        self._set(writing, lease.incident, lease_expires=self.clock.real_now() + ttl)
        return True

    def let_go(self, writing: Writing, *, owners: str) -> int:
        """End every lease whose owner's name begins so."""
        theirs = and_(incidents.c.org == self.org, incidents.c.lease_owner.startswith(owners, autoescape=True))
        ended = update(incidents).where(theirs, incidents.c.lease_expires.is_not(None))
        return writing.connection.execute(ended.values(lease_expires=None, fence=incidents.c.fence + 1)).rowcount

    def distrust(self, writing: Writing) -> None:
        """Mark every lease that was given back as if it had not been."""
        given_back = and_(incidents.c.org == self.org, incidents.c.lease_owner.is_(None))
        writing.connection.execute(update(incidents).where(given_back).values(lease_owner=NOBODY))

    def release(self, writing: Writing, lease: Lease, *, expect: int | None) -> bool:
        """Give a lease back unless the timeline has grown past what its holder has seen."""
        row = self._held(writing, lease)
        if expect is not None and row.head_seq != expect:
            return False
        carried = row.carried_seq if expect is None else expect
        self._set(writing, lease.incident, lease_owner=None, lease_expires=None, carried_seq=carried)
        return True

    def project_again(self, writing: Writing, incident: str) -> int:
        """Make an incident's projections again from its timeline; return how many events it has."""
        self._locked(writing, incident)
        place = self._place(incident)
        forget(writing.connection, place)
        rows = read_rows(writing.connection, self.org, incident)
        for row in rows:
            project(writing.connection, place, entry_of(row))
        return len(rows)

    def _locked(self, writing: Writing, incident: str) -> SqlRow[tuple[object, ...]]:
        row = writing.connection.execute(_ROW, {"its_org": self.org, "its_id": incident}).first()
        if row is None:
            raise UnknownIncidentError(f"There is no incident {incident}.")
        return row

    def _held(self, writing: Writing, lease: Lease) -> SqlRow[tuple[object, ...]]:
        row = self._locked(writing, lease.incident)
        if not _holds(row, lease):
            raise LeaseLostError(f"another engine carries {lease.incident} now")
        return row

    def _check(self, writing: Writing, row: SqlRow[tuple[object, ...]]) -> None:
        known = self.heads.known(row.incident)
        if known is None:
            return
        if known.seq > row.head_seq:
            raise IntegrityError(
                f"{row.incident} ends at event {row.head_seq}, but {known.seq} events are known",
                hint=way_on(row.incident),
            )
        if known.hash != _hash_at(writing, row, known.seq):
            raise IntegrityError(f"{row.incident} differs at event {known.seq} from what is known outside the database")

    def _write(
        self, writing: Writing, row: SqlRow[tuple[object, ...]], events: Sequence[Event], *, expect: int | None
    ) -> list[Entry]:
        if expect is not None and row.head_seq != expect:
            raise HeadMovedError(f"{row.incident} is at event {row.head_seq}, no longer at {expect}")
        accepted = any(isinstance(event, LossAccepted) for event in events)
        if not accepted:
            self._check(writing, row)
        if not events:
            return []
        place = self._place(row.incident)
        entries, rows = self._chained(Head(row.head_seq, row.head_hash), events, incident=row.incident)
        _insert(writing, place, rows)
        head = Head(rows[-1].seq, rows[-1].hash)
        where = {"its_org": self.org, "its_id": row.incident}
        moved = _HEADS[writing.connection.dialect.name]
        writing.connection.execute(moved, {**where, "to_seq": head.seq, "to_hash": head.hash})
        for entry in entries:
            project(writing.connection, place, entry)
        self._erase_errands(writing, row.incident, events)
        writing.marks[row.incident] = Mark(head, accepted)
        return entries

    def _erase_errands(self, writing: Writing, incident: str, events: Sequence[Event]) -> None:
        for event in events if self.errands else ():
            if isinstance(event, EffectDone | EffectFailed | EffectUnconfirmed):
                place = (incident, event.key)
                if place in self.errands:
                    erase(writing, self.org, *place)
                    self.errands.discard(place)  # a commit that fails is followed by a segment that posts it anew

    def _chained(self, head: Head, events: Sequence[Event], *, incident: str) -> tuple[list[Entry], list[Row]]:
        stamp = Stamp(self.org, incident, self.clock.now(), self.clock.real_now(), ENGINE_ACTOR)
        rows: list[Row] = []
        entries: list[Entry] = []
        for event in events:
            actor = event.by if isinstance(event, InputEvent) else ENGINE_ACTOR
            kind = (event.type, event.version)
            row = seal(head, kind, event.content(), salt=self.salt(), stamp=replace(stamp, actor=actor))
            head = Head(row.seq, row.hash)
            rows.append(row)
            entries.append(Entry(row.seq, stamp.at, stamp.real_at, actor, event, row.hash))
        return entries, rows

    def _set(self, writing: Writing, incident: str, **values: str | int | datetime | None) -> None:
        where = and_(incidents.c.org == self.org, incidents.c.incident == incident)
        writing.connection.execute(update(incidents).where(where).values(**values))

    def _place(self, incident: str) -> dict[str, str]:
        return {"org": self.org, "incident": incident}


def _holds(row: SqlRow[tuple[object, ...]], lease: Lease) -> bool:
    return bool(row.fence == lease.fence and row.lease_owner == lease.owner)


def _hash_at(writing: Writing, row: SqlRow[tuple[object, ...]], seq: int) -> object:
    if seq == row.head_seq:
        return row.head_hash
    where = and_(envelopes.c.org == row.org, envelopes.c.incident == row.incident, envelopes.c.seq == seq)
    return writing.connection.execute(select(envelopes.c.hash).where(where)).scalar()


def _insert(writing: Writing, place: dict[str, str], rows: Sequence[Row]) -> None:
    writing.connection.execute(
        _ENVELOPES, [{**place, "seq": row.seq, "envelope": row.envelope, "hash": row.hash} for row in rows]
    )
    writing.connection.execute(
        _CONTENTS, [{**place, "seq": row.seq, "salt": row.salt, "body": row.content} for row in rows]
    )
