"""Several engines at once, each with a data folder of its own, and one counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.integration.runtime.bench import Counterpart, counterpart
from tests.integration.serve.house import TOCSIN, House, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

READY = {"serve": b"serves on", "worker": b"works as"}


@dataclass
class Machine(House):
    """One engine: `serve` or `worker`."""

    role: str = field(default="worker", kw_only=True)

    async def serve(self) -> None:
        """Start it, and wait until it says that it is up."""
        given = ("--port", "0") if self.role == "serve" else ()
        self.serving = await asyncio.create_subprocess_exec(
            *TOCSIN, self.role, *given, stdout=asyncio.subprocess.PIPE, env=self.environment
        )
        assert self.serving.stdout is not None
        line = await asyncio.wait_for(self.serving.stdout.readline(), 60)
        assert READY[self.role] in line, line

    async def told_to_stop(self) -> int:
        """Tell it to stop; return its exit code."""
        assert self.serving is not None
        self.serving.terminate()
        code = await asyncio.wait_for(self.serving.wait(), 60)
        self.serving = None
        return code


@dataclass
class Many:
    """The engines, and what they act on."""

    place: Path
    system: Counterpart
    environment: Mapping[str, str]
    machines: list[Machine] = field(default_factory=list)

    def machine(self, role: str = "worker", **more: str) -> Machine:
        """Return one more machine whose engine does not run yet."""
        home = self.place / f"machine-{len(self.machines)}"
        made = Machine({**self.environment, "TOCSIN_HOME": str(home), **more}, self.system, role=role)
        self.machines.append(made)
        return made


@asynccontextmanager
async def many(place: Path, playbooks: Mapping[str, str], **environment: str) -> AsyncIterator[Many]:
    """Set up engines with these playbooks, in which URL is the counterpart's address; none is running yet."""
    async with counterpart() as system:
        folder = place / "playbooks"
        folder.mkdir()
        for name, text in playbooks.items():
            (folder / f"{name}.yaml").write_text(text.replace("URL", f"http://127.0.0.1:{system.port}"), "utf-8")
        given = {**surroundings(place, folder, system=system), "TOCSIN_SHARED": str(place / "shared"), **environment}
        made = Many(place, system, given)
        try:
            yield made
        finally:
            for machine in made.machines:
                if machine.serving is not None:
                    await machine.kill()
