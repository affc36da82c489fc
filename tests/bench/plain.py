"""P: the same work as a Prefect flow that somebody would write by hand, in a warm process. A line is a trigger."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import aiohttp
from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from tests.bench.triggers import heed
from tests.bench.work import BODY, PHASES

_SESSIONS: list[aiohttp.ClientSession] = []


@task(cache_policy=NO_CACHE, persist_result=False)
async def request(url: str) -> None:
    """Send one request."""
    async with _SESSIONS[0].post(url, json=BODY) as reply:
        await reply.read()


@flow
async def work(base: str) -> None:
    """Do the work once."""
    for chains in PHASES.values():
        await asyncio.gather(*(_chain(base, chain) for chain in chains))


async def _chain(base: str, chain: Sequence[str]) -> None:
    for name in chain:
        await request(f"{base}/{name}")


async def main(port: int) -> None:
    """Do the work for each line; say so when it is done."""
    async with aiohttp.ClientSession() as session:
        _SESSIONS.append(session)
        await heed(lambda: work(f"http://127.0.0.1:{port}"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
