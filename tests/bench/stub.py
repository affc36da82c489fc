"""The far side: answers a POST after 20 ms, and keeps when each request came and was answered.

Run as a process of its own: it prints its port, and ends with its standard input. Instants are of the machine's
monotonic clock, which all processes share.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time

from aiohttp import web

ANSWERS_AFTER = 0.020


class Stub:
    """Counts what it is asked."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, float, str]] = []

    async def act(self, request: web.Request) -> web.Response:
        """Answer after a while."""
        came = time.monotonic()
        await request.read()
        await asyncio.sleep(ANSWERS_AFTER)
        self.seen.append((came, time.monotonic(), request.headers.get("Idempotency-Key", "")))
        return web.json_response({"ok": True})

    async def taken(self, _: web.Request) -> web.Response:
        """Say what was seen since the last time it was said."""
        seen, self.seen = self.seen, []
        return web.json_response(seen)


async def main() -> None:
    """Serve until the standard input ends."""
    stub, app = Stub(), web.Application()
    app.router.add_get("/taken", stub.taken)
    app.router.add_post("/{name}", stub.act)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    # The protocol is named, or small answers are delayed by 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    await web.SockSite(runner, listening, backlog=512).start()
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)  # noqa: T201 - what a process says to its parent
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
