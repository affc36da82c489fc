"""D: the same work as a DBOS workflow, each request a durable step, in a warm process. A line is a trigger.

It is written as the documentation of DBOS tells those who write async Python: workflows and steps are coroutines on one
event loop; requests side by side are steps started in a fixed order and gathered; a chain of requests side by side with
others is a child workflow, since steps that begin when others end have no fixed order. Nothing is configured but the
database. On SQLite that means what DBOS leaves as it is: a rollback journal and synchronous = FULL, so each commit is
on disk; on PostgreSQL synchronous_commit = on.

It runs in .venv-bench: DBOS is no dependency of Tocsin, and shares no environment with it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Sequence

import aiohttp
from dbos import DBOS, DBOSConfig

from tests.bench.triggers import heed
from tests.bench.work import BODY, PHASES

_SESSIONS: list[aiohttp.ClientSession] = []


@DBOS.workflow()
async def work(base: str) -> None:
    """Do the work once."""
    for chains in PHASES.values():
        await asyncio.gather(*(_begun(base, chain) for chain in chains))


def _begun(base: str, chain: Sequence[str]) -> Awaitable[None]:
    """Begin a chain; a step and a child workflow get their number here, before anything is awaited."""
    return request(f"{base}/{chain[0]}") if len(chain) == 1 else in_turn(base, list(chain))


@DBOS.workflow()
async def in_turn(base: str, chain: list[str]) -> None:
    """Send one request after the other."""
    for name in chain:
        await request(f"{base}/{name}")


@DBOS.step()
async def request(url: str) -> None:
    """Send one request."""
    async with _SESSIONS[0].post(url, json=BODY) as reply:
        await reply.read()


async def main(port: int) -> None:
    """Do the work for each line; say so when it is done."""
    database = os.environ["DBOS_SYSTEM_DATABASE_URL"]
    config: DBOSConfig = {"name": "tocsin-bench", "system_database_url": database, "log_level": "WARNING"}
    DBOS(config=config)
    async with aiohttp.ClientSession() as session:
        _SESSIONS.append(session)
        DBOS.launch()
        await heed(lambda: work(f"http://127.0.0.1:{port}"))
        DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
