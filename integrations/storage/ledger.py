"""The ledger and the inbox over SQL: appends through writers, reads on connections of their own.

Rule kept here: what is asked of an incident is written by its own writer, so that its requests keep their order.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from engine.domain import chain
from engine.domain.errors import ConfigError, IntegrityError
from engine.ports.records import Agenda
from integrations.storage import reading
from integrations.storage.access import Access
from integrations.storage.databases import connect
from integrations.storage.duty import Company, Duty
from integrations.storage.errands import SqlErrands
from integrations.storage.faults import unusable
from integrations.storage.heads import HeadFile
from integrations.storage.inbox import finish_row, pending_rows, put_row
from integrations.storage.leases import Leases
from integrations.storage.migrate import bring_up_to_date
from integrations.storage.recording import Recorder
from integrations.storage.schema import DEFAULT_ORG, remembered
from integrations.storage.statements import insert_or_replace
from integrations.storage.stored import entries_of, read_rows, stream_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from engine.domain.chain import Head, Mismatch, Row
    from engine.domain.timeline import Event, InputEvent
    from engine.ports.records import AskRow, DeclareIncident, Entry, Growth, InboxRow, IncidentRow, Lease, Timer
    from engine.ports.time import Clock


def open_ledger(url: str, *, home: Path, clock: Clock, salt: Callable[[], bytes], org: str = DEFAULT_ORG) -> SqlLedger:
    """Open the ledger at a database URL, with its head file in `home`; the tables are made or changed as needed.

    Raises:
        ConfigError: the database cannot be reached, or was written by a newer Tocsin.
        IntegrityError: the file is no database any more.
    """
    engine = connect(url)
    try:
        home.mkdir(parents=True, exist_ok=True)
        bring_up_to_date(engine, home=home)
        heads = HeadFile(home, org=org)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise unusable(error) from error
    except ConfigError:
        engine.dispose()
        raise
    return SqlLedger(engine, recorder=Recorder(org, clock, salt, heads, Leases(clock)))


class SqlLedger(Access):
    """`Ledger` and `Inbox` over SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, *, recorder: Recorder) -> None:
        super().__init__(engine, heads=recorder.heads)
        self._recorder = recorder
        self._org = recorder.org

    async def declare(self, event_for: DeclareIncident, *, definition: str) -> tuple[str, bool]:
        """Open an incident, or give the one of that dedup key."""
        return await self.write("", partial(self._recorder.declare, order=event_for, definition=definition))

    async def declared_by(self, dedup_key: str) -> str | None:
        """Return the incident of a dedup key."""
        return await self.read(lambda c: reading.declared_by(c, self._org, dedup_key))

    async def append_inputs(
        self, incident: str, events: Sequence[InputEvent], *, expect: int | None = None
    ) -> Sequence[Entry]:
        """Append inputs."""
        work = partial(self._recorder.append, incident=incident, events=events, expect=expect)
        return await self.write(incident, work)

    async def append_engine(
        self, lease: Lease, events: Sequence[Event], *, expect: int | None = None
    ) -> Sequence[Entry]:
        """Append engine events under a lease."""
        work = partial(self._recorder.append_as, lease=lease, events=events, expect=expect)
        return await self.write(lease.incident, work)

    async def fire_timer(self, timer: Timer, *, late: int) -> bool:
        """Append `TimerFired` once."""
        return await self.write(timer.incident, partial(self._recorder.fire, timer=timer, late=late))

    async def claim(self, incident: str, *, owner: str, ttl: timedelta) -> Lease | None:
        """Take the lease; raises `IntegrityError` when the timeline does not reach its known head."""
        return await self.write(incident, partial(self._recorder.claim, incident=incident, owner=owner, ttl=ttl))

    async def renew(self, lease: Lease, *, ttl: timedelta) -> bool:
        """Prolong a lease."""
        return await self.write(lease.incident, partial(self._recorder.renew, lease=lease, ttl=ttl))

    async def let_go(self, *, owners: str) -> int:
        """End the leases of dead engines."""
        return await self.write("", partial(self._recorder.let_go, owners=owners))

    async def distrust(self) -> None:
        """Have every incident's next lease be unclean."""
        await self.write("", self._recorder.distrust)

    async def release(self, lease: Lease, *, expect: int | None) -> bool:
        """Give a lease back; raises `LeaseLostError` when it was lost."""
        return await self.write(lease.incident, partial(self._recorder.release, lease=lease, expect=expect))

    def duty(self, name: str) -> Duty:
        """Return something that one process at a time does for all that share this database."""
        return Duty(self._engine, org=self._org, name=name, clock=self._recorder.clock)

    def company(self) -> Company:
        """Return the count of the engines that work on this database."""
        return Company(self._engine, org=self._org, clock=self._recorder.clock)

    def errands(self) -> SqlErrands:
        """Return what other processes may carry out."""
        recorder = self._recorder
        return SqlErrands(ledger=self, org=self._org, clock=recorder.clock, posted=recorder.errands)

    async def entries(self, incident: str, *, after: int = 0) -> Sequence[Entry]:
        """Return the timeline after a sequence number; raises `UnknownIncidentError` and `IntegrityError`."""
        org = self._org

        def run() -> list[Entry]:
            head, rows = self.read_now(
                lambda c: (reading.head(c, org, incident), read_rows(c, org, incident, after=after))
            )
            return entries_of(rows, incident=incident, after=after, head=head)  # takes long, and holds no connection

        return await self.in_thread(run)

    async def rows(self, incident: str) -> Sequence[Row]:
        """Return the timeline as stored."""
        return await self.read(lambda c: read_rows(c, self._org, incident))

    async def head(self, incident: str) -> Head:
        """Return the last event's place and hash; raises `UnknownIncidentError`."""
        return await self.read(lambda c: reading.head(c, self._org, incident))

    async def known_head(self, incident: str) -> Head | None:
        """Return the head kept outside the database."""
        return await self.in_thread(lambda: self._recorder.heads.known(incident))

    async def known_heads(self) -> Mapping[str, Head]:
        """Return the head kept outside the database for every incident, also of one that is not in it."""
        return await self.in_thread(self._recorder.heads.all)

    async def give_up(self, incident: str, *, by: str, reason: str) -> None:
        """Look no longer for an incident of which the database has nothing; its number is not given again."""
        at = self._recorder.clock.real_now()
        await self.in_thread(lambda: self._recorder.heads.give_up(incident, by=by, reason=reason, at=at))

    async def define(self, digest: str, text: str) -> None:
        """Keep the text of a playbook, once."""
        await self.write("", partial(self._recorder.define, digest=digest, text=text))

    async def definitions(self) -> Mapping[str, str]:
        """Return every kept text, by digest."""
        return await self.read(lambda c: reading.all_definitions(c, self._org))

    async def definition(self, digest: str) -> str:
        """Return the text of a playbook; raises `RunError` when the ledger does not have it."""
        return await self.read(lambda c: reading.definition(c, self._org, digest))

    async def agenda(self, *, story_now: datetime, real_now: datetime, limit: int) -> Agenda:
        """Return what there is to do, in one read."""
        instants = {"story": story_now, "real": real_now}
        return await self.read(
            lambda c: Agenda(
                runnable=reading.runnable(c, self._org, leases=self._recorder.leases, now=real_now, limit=limit),
                due=reading.timers_due(c, self._org, instants=instants, limit=limit),
                next_timer=reading.next_timer(c, self._org),
            )
        )

    async def incidents(
        self, *, limit: int | None = None, below: int | None = None, states: Collection[str] | None = None
    ) -> Sequence[IncidentRow]:
        """Return incidents, newest first."""
        return await self.read(lambda c: reading.incident_rows(c, self._org, limit=limit, below=below, states=states))

    async def growth(self, *, since: int) -> Growth:
        """Return what has grown since a mark."""
        return await self.read(lambda c: reading.growth(c, self._org, since=since))

    async def open_asks(self) -> Sequence[AskRow]:
        """Return every open ask, the next due first; `title` is the step's id."""
        return await self.read(lambda c: reading.open_asks(c, self._org))

    async def remember(self, incident: str, kind: str, value: Mapping[str, str]) -> None:
        """Keep a small value."""
        row = {"org": self._org, "incident": incident, "kind": kind, "value": dict(value)}
        await self.write(incident, lambda writing: insert_or_replace(writing.connection, remembered, row))

    async def recall(self, incident: str, kind: str) -> Mapping[str, str] | None:
        """Return a kept value."""
        return await self.read(lambda c: reading.recall(c, self._org, incident, kind))

    async def recall_all(self, kind: str) -> Mapping[str, Mapping[str, str]]:
        """Return a kind's kept value of every incident that has one."""
        return await self.read(lambda c: reading.recall_all(c, self._org, kind))

    async def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        """Keep what came in, once per source id."""
        received = self._recorder.clock.real_now()
        work = partial(put_row, org=self._org, source=source, source_id=source_id, payload=payload, received=received)
        return await self.write(f"inbox {source} {source_id}", work)

    async def pending(self, *, limit: int) -> Sequence[InboxRow]:
        """Return what waits in the inbox, oldest first."""
        return await self.read(lambda c: pending_rows(c, self._org, limit=limit))

    async def finish(self, row: int, *, outcome: str) -> None:
        """Mark an inbox row as worked off."""
        work = partial(finish_row, row=row, outcome=outcome, at=self._recorder.clock.real_now())
        await self.write(f"inbox row {row:020}", work)

    async def verify(self, incident: str) -> Mismatch | None:
        """Return the first event that does not fit, also against the heads known in and outside the database."""
        outside = await self.known_head(incident)

        def read(connection: Connection) -> Mismatch | None:
            inside = reading.head(connection, self._org, incident)
            known = [inside, *([outside] if outside else [])]
            return chain.verify(stream_rows(connection, self._org, incident), known=known, incident=incident)

        return await self.read(read)

    async def check_heads(self) -> None:
        """Compare every known head with the ledger.

        Raises:
            IntegrityError: a timeline is missing, is shorter than its known head, or differs from it there.
        """
        known = await self.known_heads()
        faults = await self.read(lambda c: reading.head_faults(c, self._org, known))
        if faults:
            hints = [IntegrityError.default_hint, *(hint for _, hint in faults.values() if hint)]
            raise IntegrityError("; ".join(what for what, _ in faults.values()), hint=" ".join(hints))

    async def rebuild(self) -> int:
        """Make every projection again from the timelines; return how many events were read."""
        names = [row.incident for row in await self.incidents()]
        again = self._recorder.project_again
        return sum(await asyncio.gather(*(self.write(name, partial(again, incident=name)) for name in names)))
