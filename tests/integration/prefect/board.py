"""A house whose playbooks can be triggered on Prefect's pages, and what somebody does there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from engine.domain.timeline import IncidentDeclared
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.prefect.rig import Lane, lane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BUSY = 503
ON = {"TOCSIN_PREFECT_TRIGGER_FROM_UI": "yes", "TOCSIN_PREFECT_PERSON": "jo"}

ASKED = """\
tocsin: 1
playbook: asked
title: Something leaked
version: 1
description: Something of ours is public.
inputs:
  summary: {type: text, max: 40, hint: One neutral sentence.}
  urls: {type: url, list: true, min: 1}
  seen_at: {type: datetime, optional: true}
  aware_at: {type: datetime, default: now}
  anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
  listed: {type: boolean, default: false}
  insured: {type: boolean, optional: true}
  copies: {type: number, optional: true, min: 0}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: look, title: Look at it, task: Look at it., owner: commander}
"""
KEPT = ASKED.replace("playbook: asked", "playbook: kept").replace(
    "max: 40, hint", "max: 40, sensitivity: restricted, hint"
)
GIVEN = {"summary": "It is public", "urls": ["hxxps://video[.]example/1"], "seen_at": "2026-11-12T00:00:00Z"}


class Board(Lane):
    """A house with pages in Prefect on which its playbooks are triggered."""

    async def deployments(self) -> dict[str, dict[str, Any]]:
        """The deployments there are, by name."""
        return {one["name"]: one for one in await self.ask("deployments")}

    async def offered(self, *names: str) -> bool:
        """Whether exactly these playbooks are offered, all of them looked after."""
        found = await self.deployments()
        return sorted(found) == sorted(names) and all(one["status"] == "READY" for one in found.values())

    async def start(self, playbook: str, **given: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401 - JSON values
        """Start a run as the page does, with parameters; return the HTTP status and the answer.

        A server whose database is busy says 503, and is asked again as a person would.
        """
        one = (await self.deployments())[playbook]
        url = f"{self.api}/deployments/{one['id']}/create_flow_run"
        state = {"type": "SCHEDULED", "message": "", "state_details": given.pop("details", {})}
        body = {"state": state, "tags": one["tags"], "enforce_parameter_schema": True, **given}
        async with aiohttp.ClientSession() as session, asyncio.timeout(60):
            while True:
                async with session.post(url, json=body) as reply:
                    if reply.status != BUSY:
                        return reply.status, dict(await reply.json())
                await asyncio.sleep(0.2)  # another process, which sets no event

    async def run_of(self, flow_run: str) -> dict[str, Any]:
        """A flow run."""
        (found,) = await self.ask("flow_runs", flow_runs={"id": {"any_": [flow_run]}})
        return found

    async def ended(self, flow_run: str) -> tuple[str, str]:
        """How a flow run ended, and what it says."""
        ends = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")

        async def over() -> bool:
            return (await self.run_of(flow_run))["state_type"] in ends

        await self.seen(over)
        state = (await self.run_of(flow_run))["state"]
        return state["type"], state["message"]

    async def declared(self, incident: str = "INC-1") -> IncidentDeclared:
        """What an incident's timeline begins with."""
        url = f"sqlite:///{self.home / 'tocsin.db'}"
        async with open_ledger(url, home=self.home, clock=SystemClock(), salt=new_salt) as ledger:
            event = (await ledger.entries(incident))[0].event
        assert isinstance(event, IncidentDeclared)
        return event

    async def send(self, method: str, path: str, body: object = None) -> None:
        """Ask Prefect's API for something to be done."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.api}/{path}", json=body) as reply,
        ):
            reply.raise_for_status()


@asynccontextmanager
async def board(home: Path, playbooks: Path, **environment: str) -> AsyncIterator[Board]:
    """Set up such a house with the playbooks `lane`, `asked`, and `kept`, which has a restricted input."""
    async with lane(home, playbooks, "one", named=None, **{**ON, **environment}) as house:
        for name, text in (("asked", ASKED), ("kept", KEPT)):
            (playbooks / f"{name}.yaml").write_text(text, encoding="utf-8")
        made = Board(house.environment, house.system, home=home)
        try:
            yield made
        finally:
            if made.serving is not None:
                await made.kill()
