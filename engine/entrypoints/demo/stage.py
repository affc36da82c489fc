"""The processes of the demo: a sandbox and an engine, started as a user would start them, ended by their own handle."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import signal
import socket
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.bootstrap import story as clock
from engine.entrypoints.demo.person import StuckError
from engine.entrypoints.demo.world import TOKENS, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime
    from pathlib import Path

    import aiohttp

    from engine.entrypoints.demo.world import World

TOCSIN = (sys.executable, "-c", "from engine.entrypoints.cli.main import main; main()")
START_SECONDS, END_SECONDS = 60.0, 20.0
SETTING_UP = timedelta(hours=1)
"""How long before its first instant the story's clock begins: it goes on while everything is started."""
PR_SET_PDEATHSIG = 1
KEPT = ("TOCSIN_PREFECT", "PREFECT_API_URL", "TOCSIN_CONFIG", "TOCSIN_PLAYBOOKS")
"""What the demo takes over from its own environment; everything else of Tocsin's is its own."""
_EXPORT = re.compile(r"^export (\w+)=(.*)$")
_ADDRESS = re.compile(r"http://[^\s;]+")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is."""

    home: Path
    sandbox: str
    serve: str
    world: World
    environment: Mapping[str, str]
    session: aiohttp.ClientSession
    engine: _Served

    async def health(self) -> dict[str, Any]:
        """Return whether the engine is busy, and which moment of the story it waits for next."""
        async with self.session.get(f"{self.serve}/healthz") as reply:
            return dict(await reply.json())

    async def status(self, incident: str) -> dict[str, Any]:
        """Return where the incident stands."""
        token = (self.home / "api-token").read_text(encoding="utf-8").strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.get(f"{self.serve}/api/v1/incidents/{incident}", headers=headers) as reply:
            return dict(await reply.json())

    async def calls(self, name: str) -> list[dict[str, Any]]:
        """Return the calls of one name that the sandbox got."""
        async with self.session.get(f"{self.sandbox}/log", params={"name": name}) as reply:
            return list((await reply.json())["entries"])

    async def break_next(self, **fault: object) -> None:
        """Make something go wrong next."""
        async with self.session.post(f"{self.sandbox}/faults", json=fault) as reply:
            reply.raise_for_status()

    async def crash(self) -> None:
        """Kill the engine in the middle of whatever it does, and start it again."""
        await self.engine.kill()
        await self.engine.begin()

    async def run(self, *arguments: str, home: Path | None = None) -> tuple[int, str]:
        """Run a command as a user would; return its exit code and what it wrote."""
        environment = {**self.environment, "TOCSIN_HOME": str(home or self.home)}
        child = await asyncio.create_subprocess_exec(
            *TOCSIN, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=environment
        )
        out, _ = await child.communicate()
        return int(child.returncode or 0), out.decode()


@asynccontextmanager
async def open_stage(home: Path, *, at: datetime, session: aiohttp.ClientSession) -> AsyncIterator[Stage]:
    """Start everything in an empty data folder; end it when the block ends, however it ends.

    The story stands at its first instant when everything is up: how long that takes is no part of it.
    """
    await asyncio.to_thread(_begin, home, at - SETTING_UP)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_") or name in KEPT}
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world())
        port = _free_port()
        hook = f"http://127.0.0.1:{port}/jira/webhook"
        _, said = await stack.enter_async_context(
            _child(
                "sandbox", "--port", "0", "--jira-webhook", hook, until="People:", log=home / "sandbox.log", env=plain
            )
        )
        sandbox = _address(said)
        environment = {
            **plain,
            **{found[1]: found[2] for line in said if (found := _EXPORT.match(line))},
            **{f"TOCSIN_SECRET_{name}": value for name, value in TOKENS.items()},
            "TOCSIN_HOME": str(home),
            "TOCSIN_HTTP_ALLOW": f"127.0.0.1:{world.port}",
            "TOCSIN_PERSON": "ana",
        }
        served = _Served(port, log=home / "serve.log", environment=environment)
        stack.push_async_callback(served.end)
        await served.begin()
        await asyncio.to_thread(clock.reach, home, at=at)
        yield Stage(home, sandbox, f"http://127.0.0.1:{port}", world, environment, session, served)


class _Served:
    """The engine's process, which can be killed and started again on its port."""

    def __init__(self, port: int, *, log: Path, environment: Mapping[str, str]) -> None:
        self._port = port
        self._log = log
        self._environment = environment
        self._running = AsyncExitStack()
        self._child: asyncio.subprocess.Process | None = None

    async def begin(self) -> None:
        """Start it; return when it says so."""
        arguments = ("serve", "--port", str(self._port))
        started = _child(*arguments, until="serves on", log=self._log, env=self._environment)
        self._child, _ = await self._running.enter_async_context(started)

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        if self._child is not None:
            self._child.kill()
            await self._child.wait()
        await self.end()

    async def end(self) -> None:
        """End it, if it still runs."""
        await self._running.aclose()


@asynccontextmanager
async def _child(
    *arguments: str, until: str, log: Path, env: Mapping[str, str]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, list[str]]]:
    """Run a command until the block ends; give its process and what it said until it was ready."""
    with log.open("ab") as errors:
        child = await asyncio.create_subprocess_exec(
            *TOCSIN, *arguments, stdout=asyncio.subprocess.PIPE, stderr=errors, env=env, preexec_fn=_end_with_parent
        )
    try:
        yield child, await _ready(child, arguments[0], until=until, log=log)
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                async with asyncio.timeout(END_SECONDS):
                    await child.wait()
            except TimeoutError:
                child.kill()
                await child.wait()


async def _ready(child: asyncio.subprocess.Process, name: str, *, until: str, log: Path) -> list[str]:
    said: list[str] = []
    if child.stdout is None:
        raise StuckError(f"`tocsin {name}` says nothing")
    try:
        async with asyncio.timeout(START_SECONDS):
            while not (said and until in said[-1]):
                line = await child.stdout.readline()
                if not line:
                    raise StuckError(f"`tocsin {name}` ended at its start: {await asyncio.to_thread(_last_words, log)}")
                said.append(line.decode().rstrip("\n"))
    except TimeoutError:
        raise StuckError(f"`tocsin {name}` was not ready in {START_SECONDS:g} s; it said: {said}") from None
    return said


def _end_with_parent() -> None:
    """Have the kernel end this child when the demo dies, however that dies; see prctl(2). Only on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _begin(home: Path, at: datetime) -> None:
    home.mkdir(parents=True)
    clock.start(home, at=at, scale=1.0)


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8").strip()


def _address(said: list[str]) -> str:
    found = _ADDRESS.search("\n".join(said))
    if found is None:
        raise StuckError(f"no address was told: {said}")
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
