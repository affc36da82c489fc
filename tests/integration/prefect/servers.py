"""A Prefect server of its own that can be stopped, killed, and given another database; and a slow way to it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web

from engine.runtime.prefect.environment import prefect_environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

CREATE = "/api/flow_runs/"
SOCKETS = ("/api/events/in", "/api/events/out", "/api/logs/out")
KEPT = frozenset({"content-type", "prefect-csrf-token", "prefect-csrf-client"})
"""The headers that the way to a server passes on; aiohttp makes the others itself."""


class Server:
    """A Prefect server that nobody keeps: whoever stops it starts it again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._child: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self._port}/api"

    async def start(self) -> None:
        """Start it; it is not ready when this returns."""
        module = ("-m", "engine.runtime.prefect.child", "127.0.0.1", str(self._port), str(os.getpid()))
        environment = {**os.environ, **prefect_environment(self._home, api_url=self.url)}
        quiet = asyncio.subprocess.DEVNULL
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, *module, stdout=quiet, stderr=quiet, env=environment
        )

    async def kill(self) -> None:
        """Kill it as a power cut would, if it runs."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            await child.wait()

    def stand_still(self) -> None:
        """Stop its process: connections stay open, and nothing is answered."""
        if self._child is not None:
            self._child.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let its process go on."""
        if self._child is not None:
            self._child.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        """Throw away its database; it must not run."""
        shutil.rmtree(self._home / "prefect")


@asynccontextmanager
async def server(home: Path) -> AsyncIterator[Server]:
    """Run a Prefect server with its database in a folder."""
    made = Server(home)
    await made.start()
    try:
        yield made
    finally:
        await made.kill()


@dataclass
class Way:
    """What stands between an engine and a Prefect server: it notes what is asked, and may delay or refuse it."""

    to: Server
    port: int = 0
    seconds: float = 0.0
    """How long each answer is held back."""
    refuses: Callable[[str, bytes], int] = field(default=lambda _path, _body: 0)
    """Says for a path and a body with which status a request is refused; 0 lets it through."""
    refused: int = 0
    made: dict[str, str] = field(default_factory=dict)
    """The flow runs that were made by this way: name -> id."""
    deaf: bool = False
    """Whether what is told of task runs is taken and thrown away, as by a server that dies before it has written it."""
    asked: list[str] = field(default_factory=list)
    """Method and path of each request."""
    session: aiohttp.ClientSession = field(init=False)

    @property
    def url(self) -> str:
        """The address of the API by this way."""
        return f"http://127.0.0.1:{self.port}/api"

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, and its answer back."""
        self.asked.append(f"{request.method} {request.path}")
        body = await request.read()
        status = self.refuses(request.path, body)
        if status:
            self.refused += 1
            return web.json_response({"detail": "refused"}, status=status)
        headers = {name: value for name, value in request.headers.items() if name.lower() in KEPT}
        url = f"{self.to.url.removesuffix('/api')}{request.path_qs}"
        try:
            async with self.session.request(request.method, url, data=body, headers=headers) as reply:
                answer = web.Response(status=reply.status, body=await reply.read())
                if request.path == CREATE and reply.ok:
                    self.made[json.loads(body)["name"]] = (await reply.json())["id"]
                answer.headers["Content-Type"] = reply.headers.get("Content-Type", "application/json")
        except aiohttp.ClientError:
            return web.Response(status=502)
        await asyncio.sleep(self.seconds)  # the fault that is played
        return answer

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Pass on what is said over a socket, in both directions."""
        here = web.WebSocketResponse(protocols=("prefect",))
        await here.prepare(request)
        url = f"{self.to.url.removesuffix('/api')}{request.path_qs}"
        try:
            async with self.session.ws_connect(url, protocols=("prefect",)) as there:
                back = asyncio.create_task(_copied(there, here))
                async for message in here:
                    if not (self.deaf and '"prefect.task-run.' in message.data):
                        await there.send_str(message.data)
                back.cancel()
        except aiohttp.ClientError:
            pass
        await here.close()
        return here


@asynccontextmanager
async def way(to: Server) -> AsyncIterator[Way]:
    """Open a way to a server."""
    made = Way(to)
    app = web.Application(client_max_size=2**26)
    for path in SOCKETS:
        app.router.add_get(path, made.connect)
    app.router.add_route("*", "/{path:.*}", made.pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = int(runner.addresses[0][1])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        made.session = session
        try:
            yield made
        finally:
            await runner.cleanup()


async def _copied(source: aiohttp.ClientWebSocketResponse, target: web.WebSocketResponse) -> None:
    async for message in source:
        await target.send_str(message.data)
    await target.close()
