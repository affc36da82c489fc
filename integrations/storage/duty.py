"""Who of several engines on one database is there, and which of them does what one at a time does for all.

Theory of operation. PostgreSQL gives locks to a session, and ends a session of which it has heard nothing for `ttl`. So
a process that died, stands still or is cut off loses its locks by itself. A duty is a lock that one session has, and
that the others ask for every so often; who is there is counted by a lock that all share. Nothing is written for it.

Rules kept here: whoever has a duty counts on it for a shorter time than the database keeps it, by the clock that never
jumps; a database that cannot be asked means no duty. SQLite has one engine, which has every duty.
"""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from engine.ports.time import Clock

TTL = timedelta(seconds=6)
LOOKS = 6
"""How often a session is heard within that time."""
SURE = 0.75
"""The part of it that the holder counts on after an answer."""
ENGINES = "engines"
_LOCK = text("SELECT pg_try_advisory_lock(hashtext(:org), hashtext(:name))")
_SHARE = text("SELECT pg_advisory_lock_shared(hashtext(:org), hashtext(:name))")
_HERE = text("SELECT true")
_COUNT = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid::bigint = hashtext(:org)::bigint & 4294967295"
    " AND objid::bigint = hashtext(:name)::bigint & 4294967295"
)
"""Lock numbers are shown without their sign."""


class _Heard:
    """A session that the database hears often; without PostgreSQL there is none."""

    def __init__(self, engine: Engine, *, org: str, name: str, clock: Clock, ttl: timedelta = TTL) -> None:
        self._engine = engine
        self._which = {"org": f"tocsin {org}", "name": name}
        self._clock = clock
        self._ttl = ttl
        self._alone = engine.dialect.name == "sqlite"
        self._session: Connection | None = None

    async def keep(self) -> None:
        """Look until cancelled; then all that it had is free at once."""
        try:
            while not self._alone:
                await asyncio.to_thread(self.look)
                await self._clock.sleep(self._ttl.total_seconds() / LOOKS)
        finally:
            self.leave()

    def look(self) -> None:
        """Ask the database once."""
        try:
            self._session = self._session or self._connected()
            self._ask(self._session)
        except (SQLAlchemyError, OSError):  # it comes back; meanwhile another engine may have what we had
            self.leave()

    def leave(self) -> None:
        """End the session: one that went back to its pool would keep its locks."""
        session, self._session = self._session, None
        if session is not None:
            session.invalidate()
            session.close()

    def _ask(self, session: Connection) -> None:
        raise NotImplementedError

    def _connected(self) -> Connection:
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.execute(text(f"SET idle_session_timeout = {int(self._ttl.total_seconds() * 1000)}"))
        return session


class Duty(_Heard):
    """One duty of one process; `held` may be asked from any thread."""

    def __init__(self, engine: Engine, *, org: str, name: str, clock: Clock, ttl: timedelta = TTL) -> None:
        super().__init__(engine, org=org, name=name, clock=clock, ttl=ttl)
        self._until = math.inf if self._alone else 0.0
        self._locked = False
        self._times = 1 if self._alone else 0

    def held(self) -> int:
        """Return the how manieth time it is that this process has it, 0 when it has not.

        With another number than before, somebody else may have had it meanwhile.
        """
        return self._times if self._clock.monotonic() < self._until else 0

    def leave(self) -> None:
        """Give it up."""
        self._until, self._locked = (math.inf if self._alone else 0.0), False
        super().leave()

    def _ask(self, session: Connection) -> None:
        asked = self._clock.monotonic()
        if self._locked:
            session.execute(_HERE)
        else:
            self._locked = bool(session.execute(_LOCK, self._which).scalar())
            self._times += self._locked
        self._until = asked + SURE * self._ttl.total_seconds() if self._locked else 0.0


class Company(_Heard):
    """How many engines work on the database, this one among them."""

    def __init__(self, engine: Engine, *, org: str, clock: Clock, ttl: timedelta = TTL) -> None:
        super().__init__(engine, org=org, name=ENGINES, clock=clock, ttl=ttl)
        self._there = False
        self._engines = 1

    def engines(self) -> int:
        """Return the number as it was at the last look."""
        return self._engines

    def leave(self) -> None:
        """Count among them no longer."""
        self._there, self._engines = False, 1
        super().leave()

    def _ask(self, session: Connection) -> None:
        if not self._there:
            session.execute(_SHARE, self._which)
            self._there = True
        self._engines = int(session.execute(_COUNT, self._which).scalar_one())
