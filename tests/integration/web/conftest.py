"""A real web server on loopback that misbehaves when asked to."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 100


@dataclass
class Site:
    """A running server: where it is, and what it was asked."""

    port: int = 0
    asked: list[web.BaseRequest] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    locations: dict[str, str] = field(default_factory=dict)
    """Path -> where it redirects to."""

    @property
    def host(self) -> str:
        """The host and port, as the allow-list has it."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://{self.host}{path}"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A server that ends with the test."""
    running = Site()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        running.asked.append(request)
        running.bodies.append(await request.read())
        return await _answered(request, running)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    running.port = runner.addresses[0][1]
    yield running
    await runner.cleanup()


async def _answered(request: web.BaseRequest, site: Site) -> web.StreamResponse:
    if request.path in site.locations:
        return web.Response(status=302, headers={"Location": site.locations[request.path]})
    match request.path:
        case "/watch":
            return web.Response(text='<html><video src="/a.mp4"></video></html>', content_type="text/html")
        case "/a.mp4":
            return web.Response(body=MP4, content_type="video/mp4")
        case "/drop":
            _cut(request)
            return web.Response()
        case "/hang":
            await asyncio.Event().wait()
        case "/half":
            reply = web.StreamResponse(headers={"Content-Length": "100"})
            await reply.prepare(request)
            await reply.write(b"half")
            _cut(request)
            return reply
        case "/big":
            return web.Response(body=b"x" * 100_000)
        case "/bomb":
            return web.Response(body=gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"})
        case "/broken":
            return web.Response(body=b"not gzip", headers={"Content-Encoding": "gzip"})
        case "/packed":
            return web.Response(body=gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})
    return web.Response(text="hello", headers={"X-Path": request.path, "Set-Cookie": "a=b"})


def _cut(request: web.BaseRequest) -> None:
    assert request.transport is not None
    request.transport.abort()
