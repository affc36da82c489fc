"""The way to a database: what is written waits for a writer's thread, what is read runs in a few threads.

Rules kept here:
1. No call blocks the event loop.
2. A key (an incident) always goes to the same writer of a process; SQLite has one writer, PostgreSQL has several.
"""

from __future__ import annotations

import asyncio
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from integrations.storage.faults import not_read
from integrations.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from sqlalchemy import Connection, Engine

    from integrations.storage.heads import HeadFile
    from integrations.storage.writer import Writing

T = TypeVar("T")

WRITERS = {"sqlite": 1, "postgresql": 4}
READERS = 4


class Access:
    """Writers and readers of one database; an async context that closes at its end."""

    def __init__(self, engine: Engine, *, heads: HeadFile) -> None:
        self._engine = engine
        count = WRITERS[engine.dialect.name]
        self._writers = [Writer(engine, heads=heads, name=f"ledger-writer-{n}") for n in range(count)]
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ledger-reader")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Finish what waits to be written, and let go of the database."""
        for writer in self._writers:
            writer.close()
        self._readers.shutdown()
        self._engine.dispose()

    @property
    def commits(self) -> int:
        """How many transactions were committed since it was opened."""
        return sum(writer.commits for writer in self._writers)

    async def write(self, key: str, work: Callable[[Writing], T]) -> T:
        """Have something written by the writer of a key; it is on disk when this returns."""
        writer = self._writers[zlib.crc32(key.encode()) % len(self._writers)]
        return await asyncio.wrap_future(writer.submit(work, key=key))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Have something read on a connection of its own."""
        return await self.in_thread(lambda: self.read_now(work))

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Have something read in this thread."""
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except (SQLAlchemyError, OSError) as error:
            raise not_read(error) from error

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Have something done in a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)
