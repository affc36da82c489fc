"""L: the same requests from one warm asyncio process, without any engine. A line is a trigger."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import aiohttp

from tests.bench.triggers import heed
from tests.bench.work import BODY, PHASES


async def work(session: aiohttp.ClientSession, base: str) -> None:
    """Do the work once."""
    for chains in PHASES.values():
        await asyncio.gather(*(_chain(session, base, chain) for chain in chains))


async def _chain(session: aiohttp.ClientSession, base: str, chain: Sequence[str]) -> None:
    for name in chain:
        async with session.post(f"{base}/{name}", json=BODY) as reply:
            await reply.read()


async def main(port: int) -> None:
    """Do the work for each line; say so when it is done."""
    async with aiohttp.ClientSession() as session:
        await heed(lambda: work(session, f"http://127.0.0.1:{port}"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
