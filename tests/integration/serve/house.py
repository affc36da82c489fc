"""`tocsin serve` as a process, and commands beside it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from integrations.sandbox import Sandbox
    from tests.integration.runtime.bench import Counterpart

TOCSIN = (sys.executable, "-c", "from engine.entrypoints.cli.main import main; main()")


@dataclass
class House:
    """What the environment of an engine says, a counterpart that it acts on, and the engine's process while it runs."""

    environment: Mapping[str, str]
    system: Counterpart
    serving: asyncio.subprocess.Process | None = field(default=None, kw_only=True)

    async def serve(self) -> None:
        """Start the engine, and wait until it says so."""
        self.serving = await asyncio.create_subprocess_exec(
            *TOCSIN, "serve", "--port", "0", stdout=asyncio.subprocess.PIPE, env=self.environment
        )
        assert self.serving.stdout is not None
        line = await asyncio.wait_for(self.serving.stdout.readline(), 60)
        assert b"serves on" in line

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.serving is not None
        self.serving.kill()
        await self.serving.wait()
        self.serving = None

    async def run(self, *arguments: str) -> dict[str, Any]:
        """Run a command; return its JSON."""
        child = await asyncio.create_subprocess_exec(
            *TOCSIN, *arguments, "--json", stdout=asyncio.subprocess.PIPE, env=self.environment
        )
        out, _ = await child.communicate()
        assert child.returncode == 0, out
        return dict(json.loads(out))

    async def asked(self, path: str) -> None:
        """Wait until the counterpart has been asked for something."""
        async with asyncio.timeout(60):
            while not self.system.asked[path]:  # noqa: ASYNC110 - a count, which sets no event
                await asyncio.sleep(0.02)

    async def step(self, step: str, state: str) -> None:
        """Wait until a step is in a state."""
        async with asyncio.timeout(60):
            while True:
                status = await self.run("status", "INC-1")
                found = {one["id"]: one["state"] for phase in status["phases"] for one in phase["steps"]}
                if found[step] == state:
                    return
                await asyncio.sleep(0.1)  # the state is in another process, which sets no event


def beside(sandbox: Sandbox, *, patience: int) -> dict[str, str]:
    """Return what the environment says of a local Slack and Jira; `patience` is for Jira's search, in seconds."""
    email, token = sandbox.jira_login
    return {
        "TOCSIN_SLACK_BASE_URL": sandbox.slack_base_url,
        "TOCSIN_SLACK_PACED": "no",
        "TOCSIN_SLACK_BOT_TOKEN": sandbox.slack_bot_token,
        "TOCSIN_SLACK_APP_TOKEN": sandbox.slack_app_token,
        "TOCSIN_JIRA_URL": sandbox.jira_url,
        "TOCSIN_JIRA_EMAIL": email,
        "TOCSIN_JIRA_TOKEN": token,
        "TOCSIN_JIRA_PROJECT": "SEC",
        "TOCSIN_JIRA_INDEX_PATIENCE": str(patience),  # the sandbox's search does not lag unless it is told to
    }


def surroundings(home: Path, playbooks: Path, *, system: Counterpart) -> dict[str, str]:
    """Return the environment of an engine on a data folder, for Ana, with nothing but a counterpart to act on."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))},
        "TOCSIN_HOME": str(home),
        "TOCSIN_PLAYBOOKS": str(playbooks),
        "TOCSIN_PREFECT": "off",
        "TOCSIN_PERSON": "ana",
        "TOCSIN_HTTP_ALLOW": f"127.0.0.1:{system.port}",
    }
