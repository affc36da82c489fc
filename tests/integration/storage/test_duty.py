"""What one process at a time does: on a real PostgreSQL, whoever has it dies, stands still or gives it back."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text

from integrations.storage.databases import connect
from integrations.storage.duty import TTL, Company, Duty
from integrations.system.clock import SystemClock
from tests.contract.storage import empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@dataclass
class Database:
    """A database, and the duties that were had on it."""

    engine: Engine
    duties: list[Duty] = field(default_factory=list)

    def duty(self, name: str = "people", *, ttl: timedelta = TTL) -> Duty:
        """Return a duty as a process of its own would have it."""
        self.duties.append(Duty(self.engine, org="default", name=name, clock=SystemClock(), ttl=ttl))
        return self.duties[-1]


@contextmanager
def database() -> Iterator[Database]:
    """Open an empty PostgreSQL database."""
    with postgres_server() as server, empty_database(server) as url:
        engine = connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
        made = Database(engine)
        try:
            yield made
        finally:
            for duty in made.duties:
                duty.leave()
            engine.dispose()


async def got(wanting: Duty) -> None:
    """Ask until a duty is had."""
    async with asyncio.timeout(60):
        while not wanting.held():
            await asyncio.to_thread(wanting.look)


@pytest.mark.postgres
async def test_one_has_it_and_another_gets_it_when_it_is_given_back() -> None:
    """Two duties are had apart; who gets one again counts that it was away."""
    with database() as made:
        first, second, other = made.duty(), made.duty(), made.duty("prefect")
        for one in (first, second, other, first):
            one.look()
        assert [one.held() for one in (first, second, other)] == [1, 0, 1]
        keeping = asyncio.create_task(first.keep())
        await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert first.held() == 0
        await got(second)
        second.leave()
        await got(first)
        assert first.held() == 2


@pytest.mark.postgres
async def test_who_stands_still_loses_it_before_another_has_it() -> None:
    """A process that is stopped asks no more: it no longer counts on its duty when the database gives it away."""
    with database() as made:
        stopped, next_one = made.duty(ttl=timedelta(seconds=1)), made.duty(ttl=timedelta(seconds=1))
        await got(stopped)
        async with asyncio.timeout(60):
            while not next_one.held():
                await asyncio.to_thread(next_one.look)
                assert not (stopped.held() and next_one.held())
        stopped.look()  # awake again: its session is gone
        stopped.look()
        assert [stopped.held(), next_one.held()] == [0, 1]


@pytest.mark.postgres
async def test_a_database_that_ends_the_session_ends_the_duty() -> None:
    """Whoever cannot ask the database does not count on anything; afterwards it is asked anew."""
    with database() as made:
        one = made.duty()
        await got(one)
        with made.engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        one.look()
        assert one.held() == 0
        await got(one)


@pytest.mark.postgres
async def test_engines_are_counted_as_they_come_and_go() -> None:
    """One that gives up its session is not counted any more; without a database, one counts itself."""
    with database() as made:
        first, second = (Company(made.engine, org="default", clock=SystemClock()) for _ in range(2))
        first.look()
        second.look()
        first.look()
        assert [first.engines(), second.engines()] == [2, 2]
        second.leave()
        async with asyncio.timeout(60):
            while first.engines() != 1:
                await asyncio.to_thread(first.look)
        first.leave()
        assert first.engines() == 1


async def test_on_sqlite_the_one_engine_always_has_it(home: Path) -> None:
    """Nothing is asked and nothing is written."""
    engine = connect(f"sqlite:///{home / 'ledger.db'}")
    alone = Database(engine).duty()
    await alone.keep()
    assert alone.held() == 1
    assert list(home.iterdir()) == []
    engine.dispose()
