"""How a process of the measurement is triggered: a line `go N` on its standard input starts N pieces of work at once.

It says `ready` when it can be triggered, and `done` when all that a line started has ended; `go` alone is one piece. An
empty line, or the end of the input, ends it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable


async def heed(work: Callable[[], Awaitable[None]]) -> None:
    """Do the work as often as each line says."""
    print("ready", flush=True)  # noqa: T201 - what a process says to its parent
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        await asyncio.gather(*(work() for _ in range(pieces(line))))
        print("done", flush=True)  # noqa: T201 - as above


def pieces(line: str) -> int:
    """Return how many pieces of work a line asks for."""
    return int(line.removeprefix("go") or 1)
