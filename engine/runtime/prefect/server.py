"""The embedded Prefect server: a child process on loopback with its database in the data folder.

Rules kept here: nothing waits for it; it dies with the process that started it, and is started again when it dies
alone; one that was left over by a process that died is recognised by its command line and ended before a new one is
started on the same database.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import structlog

from engine.runtime.prefect.environment import prefect_environment

HOST = "127.0.0.1"
MODULE = "engine.runtime.prefect.child"
NOTE = "server.pid"
END_SECONDS = 10.0
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
log = structlog.get_logger(__name__)


class EmbeddedServer:
    """A server of our own; `url` is the address of its API."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "prefect"
        self._port = _free_port()
        self._child: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address of the API; the pages for people are at the same address without `/api`."""
        return f"http://{HOST}:{self._port}/api"

    async def start(self) -> None:
        """Start it, and end one that was left over. It is not ready when this returns."""
        await asyncio.to_thread(self._clear)
        environment = {**os.environ, **prefect_environment(self._home, api_url=self.url)}
        with (self._folder / "server.log").open("wb") as said:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                MODULE,
                HOST,
                str(self._port),
                str(os.getpid()),
                stdout=said,
                stderr=said,
                env=environment,
            )
        (self._folder / NOTE).write_text(str(self._child.pid), encoding="utf-8")

    async def stop(self) -> None:
        """End it."""
        child, self._child = self._child, None
        if child is None or child.returncode is not None:
            return
        child.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()
        (self._folder / NOTE).unlink(missing_ok=True)

    async def keep(self) -> None:
        """Start it again whenever it has died, until cancelled; later and later while it does not stay."""
        pause = PAUSE_SECONDS
        while self._child is not None:
            began = asyncio.get_running_loop().time()
            code = await self._child.wait()
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE_SECONDS:
                pause = PAUSE_SECONDS
            log.warning("prefect_server_died", code=code, started_again_in=pause)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
            await self.start()

    def _clear(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError, ValueError):
            pid = int((self._folder / NOTE).read_text(encoding="utf-8"))
            if _is_ours(pid):
                log.info("left_over_prefect_server_ended", pid=pid)
                os.kill(pid, signal.SIGKILL)


async def healthy(url: str, *, session: aiohttp.ClientSession, seconds: float = 2.0) -> bool:
    """Return whether a server answers at an API's address, within so many seconds."""
    try:
        async with session.get(f"{url}/health", timeout=aiohttp.ClientTimeout(total=seconds)) as reply:
            return reply.status == 200  # noqa: PLR2004 - HTTP's own number for yes
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def version_at(url: str, *, session: aiohttp.ClientSession, seconds: float = 10.0) -> str:
    """Return the version of the server at an API's address; empty when it does not tell."""
    try:
        async with session.get(f"{url}/admin/version", timeout=aiohttp.ClientTimeout(total=seconds)) as reply:
            return str(await reply.json()) if reply.status == 200 else ""  # noqa: PLR2004 - as above
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return ""


def _is_ours(pid: int) -> bool:
    """Return whether a process is a Prefect server that Tocsin started."""
    return MODULE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
