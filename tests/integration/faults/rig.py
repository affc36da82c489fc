"""A house in which something breaks: the engine's process, its database, its disk. Three acts one after the other.

Whatever breaks, one thing is looked at in the end: each act was done once, each has one result, and the timeline fits.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.domain import timeline as ev
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.runtime.bench import counterpart
from tests.integration.serve.house import TOCSIN, House, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from engine.ports.records import Entry

PATIENCE = 60.0
ACTS = ("/one", "/two", "/three")
PLAYBOOK = """\
tocsin: 1
playbook: acts
title: Three acts
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: one, title: One, action: http.request, with: {method: POST, url: "URL/one", find: FIND}}
      - {id: two, title: Two, action: http.request, needs: [one], with: {method: POST, url: "URL/two", find: FIND}}
      - {id: three, title: Three, action: http.request, needs: [two],
         with: {method: POST, url: "URL/three", find: FIND}}
"""
FIND = '{url: "URL/requests/{{ idempotency_key }}", absent: [404]}'


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int | None
    said: str


@dataclass
class Rig(House):
    """A house that can be looked into while things break."""

    said: bytearray = field(default_factory=bytearray, kw_only=True)
    """What the engine has said on its standard error."""
    listening: asyncio.Task[None] | None = field(default=None, kw_only=True)

    @property
    def home(self) -> Path:
        """The data folder."""
        return Path(self.environment["TOCSIN_HOME"])

    @property
    def address(self) -> str:
        """Where the ledger is."""
        return self.environment.get("TOCSIN_DATABASE_URL", f"sqlite:///{self.home / 'tocsin.db'}")

    def logged(self) -> list[dict[str, Any]]:
        """Return what the engine has logged, to its file or else to its standard error; half a line does not count."""
        file = (self.home / "logs" / "serve.log").read_text(encoding="utf-8", errors="replace")
        lines = [*file.splitlines(), *self.said.decode().splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    async def serve(self) -> None:
        """Start the engine, and wait until it says so."""
        pipe = asyncio.subprocess.PIPE
        self.serving = await asyncio.create_subprocess_exec(
            *TOCSIN, "serve", "--port", "0", stdout=pipe, stderr=pipe, env=self.environment
        )
        assert self.serving.stdout is not None
        assert self.serving.stderr is not None
        self.listening = asyncio.create_task(self._listen(self.serving.stderr))
        line = await asyncio.wait_for(self.serving.stdout.readline(), PATIENCE)
        assert b"serves on" in line, self.said.decode()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; the engine stays up meanwhile."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                assert self.serving is None or self.serving.returncode is None
                await asyncio.sleep(0.02)  # what breaks sets no event

    async def logs(self, event: str) -> None:
        """Wait until the engine has logged something."""
        await self.until(lambda: self.has_logged(event))

    def has_logged(self, event: str) -> bool:
        """Whether the engine has logged something."""
        return any(line["event"] == event for line in self.logged())

    async def ended(self, *arguments: str) -> Ended:
        """Run a command to its end; return its exit code and what it said about it."""
        child = await asyncio.create_subprocess_exec(
            *TOCSIN, *arguments, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, env=self.environment
        )
        try:
            _, said = await asyncio.wait_for(child.communicate(), PATIENCE)
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return Ended(child.returncode, said.decode())

    async def triggered(self) -> None:
        """Declare INC-1."""
        assert (await self.run("trigger", "acts"))["incident"] == "INC-1"

    def let_through(self) -> None:
        """Answer whoever hangs; the next one may hang again."""
        self.system.gate.set()
        self.system.gate = asyncio.Event()

    async def entries(self) -> Sequence[Entry]:
        """Read the timeline beside the engine."""
        async with open_ledger(self.address, home=self.home, clock=SystemClock(), salt=new_salt) as ledger:
            return await ledger.entries("INC-1")

    async def closed(self) -> Sequence[Entry]:
        """Wait until the incident is closed, then return the timeline, in which each act stands once and which fits."""
        await self.step("three", "done")
        entries = await self.entries()
        done = Counter(entry.event.subject for entry in entries if isinstance(entry.event, ev.EffectDone))
        assert done == {"one": 1, "two": 1, "three": 1}
        assert dict(self.system.did) == dict.fromkeys(ACTS, 1)
        assert (await self.run("verify", "INC-1"))["timelines"][0]["verified"] is True
        return entries

    async def stop(self) -> None:
        """Kill the engine if it runs."""
        if self.serving is not None:
            await self.kill()

    async def kill(self) -> None:
        """Kill it as a power cut would, and hear its last words."""
        await super().kill()
        if self.listening is not None:
            await self.listening

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        while heard := await stderr.readline():
            self.said += heard


@asynccontextmanager
async def rig(home: Path, *, place: Path | None = None, **more: str) -> AsyncIterator[Rig]:
    """Furnish a house without an engine yet, with a data folder at `home` and `more` in its environment.

    `place` is where everything else goes, beside the data folder if it is not given.
    """
    place = place or home.parent
    async with counterpart() as system:
        folder = place / "playbooks"
        folder.mkdir(exist_ok=True)
        text = PLAYBOOK.replace("FIND", FIND).replace("URL", f"http://127.0.0.1:{system.port}")
        (folder / "acts.yaml").write_text(text, encoding="utf-8")
        made = Rig({**surroundings(home, folder, system=system), **more}, system)
        try:
            yield made
        finally:
            await made.stop()


@contextmanager
def frozen(path: Path) -> Iterator[None]:
    """Let nobody write to a file, or to a folder's list of names, for the length of the context; not even root."""
    mode = path.stat().st_mode
    path.chmod(mode & ~0o222)
    fixed = subprocess.run(["chattr", "+i", str(path)], check=False, capture_output=True).returncode == 0
    try:
        if os.access(path, os.W_OK):
            pytest.skip("this user may write to everything here")
        yield
    finally:
        if fixed:
            subprocess.run(["chattr", "-i", str(path)], check=True)
        path.chmod(mode)
