"""A house whose engine works with Prefect, and what Prefect's own API says of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.integration.runtime.bench import counterpart
from tests.integration.serve.house import House, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.integration.prefect.servers import Server

WARM = ("2 flow runs waiting", "server there")
"""What the engine says when its lane is ready."""

HEAD = """\
tocsin: 1
playbook: lane
title: The lane
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
"""


@dataclass
class Lane(House):
    """A house with Prefect in it."""

    home: Path
    named: Server | None = None
    """The server that it was told to use; else it starts one itself."""

    @property
    def server(self) -> int:
        """The process of the embedded server."""
        return int((self.home / "prefect" / "server.pid").read_text(encoding="utf-8"))

    @property
    def api(self) -> str:
        """The address of the server's API; an embedded server's command line has it."""
        if self.named is not None:
            return self.named.url
        words = Path(f"/proc/{self.server}/cmdline").read_bytes().decode().split("\0")
        host, port = words[words.index("engine.runtime.prefect.child") + 1 :][:2]
        return f"http://{host}:{port}/api"

    def kill_server(self) -> None:
        """Kill the embedded server as a fault would, by its own number."""
        os.kill(self.server, signal.SIGKILL)

    async def ask(self, path: str, **wanted: object) -> list[dict[str, Any]]:
        """Ask Prefect's API for a list."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.api}/{path}/filter", json={"limit": 200, **wanted}) as reply,
        ):
            reply.raise_for_status()
            return list(await reply.json())

    async def set_state(self, flow_run: str, kind: str) -> str:
        """Set the state of a flow run as an operator does; return what the server says to it."""
        url = f"{self.api}/flow_runs/{flow_run}/set_state"
        async with aiohttp.ClientSession() as session, session.post(url, json={"state": {"type": kind}}) as reply:
            reply.raise_for_status()
            return str((await reply.json())["status"])

    async def runs(self, incident: str = "INC-1") -> list[dict[str, Any]]:
        """The flow runs of an incident."""
        return await self.ask("flow_runs", flow_runs={"tags": {"all_": [incident]}})

    async def waiting(self) -> list[dict[str, Any]]:
        """The flow runs that wait for an incident, whatever state they are in."""
        return await self.ask("flow_runs", flow_runs={"tags": {"all_": ["tocsin-waiting"]}})

    async def has_tasks(self, flow_run: str, *names: str) -> bool:
        """Whether a flow run has exactly these task runs, all completed."""
        found = await self.ask("task_runs", flow_runs={"id": {"any_": [flow_run]}})
        return sorted((one["name"], one["state_type"]) for one in found) == [(name, "COMPLETED") for name in names]

    async def task_runs(self) -> dict[str, str]:
        """The state of each task run, by its id."""
        return {one["id"]: one["state_type"] for one in await self.ask("task_runs")}

    async def pages(self, incident: str = "INC-1") -> list[dict[str, Any]]:
        """The versions of an incident's artifact, the newest first."""
        key = {"key": {"any_": [incident.lower()]}}
        return await self.ask("artifacts", artifacts=key, sort="CREATED_DESC")

    async def seen(self, holds: Callable[[], Any]) -> None:
        """Wait until Prefect says something; while it is away it says nothing."""
        async with asyncio.timeout(180):
            while True:
                try:
                    if await holds():
                        return
                except (aiohttp.ClientError, OSError, ValueError):
                    pass
                await asyncio.sleep(0.2)  # another process, which sets no event

    async def done(self, *, times: int) -> None:
        """Wait until the counterpart has really done so many things."""
        async with asyncio.timeout(90):
            while len(self.system.done) < times:  # noqa: ASYNC110 - a count, which sets no event
                await asyncio.sleep(0.02)

    async def described(self, *words: str) -> None:
        """Wait until the engine says this of what carries its work."""
        url = (self.home / "serve.json").read_text(encoding="utf-8")
        async with aiohttp.ClientSession() as session, asyncio.timeout(90):
            while True:
                async with session.get(f"{_url(url)}/healthz") as reply:
                    lanes = (await reply.json())["lanes"]
                if all(word in lanes for word in words):
                    return
                await asyncio.sleep(0.2)  # as above


def _url(note: str) -> str:
    return str(json.loads(note)["url"])


def steps(port: int, *names: str, more: str = "") -> str:
    """Return steps that post to the counterpart one after the other, and can be looked up there."""
    lines = []
    for number, name in enumerate(names):
        needs = f", needs: [{names[number - 1]}]" if number else ""
        find = f'find: {{url: "http://127.0.0.1:{port}/requests/{{{{ idempotency_key }}}}", absent: [404]}}'
        lines.append(
            f"      - {{id: {name}, title: Step {name}, action: http.request{needs}, "
            f'with: {{method: POST, url: "http://127.0.0.1:{port}/{name}", {find}}}}}\n'
        )
    return HEAD + "".join(lines) + dedent(more)


@asynccontextmanager
async def lane(
    home: Path, playbooks: Path, *names: str, named: Server | None = None, **environment: str
) -> AsyncIterator[Lane]:
    """Set up a house whose playbook has these steps; its engine is not running yet."""
    playbooks.mkdir()
    async with counterpart() as system:
        (playbooks / "lane.yaml").write_text(steps(system.port, *names), encoding="utf-8")
        given = {**surroundings(home, playbooks, system=system), "TOCSIN_PREFECT": "auto", **environment}
        if named is not None:
            given = {"PREFECT_API_URL": named.url} | given
        made = Lane(given, system, home=home, named=named)
        try:
            yield made
        finally:
            if made.serving is not None:
                await made.kill()
