"""Engines' processes that are born fast and die at a named moment of a write.

Run as `python -m tests.stateful.nursery SOCKET`: a process that has imported everything, and becomes two for each
connection. The new one opens the ledger it is told to, does what it is asked, and kills itself with SIGKILL where it is
told to. It ends with its connection, and the nursery with its parent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.errors import TocsinError
from tests.contract.storage import Place
from tests.crash.armed import Mine, in_writes
from tests.crash.points import POINTS
from tests.stateful.engines import Asked, Call, Refused

if TYPE_CHECKING:
    from integrations.storage.ledger import SqlLedger
    from tests.crash.points import Moment


class Fuse(Mine):
    """Goes off in the next write, if it is lit."""

    lit: Moment | None = None

    def at(self, moment: Moment) -> None:
        """Die, if this is the moment."""
        if moment == self.lit:
            os.kill(os.getpid(), signal.SIGKILL)


async def _works(there: Connection, ledger: SqlLedger, place: Place, fuse: Fuse) -> None:
    async with ledger:
        await ledger.check_heads()
        there.send(os.getpid())
        while True:
            try:
                asked: Asked = there.recv()
            except (EOFError, ConnectionError):
                return
            place.clock.instant = asked.now
            fuse.lit = asked.dies
            there.send(await asyncio.gather(*(_came_to(ledger, call) for call in asked.calls)))
            fuse.lit = None


async def _came_to(ledger: SqlLedger, call: Call) -> Any:  # noqa: ANN401 - whatever the call returns
    try:
        return await getattr(ledger, call.method)(*call.given, **call.named)
    except TocsinError as error:
        return Refused(type(error).__name__)


def main() -> None:
    """Give birth to an engine per connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave nothing behind
    fuse = Fuse(POINTS[0], Path())
    in_writes(fuse)
    with Listener(sys.argv[1], "AF_UNIX", backlog=8) as born:
        print("ready", flush=True)  # noqa: T201 - what a process says to its parent
        while True:
            there = born.accept()
            if os.fork():
                there.close()
                continue
            url, home, now = there.recv()
            place = Place(url, Path(home))
            place.clock.instant = now
            asyncio.run(_works(there, place.open(), place, fuse))
            os._exit(0)


if __name__ == "__main__":
    main()
