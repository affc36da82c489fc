"""The inbox is worked off: what came in, oldest first, each row once.

Theory of operation. A row is taken by the handler of its source and then finished with what became of it. When the
process ends between the two, the row is taken again by the next one; whatever it puts on a timeline names it as its
origin, so that nothing happens twice. A poke is a hint, the look every second is the truth. Of several engines one at
a time works off the inbox, so that what one person did is taken in the order in which it came in; whoever lost that
duty in the middle of a row is followed by one that takes the row again.

Rules kept here: a row that fails is tried again after a pause and meanwhile lets others pass; after some tries it is
finished as a fault and then whoever did it is told, so that nobody is told of an end that a full disk did not take and
that may still turn out well; a row is never logged with what it holds.
"""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from engine.domain.errors import TurnAwaitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.ports.ledger import Inbox
    from engine.ports.records import InboxRow
    from engine.ports.time import Clock

EVERY = 1.0
AT_ONCE = 100
TRIES = 5
PAUSE = 0.5
"""Real seconds before the second try; twice as many before each further one."""
NOT_UNDERSTOOD = "not understood"
log = structlog.get_logger(__name__)


class TakesRows(Protocol):
    """Works off the rows of one source."""

    async def take(self, row: InboxRow) -> str | None:
        """Do what a row asks for and return what became of it, without what it held; None: it makes no sense."""
        ...

    async def give_up(self, row: InboxRow) -> None:
        """Tell whoever did it that it came to nothing."""
        ...


@dataclass(slots=True)
class _Trouble:
    """A row that failed: how often, and when it is tried again by the monotonic clock."""

    tries: int = 0
    again: float = 0.0


@dataclass(slots=True, kw_only=True)
class InboxWorker:
    """Works off the inbox until it is stopped; `handlers` by the source of the row, `on_duty` says whose it is now."""

    inbox: Inbox
    handlers: Mapping[str, TakesRows]
    clock: Clock
    on_duty: Callable[[], int] = lambda: 1
    _poked: asyncio.Event = field(default_factory=asyncio.Event)
    _troubles: dict[int, _Trouble] = field(default_factory=dict)

    def poke(self) -> None:
        """Say that something has come in."""
        self._poked.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._poked.clear()
            try:
                more = self.on_duty() > 0 and await self.work_off() >= AT_ONCE
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                log.warning("inbox_not_read", error=type(error).__name__)
                more = False
            if not more:
                await self._pause()

    async def work_off(self) -> int:
        """Take every row that waits and may be tried now; return how many were finished."""
        finished = 0
        for row in await self.inbox.pending(limit=AT_ONCE + len(self._troubles)):
            if not self.on_duty():
                break
            trouble = self._troubles.get(row.id)
            if trouble is None or trouble.again <= self.clock.monotonic():
                finished += await self._one(row)
        return finished

    async def _one(self, row: InboxRow) -> bool:
        try:
            outcome = await self._taken(row)
        except Exception as error:  # noqa: BLE001 - one row's fault is not the others'
            if not self._tried_out(row, error):
                return False
            await self.inbox.finish(row.id, outcome=f"given up after {TRIES} tries: {type(error).__name__}")
            log.error("inbox_row_given_up", **_what(row, error))  # noqa: TRY400 - its words may hold what somebody typed
            await self._told(row)
        else:
            await self.inbox.finish(row.id, outcome=outcome)
        self._troubles.pop(row.id, None)
        return True

    async def _taken(self, row: InboxRow) -> str:
        handler = self.handlers.get(row.source)
        outcome = await handler.take(row) if handler else None
        if outcome is None:
            log.info("inbox_row_not_understood", row=row.id, source=row.source)
        return outcome or NOT_UNDERSTOOD

    def _tried_out(self, row: InboxRow, error: Exception) -> bool:
        """Return whether a row that failed is given up now, or else tried again after a pause."""
        trouble = self._troubles.setdefault(row.id, _Trouble())
        if isinstance(error, TurnAwaitedError):  # no fault: the chat or the tracker takes it later
            trouble.again = self.clock.monotonic() + error.retry_after
            return False
        trouble.tries += 1
        trouble.again = self.clock.monotonic() + PAUSE * 2 ** (min(trouble.tries, TRIES) - 1)
        if trouble.tries < TRIES:
            log.warning("inbox_row_failed", tries=trouble.tries, **_what(row, error))
        return trouble.tries >= TRIES

    async def _told(self, row: InboxRow) -> None:
        handler = self.handlers.get(row.source)
        try:
            if handler is not None:
                await handler.give_up(row)
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("person_not_told", row=row.id, error=type(error).__name__)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(EVERY):
                await self._poked.wait()
        except TimeoutError:
            return


def _what(row: InboxRow, error: Exception) -> dict[str, object]:
    return {"row": row.id, "source": row.source, "error": type(error).__name__, "at": _place(error)}


def _place(error: Exception) -> str:
    """Return where an error was raised; its own words may hold what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
