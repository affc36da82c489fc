"""A request URL that takes signed deliveries of Slack, as `tocsin serve` has one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.slack import Reception, unpack, verify_signature
from integrations.system.clock import SystemClock


@dataclass
class Listener:
    """A request URL for signed deliveries."""

    url: str = ""
    secret: str = ""
    reception: Reception | None = None
    breaks: int = 0
    """So many of the next requests are taken, and the line breaks before they are answered."""

    async def take(self, request: web.Request) -> web.Response:
        """Verify, keep, answer, then open what is to be opened."""
        body = await request.read()
        now = SystemClock().real_now()
        payload = (
            unpack(body) if verify_signature(self.secret, body=body, headers=request.headers, real_now=now) else None
        )
        if payload is None or self.reception is None:
            return web.Response(status=400)
        received = await self.reception.receive(payload, envelope="")
        if self.breaks and request.transport is not None:
            self.breaks -= 1
            request.transport.abort()
        if received.new:
            await self.reception.follow_up(payload)
        return web.json_response(received.answer or {})


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Listen on a free port until the block ends."""
    listener = Listener()
    app = web.Application()
    app.router.add_post("/slack", listener.take)
    async with TestServer(app) as server:
        listener.url = str(server.make_url("/slack"))
        yield listener
