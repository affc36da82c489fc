"""One thread that writes, and makes many requests durable with one commit.

Rules kept here:
1. All requests that wait are taken together: each in a savepoint of its own (one alone needs none), then one
   commit, then their heads flushed to the head file, and only then is anybody told. Nothing is told that is not on
   disk.
2. A request that is refused takes back its own writes and no others; a commit that fails fails every request.
3. Requests are performed in the order of their keys (the incident they lock), so that writers never wait for
   each other in a circle; requests of one key keep their order.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from engine.domain.errors import RunError
from integrations.storage.faults import not_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from integrations.storage.heads import HeadFile, Mark

T = TypeVar("T")

BATCH = 500


@dataclass(frozen=True, slots=True)
class Writing:
    """A write in progress: its connection, and the heads to be written down once it is committed."""

    connection: Connection
    marks: dict[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """Work that waits for a commit."""

    key: str
    work: Callable[[Writing], Any]
    future: Future[Any]


@dataclass(frozen=True, slots=True)
class Performed:
    """A request that was performed and is not committed yet."""

    request: Request
    result: Any


class Writer:
    """The thread, and the queue before it."""

    def __init__(self, engine: Engine, *, heads: HeadFile, name: str) -> None:
        self._engine = engine
        self._heads = heads
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._closed = False
        self._guard = threading.Lock()
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Writing], T], *, key: str) -> Future[T]:
        """Queue work; the future ends when it is on disk.

        Raises:
            RunError: the ledger is closed.
        """
        future: Future[T] = Future()
        with self._guard:
            if self._closed:
                raise RunError("the ledger is closed", hint="Open it again; nothing of this was written.")
            self._queue.put(Request(key, work, future))
        return future

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            batch, more = self._take()
            if batch:
                self._perform(batch)

    def _take(self) -> tuple[list[Request], bool]:
        batch: list[Request] = []
        item = self._queue.get()
        while item is not None:
            if item.future.set_running_or_notify_cancel():
                batch.append(item)
            if len(batch) >= BATCH or self._queue.empty():
                return sorted(batch, key=attrgetter("key")), True
            item = self._queue.get()
        return sorted(batch, key=attrgetter("key")), False

    def _perform(self, batch: list[Request]) -> None:
        waiting = set(map(attrgetter("future"), batch))
        try:
            done = self._commit(batch, waiting)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left waiting
            failure = not_written(error)
            for future in waiting:
                future.set_exception(failure)
            return
        for performed in done:
            performed.request.future.set_result(performed.result)

    def _commit(self, batch: list[Request], waiting: set[Future[Any]]) -> list[Performed]:
        done: list[Performed] = []
        marks: dict[str, Mark] = {}
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            for request in batch:
                writing = Writing(connection)
                try:
                    with connection.begin_nested() if len(batch) > 1 else nullcontext():
                        result = request.work(writing)
                except Exception as error:
                    if connection.invalidated or len(batch) == 1:
                        raise
                    waiting.discard(request.future)
                    request.future.set_exception(not_written(error))
                    continue
                done.append(Performed(request, result))
                marks.update(writing.marks)
        self.commits += 1
        self._record(marks)
        return done

    def _record(self, marks: dict[str, Mark]) -> None:
        try:
            self._heads.record(marks)
        except OSError as error:
            raise RunError(
                f"it is in the ledger's database, but not in the file of heads: {error}",
                hint="Look at the disk's space, and at the timeline before you do it again.",
            ) from error
