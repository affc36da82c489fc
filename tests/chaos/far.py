"""The far side: does what it is asked, remembers every key, and misbehaves the first time it hears of some of them.

Run as a process of its own with a seed: it prints its port, and ends with its standard input. What goes wrong with a
key follows from the seed and the key: nothing, an answer that comes late, an answer that never comes although it was
done, an error of the server that did nothing, or a plea to come back.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import sys
from collections import Counter

from aiohttp import web

from integrations.system.clock import SystemClock

WRONG = ("nothing", "nothing", "nothing", "late", "dropped", "error", "busy")
LATEST = 9.0
"""Seconds; longer than a lease."""


class Far:
    """Counts what it was asked and what it did, by key."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.asked: Counter[str] = Counter()
        self.did: Counter[str] = Counter()
        self.came: dict[str, list[tuple[str, str]]] = {}
        """When each request of a key came, and what went wrong with it."""

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do something."""
        key = request.headers["Idempotency-Key"]
        chance = random.Random(f"{self._seed} {key}")  # noqa: S311 - to be repeatable is the point
        wrong = chance.choice(WRONG) if not self.asked[key] else "nothing"
        self.asked[key] += 1
        self.came.setdefault(key, []).append((SystemClock().real_now().isoformat(), wrong))
        if wrong == "busy":
            return web.Response(status=429, headers={"Retry-After": "1"})
        if wrong == "error":
            return web.Response(status=500)
        self.did[key] += 1
        if wrong == "dropped" and request.transport is not None:
            request.transport.close()
        if wrong == "late":
            await asyncio.sleep(chance.uniform(0.5, LATEST))
        return web.json_response({"id": key})

    async def look(self, request: web.Request) -> web.Response:
        """Say whether something was done under a key."""
        key = request.match_info["key"]
        return web.json_response({"id": key}) if self.did[key] else web.Response(status=404)

    async def told(self, _: web.Request) -> web.Response:
        """Say how often what was done and asked."""
        did = {key: count for key, count in self.did.items() if count}
        return web.json_response({"did": did, "asked": self.asked, "came": self.came})


async def main() -> None:
    """Serve until the standard input ends."""
    far, app = Far(sys.argv[1]), web.Application()
    app.add_routes([web.get("/told", far.told), web.get("/requests/{key}", far.look), web.post("/{path:.*}", far.act)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    await web.SockSite(runner, listening, backlog=512).start()
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)  # noqa: T201 - what a process says to its parent
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
