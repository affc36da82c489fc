"""The world around the demo, on loopback: the pages with the leaked video, and the systems that the playbooks ask.

Rules kept here: what was done under an idempotency key can be asked for, as `playbooks/README.md` says; a wrong token
is refused; what is asked twice under one key is counted.
"""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.entrypoints.demo.video import video

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKENS = {
    "RECORDINGS_TOKEN": "demo-recordings",
    "IDENTITY_TOKEN": "demo-identity",
    "STATUS_TOKEN": "demo-status",
    "DEVICES_TOKEN": "demo-devices",
}
_PAGE = """<!doctype html><meta charset="utf-8"><title>A shared recording</title>
<body style="font:16px system-ui;margin:3rem"><h1>A shared recording</h1>
<p>Posted by an account without a name. 214 views.</p>{player}</body>"""
_PLAYER = '<video src="/media/recording.mp4" controls width="384"></video>'
_SHELL = '<div id="player"></div><script>document.getElementById("player").textContent = "Loading ...";</script>'


@dataclass
class World:
    """What the systems hold; `done` is each idempotency key and what it was answered."""

    links: list[str] = field(default_factory=lambda: ["everyone with the link", "guest: agency", "team: product"])
    sessions: Counter[str] = field(default_factory=Counter)
    posts: dict[str, str] = field(default_factory=dict)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: int = 0
    """How often something was asked again under a key that was done."""
    port: int = 0

    @property
    def url(self) -> str:
        """The address of everything here."""
        return f"http://127.0.0.1:{self.port}"

    def page(self, name: str) -> str:
        """Return the address of a leak page: `first` shows the video, `second` only a shell of one."""
        return f"{self.url}/v/{name}"


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Run the world on a free port."""
    world = World()
    app = web.Application()
    app.add_routes(Systems(world).routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    world.port = runner.addresses[0][1]
    try:
        yield world
    finally:
        await runner.cleanup()


class Systems:
    """What answers, by path."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._film = video()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/v/{name}", self.page),
            web.get("/media/recording.mp4", self.media),
            web.get("/api/recordings/{id}/sharing", self.sharing),
            web.post("/api/recordings/{id}/lock", self.lock),
            web.post("/api/recordings/{id}/restore", self.restore),
            web.get("/api/sessions", self.sessions),
            web.post("/api/sessions/revoke", self.revoke),
            web.post("/api/accounts/{state}", self.state),
            web.post("/api/posts", self.post),
            web.get("/api/posts/{id}", self.posted),
            web.post("/api/devices/{id}/{state}", self.state),
            web.get("/api/requests/{key}", self.asked),
        ]

    async def page(self, request: web.Request) -> web.Response:
        player = _PLAYER if request.match_info["name"] == "first" else _SHELL
        return web.Response(text=_PAGE.format(player=player), content_type="text/html")

    async def media(self, _: web.Request) -> web.Response:
        return web.Response(body=self._film, content_type="video/mp4")

    async def sharing(self, _: web.Request) -> web.Response:
        return web.json_response({"links": self._world.links, "open": len(self._world.links)})

    async def lock(self, request: web.Request) -> web.Response:
        self._world.links = []
        return _kept(self._world, request, {"locked": True})

    async def restore(self, request: web.Request) -> web.Response:
        self._world.links = list((await request.json())["links"])
        return _kept(self._world, request, {"restored": True})

    async def sessions(self, request: web.Request) -> web.Response:
        account = request.query.get("account", "")
        return web.json_response({"open": 0 if self._world.sessions[account] else 3})

    async def revoke(self, request: web.Request) -> web.Response:
        self._world.sessions[str((await request.json()).get("account", ""))] += 1
        return _kept(self._world, request, {"ended": 3})

    async def state(self, request: web.Request) -> web.Response:
        return _kept(self._world, request, {"state": request.match_info["state"]})

    async def post(self, request: web.Request) -> web.Response:
        number = str(len(self._world.posts) + 1)
        self._world.posts[number] = str((await request.json())["text"])
        return _kept(self._world, request, {"id": number})

    async def posted(self, request: web.Request) -> web.Response:
        text = self._world.posts.get(request.match_info["id"])
        return web.json_response({"text": text}) if text is not None else web.Response(status=404)

    async def asked(self, request: web.Request) -> web.Response:
        known = self._world.done.get(request.match_info["key"])
        return web.json_response(known) if known is not None else web.Response(status=404)


def _kept(world: World, request: web.Request, answer: dict[str, Any]) -> web.Response:
    if request.headers.get("Authorization", "").removeprefix("Bearer ") not in TOKENS.values():
        return web.json_response({"error": "wrong token"}, status=401)
    key = request.headers.get("Idempotency-Key", "")
    if key in world.done:
        world.repeated += 1
    world.done[key] = answer
    return web.json_response(answer)
