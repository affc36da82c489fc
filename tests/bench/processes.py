"""The processes of a measurement: each started, triggered and ended by its own handle."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.bench.work import COUNT
from tests.integration.serve.house import TOCSIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PATIENCE = 120.0
DURABLE = Path(__file__).parents[2] / ".venv-bench" / "bin" / "python"
"""The Python that has DBOS: `make bench` builds its environment."""


@dataclass(frozen=True)
class Far:
    """The stub, as the measurement sees it."""

    port: int
    session: aiohttp.ClientSession

    async def taken(self) -> list[tuple[float, float, str]]:
        """Return when each request since the last time came and was answered, and its key."""
        async with self.session.get(f"http://127.0.0.1:{self.port}/taken") as reply:
            return [(came, answered, key) for came, answered, key in await reply.json()]

    async def all_of(self, count: int) -> list[tuple[float, float, str]]:
        """Wait until so many requests have been answered."""
        seen: list[tuple[float, float, str]] = []
        async with asyncio.timeout(PATIENCE):
            while len(seen) < count:
                seen += await self.taken()
                await asyncio.sleep(0.01)
        return seen


@dataclass(frozen=True)
class Took:
    """How long after its trigger the first request came and the last one was answered, in milliseconds."""

    first: float
    last: float


def took(began: float, seen: list[tuple[float, float, str]]) -> Took:
    """Return the two lengths of one piece of work."""
    first = min(came for came, _, _ in seen)
    last = max(answered for _, answered, _ in seen)
    return Took((first - began) * 1000, (last - began) * 1000)


@asynccontextmanager
async def stub(session: aiohttp.ClientSession) -> AsyncIterator[Far]:
    """Run the far side."""
    async with running("tests.bench.stub") as (child, said):
        yield Far(int(json.loads(said)["port"]), session)
        if child.stdin is not None:
            child.stdin.close()


class Lined:
    """A process that does the work for each line it gets."""

    def __init__(self, child: asyncio.subprocess.Process, far: Far) -> None:
        self._child = child
        self._far = far

    async def once(self, pieces: int = 1) -> Took:
        """Trigger it once, for so many pieces of work at once."""
        await self._far.taken()
        if self._child.stdin is None or self._child.stdout is None:
            raise RuntimeError("the process cannot be spoken to")
        began = time.monotonic()
        self._child.stdin.write(f"go {pieces}\n".encode())
        await self._child.stdin.drain()
        await asyncio.wait_for(self._child.stdout.readline(), PATIENCE)
        return took(began, await self._far.all_of(COUNT * pieces))


@asynccontextmanager
async def lined(module: str, far: Far, **environment: str) -> AsyncIterator[Lined]:
    """Run a module that does the work for each line."""
    async with running(module, str(far.port), **environment) as (child, _):
        yield Lined(child, far)


@asynccontextmanager
async def durable(far: Far, database: str) -> AsyncIterator[Lined]:
    """Run the work in DBOS, which keeps its state in a database."""
    given = {**os.environ, "DBOS_SYSTEM_DATABASE_URL": database}
    async with _child(str(DURABLE), "-m", "tests.bench.durable", str(far.port), environment=given) as (child, _):
        yield Lined(child, far)


class Engine:
    """A `tocsin serve`."""

    def __init__(self, home: Path, url: str, far: Far) -> None:
        self.home = home
        self._url = url
        self._far = far
        token = (home / "api-token").read_text(encoding="utf-8").strip()
        self._headers = {"Authorization": f"Bearer {token}"}

    async def once(self, pieces: int = 1) -> Took:
        """Declare so many incidents at once, and wait until their work is done, each request once."""
        await self._far.taken()
        began = time.monotonic()
        await asyncio.gather(*(self.declare() for _ in range(pieces)))
        seen = await self._far.all_of(COUNT * pieces)
        await self.calm()
        seen += await self._far.taken()
        if len({key for _, _, key in seen}) != COUNT * pieces or len(seen) != COUNT * pieces:
            raise RuntimeError(f"{COUNT * pieces} requests were to be made, each once; {len(seen)} came")
        return took(began, seen)

    async def declare(self, playbook: str = "work") -> str:
        """Declare an incident."""
        body = {"playbook": playbook, "inputs": {}}
        async with self._far.session.post(f"{self._url}/api/v1/incidents", json=body, headers=self._headers) as reply:
            reply.raise_for_status()
            return str((await reply.json())["incident"])

    async def lane_of(self, incident: str) -> str:
        """Return how an incident's first stretch was carried."""
        async with self._far.session.get(f"{self._url}/api/v1/incidents/{incident}", headers=self._headers) as reply:
            return str((await reply.json())["segments"][0]["lane"])

    async def calm(self, *words: str) -> None:
        """Wait until nothing is under way, and the engine says these words of its lanes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self._far.session.get(f"{self._url}/healthz") as reply:
                    health: dict[str, Any] = await reply.json()
                if not health["busy"] and all(word in health["lanes"] for word in words):
                    return
                await asyncio.sleep(0.05)

    async def all_in_prefect(self) -> Counter[str]:
        """Wait until Prefect shows each stretch of every incident, ended; return how many stretches went which way."""
        lanes: Counter[str] = Counter()
        async with asyncio.timeout(PATIENCE * 5):
            for name in await self._incidents():
                url = f"{self._url}/api/v1/incidents/{name}"
                async with self._far.session.get(url, headers=self._headers) as reply:
                    went = Counter((await reply.json())["lanes"])
                while not await self._in_prefect(name, stretches=went.total()):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.5)
                lanes += went
        return lanes

    async def _incidents(self) -> list[str]:
        """Return the names of all incidents, page by page."""
        names: list[str] = []
        before: str | None = ""
        while before is not None:
            asked = {"limit": "500", "before": before}
            url = f"{self._url}/api/v1/incidents"
            async with self._far.session.get(url, params=asked, headers=self._headers) as reply:
                page = await reply.json()
            names += [one["incident"] for one in page["incidents"]]
            before = page["next"]
        return names

    async def _in_prefect(self, incident: str, *, stretches: int) -> bool:
        wanted = {"flow_runs": {"tags": {"all_": [incident]}, "state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}}
        async with self._far.session.post(f"{self.prefect()}/flow_runs/count", json=wanted) as reply:
            return int(await reply.text()) >= stretches

    def prefect(self) -> str:
        """Return the address of its embedded Prefect server."""
        pid = int((self.home / "prefect" / "server.pid").read_text(encoding="utf-8"))
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - a file of the kernel's
            words = file.read().decode().split("\0")
        host, port = words[words.index("engine.runtime.prefect.child") + 1 :][:2]
        return f"http://{host}:{port}/api"


@asynccontextmanager
async def engine(home: Path, playbooks: Path, far: Far, **environment: str) -> AsyncIterator[Engine]:
    """Run an engine on a data folder of its own."""
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))},
        "TOCSIN_HOME": str(home),
        "TOCSIN_PLAYBOOKS": str(playbooks),
        "TOCSIN_PERSON": "ana",
        "TOCSIN_HTTP_ALLOW": f"127.0.0.1:{far.port}",
        **environment,
    }
    async with _child(*TOCSIN, "serve", "--port", "0", environment=given) as (_, said):
        yield Engine(home, said.partition("serves on ")[2].partition(";")[0], far)


@asynccontextmanager
async def running(module: str, *arguments: str, **environment: str) -> AsyncIterator[tuple[Any, str]]:
    """Run a module; give its process and the first line that it says."""
    given = {**os.environ, **environment}
    async with _child(sys.executable, "-m", module, *arguments, environment=given) as found:
        yield found


@asynccontextmanager
async def _child(
    *command: str, environment: Mapping[str, str]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a process; give it and the first line that it says."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        if child.stdout is None:
            raise RuntimeError(f"{command} says nothing")
        said = await asyncio.wait_for(child.stdout.readline(), PATIENCE)
        if not said:
            raise RuntimeError(f"{command} ended at its start")
        yield child, said.decode().strip()
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
