"""The ledger and the inbox: what must be durable before anything else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from engine.domain.chain import Head, Row
    from engine.domain.timeline import Event, InputEvent
    from engine.ports.records import Agenda, AskRow, DeclareIncident, Entry, Growth, InboxRow, IncidentRow, Lease, Timer


class Heads(Protocol):
    """Where timelines end."""

    async def head(self, incident: str) -> Head:
        """Return the last event's place and hash."""


class Ledger(Protocol):
    """The append-only timelines and what must be as durable as they are. `incident` is an id such as `INC-7`.

    Appends are group-committed: the call returns when its events are flushed to disk.
    """

    async def declare(self, event_for: DeclareIncident, *, definition: str) -> tuple[str, bool]:
        """Open an incident; return its id and whether it is new (a known dedup key gives the known one)."""

    async def declared_by(self, dedup_key: str) -> str | None:
        """Return the incident that a dedup key stands for; None when it has declared none yet."""

    async def append_inputs(
        self, incident: str, events: Sequence[InputEvent], *, expect: int | None = None
    ) -> Sequence[Entry]:
        """Append inputs; no lease needed. `expect` is the head's sequence they were decided on.

        Raises:
            HeadMovedError: the head is no longer `expect`.
            IntegrityError: the timeline does not reach the head known outside the database (a `LossAccepted` may).
            UnknownIncidentError: there is no such incident.
        """

    async def append_engine(
        self, lease: Lease, events: Sequence[Event], *, expect: int | None = None
    ) -> Sequence[Entry]:
        """Append engine events; the lease's fence is checked in the same transaction.

        Raises:
            LeaseLostError: another engine holds the incident.
            HeadMovedError: the head is no longer `expect`.
        """

    async def fire_timer(self, timer: Timer, *, late: int) -> bool:
        """Append `TimerFired` if, and only if, the timer has not fired yet; return whether it was appended."""

    async def entries(self, incident: str, *, after: int = 0) -> Sequence[Entry]:
        """Return the timeline after a sequence number."""

    async def rows(self, incident: str) -> Sequence[Row]:
        """Return the timeline as stored, for verification."""

    async def head(self, incident: str) -> Head:
        """Return the last event's place and hash."""

    async def known_head(self, incident: str) -> Head | None:
        """Return the head kept outside the database."""

    async def define(self, digest: str, text: str) -> None:
        """Keep the text of a playbook by its digest, before an incident goes over to it."""

    async def definition(self, digest: str) -> str:
        """Return the text of the playbook with that digest."""

    async def definitions(self) -> Mapping[str, str]:
        """Return every text that an incident follows or has followed, by its digest."""

    async def claim(self, incident: str, *, owner: str, ttl: timedelta) -> Lease | None:
        """Take the lease if it is free or has expired; None when somebody else holds it.

        Raises:
            IntegrityError: the timeline does not reach the head known outside the database.
        """

    async def renew(self, lease: Lease, *, ttl: timedelta) -> bool:
        """Prolong a lease; False when it was lost."""

    async def let_go(self, *, owners: str) -> int:
        """End the leases of engines that are surely dead: those whose name begins so; return how many there were."""

    async def distrust(self) -> None:
        """Have the next lease of every incident be an unclean one: the database itself may lack its end."""

    async def release(self, lease: Lease, *, expect: int | None) -> bool:
        """Give the lease back if the head is still `expect`; False (and keep it) when the timeline has grown.

        With `expect` None there is more to do: it is given back, and the incident stays runnable.

        Raises:
            LeaseLostError: another engine holds the incident.
        """

    async def agenda(self, *, story_now: datetime, real_now: datetime, limit: int) -> Agenda:
        """Return what there is to do now, and the next moment that is waited for."""

    async def incidents(
        self, *, limit: int | None = None, below: int | None = None, states: Collection[str] | None = None
    ) -> Sequence[IncidentRow]:
        """Return incidents, newest first: at most `limit`, of numbers under `below`, in one of these states."""

    async def growth(self, *, since: int) -> Growth:
        """Return what has grown since the mark of an earlier look (0: everything); some of it may be told twice."""

    async def open_asks(self) -> Sequence[AskRow]:
        """Return every open ask, the next due first."""

    async def remember(self, incident: str, kind: str, value: Mapping[str, str]) -> None:
        """Keep a small rebuildable value (what was last shown where) under a name."""

    async def recall(self, incident: str, kind: str) -> Mapping[str, str] | None:
        """Return a value kept by `remember`."""

    async def recall_all(self, kind: str) -> Mapping[str, Mapping[str, str]]:
        """Return the value kept under that name of every incident that has one."""


class Inbox(Protocol):
    """What came in and has not been worked off."""

    async def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        """Keep something that came in; False when that source id is known already. Durable when it returns."""

    async def pending(self, *, limit: int) -> Sequence[InboxRow]:
        """Return what waits, oldest first."""

    async def finish(self, row: int, *, outcome: str) -> None:
        """Mark a row as worked off, with what became of it; its payload is erased."""
