"""`tocsin worker` as a process, alone and beside another: on PostgreSQL, with a Slack and a Jira."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

import aiohttp
import pytest

from engine.domain import timeline as ev
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.many.rig import Machine, many
from tests.integration.sandbox.clients import Human
from tests.integration.serve.house import TOCSIN, beside, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.ports.records import Entry

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(180)]

FIND = 'find: {url: "URL/requests/{{ idempotency_key }}", absent: [404]}'
PLAYBOOK = f"""\
tocsin: 1
playbook: shared
title: Shared
version: 1
inputs: {{}}
roles: {{commander: {{required: true}}}}
phases:
  contain:
    steps:
      - {{id: act, title: Act, action: http.request, with: {{method: POST, url: "URL/act", {FIND}}}}}
      - {{id: ask, title: Ask, task: Do it., owner: commander, due: 1h, needs: [act]}}
      - {{id: after, title: After, action: http.request, needs: [ask],
         with: {{method: POST, url: "URL/after", {FIND}}}}}
"""
MADE = ("POST issue", "chat.postMessage", "chat.postEphemeral", "conversations.create")


async def timeline(machine: Machine, place: Path, incident: str = "INC-1") -> Sequence[Entry]:
    """Read a timeline beside the engines."""
    url = machine.environment["TOCSIN_DATABASE_URL"]
    async with open_ledger(url, home=place / "reader", clock=SystemClock(), salt=new_salt) as ledger:
        return await ledger.entries(incident)


async def closed(machine: Machine, place: Path, incident: str) -> Sequence[Entry]:
    """Wait until an incident is closed; return its timeline."""
    async with asyncio.timeout(150):
        while True:
            entries = await timeline(machine, place, incident)
            if any(isinstance(entry.event, ev.IncidentAdvanced) and entry.event.state == "closed" for entry in entries):
                return entries
            await asyncio.sleep(0.1)  # the state is in a database, which sets no event


def begun(entries: Sequence[Entry]) -> list[ev.SegmentBegan]:
    """Return the stretches of a timeline."""
    return [entry.event for entry in entries if isinstance(entry.event, ev.SegmentBegan)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, b"on SQLite there is only one"),
        ({"TOCSIN_DATABASE_URL": "postgresql://x/y", "TOCSIN_PREFECT": "required"}, b"no Prefect server of its own"),
    ],
)
async def test_what_a_worker_cannot_share_is_refused_in_two_lines(
    home: Path, tmp_path: Path, given: dict[str, str], says: bytes
) -> None:
    """Nothing is made in the data folder, and the hint names the setting."""
    async with many(tmp_path, {}) as made:
        environment = {**surroundings(home, tmp_path / "playbooks", system=made.system), **given}
        child = await asyncio.create_subprocess_exec(*TOCSIN, "worker", stderr=asyncio.subprocess.PIPE, env=environment)
        _, said = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 2
    assert says in said
    assert said.count(b"\n") == 2
    assert list(home.iterdir()) == []


async def test_a_worker_carries_and_ends_when_it_is_told_to(database: str, tmp_path: Path) -> None:
    """It needs nobody beside it; its lease is given back, so the next one goes on without a doubt."""
    async with many(tmp_path, {"shared": PLAYBOOK}, TOCSIN_DATABASE_URL=database) as made:
        first, second = made.machine(), made.machine()
        made.system.faults["/act"] = ["hang"]
        await first.serve()
        await first.run("trigger", "shared")
        await first.asked("/act")
        assert await first.told_to_stop() == 0
        assert not (tmp_path / "machine-0" / "serve.open").exists()
        made.system.gate.set()
        await second.serve()
        await second.step("ask", "awaiting_person")
        await second.run("done", "INC-1", "ask")
        entries = await closed(second, tmp_path, "INC-1")
        stretches = begun(entries)
        assert len({one.engine for one in stretches}) == 2
        assert not any(one.unclean for one in stretches)
        assert dict(made.system.did) == {"/act": 1, "/after": 1}
        assert await second.told_to_stop() == 0


async def pressed(session: aiohttp.ClientSession, sandbox: Sandbox, number: int) -> None:
    """Press the button under the card of an incident's question, once it is there."""
    ana = Human(session, sandbox.url, sandbox.world.seed.person("ana").slack_token)
    async with asyncio.timeout(90):
        while True:
            for channel in (await ana.get("/channels"))["channels"]:
                if str(channel.get("name", "")).startswith(f"inc-{number}-"):
                    for message in (await ana.get(f"/channels/{channel['id']}/messages"))["messages"]:
                        if '"done' in json.dumps(message.get("blocks", ())):
                            await ana.post("/actions", action_id="done", channel=channel["id"], ts=message["ts"])
                            return
            await asyncio.sleep(0.1)  # the card is made by another process, which sets no event


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until the local Slack or Jira shows something."""
    async with asyncio.timeout(90):
        while not holds():  # noqa: ASYNC110 - what is waited for is state, and offers no event
            await asyncio.sleep(0.05)


async def test_two_engines_with_slack_and_jira_make_and_take_everything_once(database: str, tmp_path: Path) -> None:
    """Each holds a socket to Slack; channel, cards, tickets and what is said come once, and each press counts once."""
    async with (
        run_sandbox(default_seed(), now=SystemClock().now) as sandbox,
        many(tmp_path, {"shared": PLAYBOOK}, TOCSIN_DATABASE_URL=database, **beside(sandbox, patience=2)) as made,
        aiohttp.ClientSession() as session,
    ):
        machines = [made.machine("serve"), made.machine("worker")]
        for machine in machines:
            await machine.serve()
        await eventually(lambda: sandbox.slack.sockets.connected == 2)
        numbers = range(1, 7)
        for _ in numbers:
            await machines[0].run("trigger", "shared")
        wanted = len(numbers) * 2  # an epic and a ticket each
        await eventually(lambda: len(sandbox.log.calls("POST issue", committed=True)) == wanted)
        for number in numbers:
            await pressed(session, sandbox, number)
        stretches = [one for number in numbers for one in begun(await closed(machines[0], tmp_path, f"INC-{number}"))]
        assert dict(made.system.did) == {"/act": 6, "/after": 6}
        for name in MADE:
            calls = sandbox.log.calls(name, committed=True)
            keys = Counter(json.dumps(call.evidence, sort_keys=True) for call in calls)
            assert [key for key, count in keys.items() if count > 1] == []
        assert not any(one.unclean for one in stretches)
