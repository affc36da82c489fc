"""Processes that are kept up whatever happens to them, and can be killed, stopped and continued.

Rule kept here: each is started and ended by its own handle. Anything that is a `Victim` can be broken: engines are, and
whatever else carries work may be.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tests.architecture.sources import ROOT
from tests.integration.serve.house import TOCSIN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 60.0
PAUSE = 0.5
"""Seconds before whatever has ended is started again, as a supervisor does it."""


class Victim(Protocol):
    """Something that is killed and stopped at random. `name` says what it is."""

    @property
    def name(self) -> str: ...
    def kill(self) -> bool:
        """Kill it; return whether there was anything to kill."""
        ...

    def stop(self) -> bool:
        """Let it stand still; return whether there was anything to stop."""
        ...

    def go_on(self) -> None:
        """Let it go on."""
        ...


@dataclass
class Kept:
    """A process that is started again whenever it ends; `says` is a word of the line with which it is up."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    errors: Path
    """The file that its standard error goes to."""
    says: str
    line: str = ""
    """What it said last when it was up; empty while it is not."""
    starts: int = 0
    _process: asyncio.subprocess.Process | None = None
    _keeping: asyncio.Task[None] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Keep it up from now on."""
        self._keeping = asyncio.create_task(self._keep())

    async def end(self) -> None:
        """End it in order; one that does not is killed."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is None or self._process.returncode is not None:
            return
        self.go_on()
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def kill(self) -> bool:
        """Kill it as a power cut would."""
        return self._told(signal.SIGKILL)

    def stop(self) -> bool:
        """Let it stand still."""
        return self._told(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._told(signal.SIGCONT)

    def _told(self, sign: signal.Signals) -> bool:
        if self._process is None or self._process.returncode is not None:
            return False
        self._process.send_signal(sign)
        return True

    async def _keep(self) -> None:
        while True:
            with self.errors.open("ab") as errors:
                self._process = await asyncio.create_subprocess_exec(
                    *self.command, stdout=asyncio.subprocess.PIPE, stderr=errors, env=self.environment, cwd=ROOT
                )
            self.starts += 1
            try:
                await self._hear(self._process)
            finally:
                self.line = ""
            await asyncio.sleep(PAUSE)

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        """Hear that it is up, then wait for its end."""
        assert process.stdout is not None
        while said := await process.stdout.readline():
            if self.says in said.decode():
                self.line = said.decode().strip()
        await process.wait()


@dataclass
class Engine(Kept):
    """A `tocsin serve` on a data folder of its own."""

    home: Path = field(kw_only=True)

    @property
    def url(self) -> str:
        """Where it listens; empty while it is not up."""
        return self.line.partition("serves on ")[2].partition(";")[0]

    def token(self) -> str:
        """Return what opens its API."""
        with suppress(OSError):
            return (self.home / "api-token").read_text(encoding="utf-8").strip()
        return ""


def engine(name: str, folder: Path, environment: Mapping[str, str]) -> Engine:
    """Furnish an engine, not started yet."""
    home = folder / name
    home.mkdir()
    given = {**environment, "TOCSIN_HOME": str(home)}
    return Engine(name, (*TOCSIN, "serve", "--port", "0"), given, folder / f"{name}.err", "serves on", home=home)
