"""Running the sandbox over real HTTP on a port, inside a test or as a program.

    async with run_sandbox(default_seed(), now=clock) as sandbox:
        client = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)

A dropped reply closes the client's connection, so the server hands its transport to the gate.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from integrations.sandbox.app import app_of
from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.gate import DROP
from integrations.sandbox.jira.state import Site
from integrations.sandbox.log import RequestLog
from integrations.sandbox.seed import Seed
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import Monotonic, Now
from integrations.sandbox.world import World, new_world


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: where it is, what opens it and its insides for tests."""

    url: str
    world: World

    @property
    def slack_base_url(self) -> str:
        """What `WebClient(base_url=...)` takes."""
        return f"{self.url}/slack/api/"

    @property
    def jira_url(self) -> str:
        """What `JIRA(server=...)` takes."""
        return f"{self.url}/jira"

    @property
    def slack_bot_token(self) -> str:
        """The app's bot token."""
        return self.world.seed.slack.bot_token

    @property
    def slack_app_token(self) -> str:
        """The app-level token for Socket Mode."""
        return self.world.seed.slack.app_token

    @property
    def slack_signing_secret(self) -> str:
        """What signed deliveries are signed with."""
        return self.world.seed.slack.signing_secret

    @property
    def jira_login(self) -> tuple[str, str]:
        """What `JIRA(basic_auth=...)` takes for the app's account."""
        return self.world.seed.jira.bot_email, self.world.seed.jira.bot_token

    @property
    def pagers_url(self) -> str:
        """Where the three pagers are: `/pagerduty`, `/opsgenie` and `/webhook` below it."""
        return f"{self.url}/pagers"

    @property
    def slack(self) -> Workspace:
        """The workspace."""
        return self.world.slack

    @property
    def jira(self) -> Site:
        """The Jira site."""
        return self.world.jira

    @property
    def faults(self) -> FaultBoard:
        """The "make it fail" board."""
        return self.world.faults

    @property
    def log(self) -> RequestLog:
        """Every call so far."""
        return self.world.log


@asynccontextmanager
async def run_sandbox(
    seed: Seed,
    *,
    now: Now,
    wall: Now | None = None,
    monotonic: Monotonic = time.monotonic,
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
) -> AsyncIterator[Sandbox]:
    """Run a sandbox in this event loop until the block ends; port 0 takes a free one.

    With `state`, records are read from that file at the start and written to it at the end.
    """
    world = new_world(seed, now=now, wall=wall, monotonic=monotonic)
    if state is not None:
        world.load(state)
    listening = _listening(host, port)
    server = _Server(_config(world))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await server.listening.wait()
        bound = listening.getsockname()
        yield Sandbox(url=f"http://{host}:{bound[1]}", world=world)
    finally:
        await world.close()
        server.should_exit = True
        await serving
        listening.close()
        if state is not None:
            world.save(state)


async def serve_sandbox(
    seed: Seed,
    *,
    now: Now,
    wall: Now | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    state: Path | None = None,
    ready: Callable[[Sandbox], None] = lambda _: None,
) -> None:
    """Run a sandbox until cancelled, telling `ready` where it is."""
    async with run_sandbox(seed, now=now, wall=wall, host=host, port=port, state=state) as sandbox:
        ready(sandbox)
        await asyncio.Event().wait()


class _Server(uvicorn.Server):
    """A server that says when it listens and leaves the signals of the process alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _DroppableProtocol(H11Protocol):
    """Gives each request the means to cut its own connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to uvicorn as they are
        super().__init__(*args, **kwargs)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[DROP] = self.transport.abort
            await inner(scope, receive, send)

        self.app = with_transport


def _config(world: World) -> uvicorn.Config:
    return uvicorn.Config(
        app_of(world),
        http=_DroppableProtocol,
        ws="websockets-sansio",
        lifespan="off",
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket whose protocol is named: else asyncio leaves on the delay of small answers, 40 ms each."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
