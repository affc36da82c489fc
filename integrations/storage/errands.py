"""Effects that another process may carry out, kept beside the timeline until what they came to is on it.

Rules kept here: every change is made with the incident's row locked, so that one process at a time begins an errand;
what it came to may hold what only we may read, so it goes nowhere else, and is erased in the very transaction that
puts it on the timeline.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import and_, delete, select

from engine.domain.chain import instant_text
from engine.ports.errands import Errand
from integrations.storage.schema import incidents, remembered
from integrations.storage.statements import insert_or_replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from sqlalchemy import Connection

    from engine.domain.values import Json
    from engine.ports.time import Clock
    from integrations.storage.writer import Writing

T = TypeVar("T")
KIND = "errand:"


class Transacts(Protocol):
    """Reads and writes of a ledger."""

    async def write(self, key: str, work: Callable[[Writing], T]) -> T: ...
    async def read(self, work: Callable[[Connection], T]) -> T: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlErrands:
    """Implements `engine.ports.errands.Errands`; `posted` is what the ledger erases with the outcome."""

    ledger: Transacts
    org: str
    clock: Clock
    posted: set[tuple[str, str]]

    async def post(self, incident: str, key: str, *, attempt: int, doubt: str) -> Errand:
        """Post an attempt, unless it is posted."""
        self.posted.add((incident, key))
        fresh = Errand(incident=incident, key=key, attempt=attempt, doubt=doubt)
        return await self.ledger.write(incident, partial(self._post, fresh=fresh))

    async def look(self, incident: str, key: str) -> Errand | None:
        """Return an errand."""
        return await self.ledger.read(lambda connection: _read(connection, self.org, incident, key))

    async def take(self, incident: str, key: str, *, attempt: int, ttl: timedelta) -> Errand | None:
        """Begin an errand at which nobody is."""
        work = partial(self._take, incident=incident, key=key, attempt=attempt, ttl=ttl)
        return await self.ledger.write(incident, work)

    async def prolong(self, errand: Errand, *, ttl: timedelta) -> bool:
        """Go on with it."""
        until = self.clock.real_now() + ttl
        return await self.ledger.write(errand.incident, partial(self._change, errand=errand, changes={"until": until}))

    async def hand_in(self, errand: Errand, outcome: Mapping[str, Json]) -> bool:
        """Leave an outcome."""
        changes = {"outcome": outcome, "until": None}
        return await self.ledger.write(errand.incident, partial(self._change, errand=errand, changes=changes))

    def _post(self, writing: Writing, *, fresh: Errand) -> Errand:
        known = self._locked(writing, fresh.incident, fresh.key)
        if known is not None and known.attempt >= fresh.attempt:
            return known
        return self._write(writing, fresh)

    def _take(self, writing: Writing, *, incident: str, key: str, attempt: int, ttl: timedelta) -> Errand | None:
        known, now = self._locked(writing, incident, key), self.clock.real_now()
        if known is None or known.attempt != attempt or known.outcome is not None:
            return None
        if known.until is not None and known.until > now:
            return None
        return self._write(writing, replace(known, takes=known.takes + 1, until=now + ttl))

    def _change(self, writing: Writing, *, errand: Errand, changes: dict[str, Any]) -> bool:
        known = self._locked(writing, errand.incident, errand.key)
        same = known is not None and (known.attempt, known.takes) == (errand.attempt, errand.takes)
        if known is None or not same or known.outcome is not None:
            return False
        self._write(writing, replace(known, **changes))
        return True

    def _locked(self, writing: Writing, incident: str, key: str) -> Errand | None:
        row = select(incidents.c.incident).where(incidents.c.org == self.org, incidents.c.incident == incident)
        writing.connection.execute(row.with_for_update())
        return _read(writing.connection, self.org, incident, key)

    def _write(self, writing: Writing, errand: Errand) -> Errand:
        value = {
            "attempt": str(errand.attempt),
            "doubt": errand.doubt,
            "takes": str(errand.takes),
            "until": instant_text(errand.until) if errand.until else "",
            "outcome": json.dumps(errand.outcome) if errand.outcome is not None else "",
        }
        place = {"org": self.org, "incident": errand.incident, "kind": f"{KIND}{errand.key}"}
        insert_or_replace(writing.connection, remembered, {**place, "value": value})
        return errand


def erase(writing: Writing, org: str, incident: str, key: str) -> None:
    """Erase an errand whose outcome is put on the timeline now."""
    its = and_(remembered.c.org == org, remembered.c.incident == incident, remembered.c.kind == f"{KIND}{key}")
    writing.connection.execute(delete(remembered).where(its))


def _read(connection: Connection, org: str, incident: str, key: str) -> Errand | None:
    its = and_(remembered.c.org == org, remembered.c.incident == incident, remembered.c.kind == f"{KIND}{key}")
    value: dict[str, str] | None = connection.execute(select(remembered.c.value).where(its)).scalar()
    if value is None:
        return None
    return Errand(
        incident=incident,
        key=key,
        attempt=int(value["attempt"]),
        doubt=value["doubt"],
        takes=int(value["takes"]),
        until=datetime.fromisoformat(value["until"]) if value["until"] else None,
        outcome=json.loads(value["outcome"]) if value["outcome"] else None,
    )
