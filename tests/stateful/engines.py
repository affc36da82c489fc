"""Engines' processes as whoever plays with them sees them: they are asked, they answer, they are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tests.contract.storage import Place
    from tests.crash.points import Moment

PATIENCE = 30.0


@dataclass(frozen=True)
class Call:
    """A call of the ledger."""

    method: str
    given: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """Calls that are made at once, the instant of the clock then, and the moment of a write that is the last."""

    calls: Sequence[Call]
    now: datetime
    dies: Moment | None = None


@dataclass(frozen=True)
class Refused:
    """The error that a call ended with."""

    error: str


class Dead(Exception):  # noqa: N818 - that is what it is, and no fault
    """The process ended before it answered."""


class Engine:
    """One process at work on a ledger."""

    def __init__(self, nursery: str, place: Place) -> None:
        self._there = Client(nursery, "AF_UNIX")
        self._there.send((place.url, str(place.home), place.clock.instant))
        self.pid = self.hears()

    def asks(self, asked: Asked) -> None:
        """Send calls; `hears` waits for what they come to."""
        self._there.send(asked)

    def hears(self) -> Any:  # noqa: ANN401 - whatever the calls return
        """Return what came of it, a result or a `Refused` per call; raise `Dead` when nothing will."""
        try:
            if not self._there.poll(PATIENCE):
                raise TimeoutError("an engine does not answer")
            return self._there.recv()
        except (EOFError, ConnectionError):
            self._there.close()
            raise Dead from None

    def kill(self) -> None:
        """Kill it; it is gone when this returns."""
        with suppress(ProcessLookupError):  # it may have died where it was told to
            os.kill(self.pid, signal.SIGKILL)
        with suppress(Dead):
            self.hears()


@contextmanager
def nursery() -> Iterator[str]:
    """Run a nursery; give where engines are born."""
    with tempfile.TemporaryDirectory(prefix="tocsin-nursery-") as folder:
        address = str(Path(folder) / "born-here")
        command = (sys.executable, "-m", "tests.stateful.nursery", address)
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as running:
            try:
                assert running.stdout is not None
                assert running.stdout.readline()
                yield address
            finally:
                running.kill()
