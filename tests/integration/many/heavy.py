"""Machines beside a Prefect server of their own, and workers of a work pool there, as real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.runtime.prefect.environment import QUIET
from engine.runtime.prefect.server import MODULE, healthy
from tests.integration.many.rig import Many, many

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

POOL = "heavy"
PATIENCE = 120.0


@dataclass
class Pooled:
    """Machines, a Prefect server, and the workers of its pool."""

    machines: Many
    api: str
    workers: list[asyncio.subprocess.Process] = field(default_factory=list)

    @property
    def place(self) -> Path:
        """Where everything lies."""
        return self.machines.place

    async def work(self) -> asyncio.subprocess.Process:
        """Start one more worker; return it once the server knows that it is there."""
        started = await self.started()
        await self.seen(self.staffed)
        return started

    async def started(self, *, limit: int = 2) -> asyncio.subprocess.Process:
        """Start one more worker."""
        name = f"worker-{len(self.workers)}"
        environment = {
            **self.machines.environment,
            **QUIET,
            "PREFECT_API_URL": self.api,
            "PREFECT_HOME": str(self.place / name / "prefect"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "TOCSIN_HOME": str(self.place / name),
        }
        (self.place / name).mkdir()
        started = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"),
            *("--name", name, "--limit", str(limit)),
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
        )
        self.workers.append(started)
        return started

    async def staffed(self) -> bool:
        """Whether every worker that runs is known to the server."""
        online = {"status": {"any_": ["ONLINE"]}}
        known = {one["name"] for one in await self.ask(f"work_pools/{POOL}/workers/filter", workers=online)}
        return known >= {f"worker-{n}" for n, one in enumerate(self.workers) if one.returncode is None}

    def kill(self, worker: asyncio.subprocess.Process) -> None:
        """Kill a worker and the processes that it started, as a power cut would."""
        for pid in (worker.pid, *descendants(worker.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def ask(self, path: str, **wanted: object) -> list[dict[str, Any]]:
        """Ask Prefect for a list."""
        async with aiohttp.ClientSession() as session, session.post(f"{self.api}/{path}", json=wanted) as reply:
            reply.raise_for_status()
            return list(await reply.json())

    async def heavy(self) -> list[dict[str, Any]]:
        """The flow runs of heavy actions."""
        return await self.ask("flow_runs/filter", flows={"name": {"any_": ["tocsin-heavy"]}}, limit=200)

    async def seen(self, holds: Callable[[], Awaitable[object]]) -> None:
        """Wait until Prefect says something."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(aiohttp.ClientError):
                    if await holds():
                        return
                await asyncio.sleep(0.2)  # another process, which sets no event


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    found = [pid]
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


@asynccontextmanager
async def server(home: Path, *, database: str) -> AsyncIterator[str]:
    """Run a Prefect server on an empty database; give the address of its API."""
    home.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = {"PREFECT_HOME": str(home), "PREFECT_SERVER_DATABASE_CONNECTION_URL": database}
    environment = {**os.environ, **QUIET, **given}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MODULE, "127.0.0.1", str(port), str(os.getpid())), env=environment
    )
    url = f"http://127.0.0.1:{port}/api"
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
            while not await healthy(url, session=session):  # noqa: ASYNC110 - another process, no event
                await asyncio.sleep(0.2)
        yield url
    finally:
        child.kill()
        await child.wait()


@asynccontextmanager
async def pooled(
    place: Path, playbooks: Mapping[str, str], *, database: str, prefect_database: str, **environment: str
) -> AsyncIterator[Pooled]:
    """Set up machines and a Prefect server; nothing else is running yet."""
    async with server(place / "prefect", database=prefect_database) as api:
        given = {
            "TOCSIN_DATABASE_URL": database,
            "TOCSIN_PREFECT": "auto",
            "PREFECT_API_URL": api,
            "TOCSIN_PREFECT_WORK_POOL": POOL,
            "TOCSIN_PREFECT_POOL_PATIENCE": "300",
            **environment,
        }
        async with many(place, playbooks, **given) as machines:
            made = Pooled(machines, api)
            try:
                yield made
            finally:
                for worker in made.workers:
                    made.kill(worker)
                    await worker.wait()
