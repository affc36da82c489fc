"""`tocsin serve` killed with SIGKILL in the middle of each phase, and started again."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from integrations.sandbox import default_seed, run_sandbox
from integrations.system.clock import SystemClock
from tests.integration.runtime.bench import counterpart
from tests.integration.serve.house import TOCSIN, House, beside, surroundings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from integrations.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PHASES = ("contain", "legal", "communicate", "harden", "review")
HEAD = """\
tocsin: 1
playbook: phases
title: Five phases
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
"""
CREATES = ("POST issue", "chat.postMessage", "conversations.create")


def playbook(port: int) -> str:
    """Five phases one after the other, each with an act that can be looked up and a task with a ticket."""
    parts = [HEAD]
    for number, phase in enumerate(PHASES):
        after = f"after: [{PHASES[number - 1]}]" if number else "after: []"
        parts.append(
            dedent(f"""\
              {phase}:
                {after}
                steps:
                  - id: act_{number}
                    title: Act in {phase}
                    action: http.request
                    with:
                      method: POST
                      url: "http://127.0.0.1:{port}/{phase}"
                      find: {{url: "http://127.0.0.1:{port}/requests/{{{{ idempotency_key }}}}", absent: [404]}}
                  - {{id: task_{number}, title: Task in {phase}, task: Do it., owner: commander, due: 1h}}
            """)
            .replace("\n", "\n  ")
            .join(["  ", "\n"])
        )
    return "".join(parts)


@dataclass
class Furnished(House):
    """A house with a Slack and a Jira."""

    sandbox: Sandbox

    async def tickets(self, number: int) -> None:
        """Wait until Jira has so many issues, the epic among them."""
        async with asyncio.timeout(60):
            while len(self.sandbox.log.calls("POST issue", committed=True)) < number:  # noqa: ASYNC110 - a count has no event
                await asyncio.sleep(0.1)


@pytest.fixture
async def house(home: Path, tmp_path: Path) -> AsyncIterator[Furnished]:
    """A house whose engine is not running yet."""
    async with counterpart() as system, run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        folder = tmp_path / "playbooks"
        folder.mkdir()
        (folder / "phases.yaml").write_text(playbook(system.port), encoding="utf-8")
        environment = {**surroundings(home, folder, system=system), **beside(sandbox, patience=2)}
        made = Furnished(environment, system, sandbox=sandbox)
        try:
            yield made
        finally:
            if made.serving is not None:
                await made.kill()


async def test_killed_in_each_phase_it_finishes_with_nothing_made_twice(house: Furnished) -> None:
    """The act whose answer never came is found by its key; tickets and messages are made once."""
    await house.serve()
    for phase in PHASES:
        house.system.faults[f"/{phase}"] = ["hang"]
    assert (await house.run("trigger", "phases"))["created"] is True
    for number, phase in enumerate(PHASES):
        await house.asked(f"/{phase}")
        await house.kill()
        house.system.gate.set()
        house.system.gate = asyncio.Event()
        await house.serve()
        await house.step(f"act_{number}", "done")
        await house.step(f"task_{number}", "awaiting_person")
        await house.tickets(number + 2)
        await house.run("done", "INC-1", f"task_{number}")
    await house.step("task_4", "done")
    status = await house.run("status", "INC-1")
    assert status["state"] in ("resolved", "closed")
    assert Counter(house.system.done.values()) == Counter(f"/{phase}" for phase in PHASES)
    assert all(house.system.asked[f"/{phase}"] == 1 for phase in PHASES)
    for name in CREATES:
        calls = house.sandbox.log.calls(name, committed=True)
        keys = Counter(json.dumps(call.evidence, sort_keys=True) for call in calls)
        assert [key for key, count in keys.items() if count > 1] == []
    assert (await house.run("verify", "INC-1"))["timelines"][0]["verified"] is True


async def test_a_second_engine_on_the_same_data_folder_is_refused(house: Furnished) -> None:
    """It says who is there, and ends with the incident's exit code."""
    await house.serve()
    second = await asyncio.create_subprocess_exec(
        *TOCSIN, "serve", "--port", "0", stderr=asyncio.subprocess.PIPE, env=house.environment
    )
    _, said = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 3
    assert b"already works on" in said
    assert said.count(b"\n") == 2


async def test_with_slack_and_jira_away_the_incident_runs_on(house: Furnished) -> None:
    """What waits for people is in the inbox of the command line, and what is not shown is said."""
    house.environment = {
        **house.environment,
        "TOCSIN_SLACK_BASE_URL": "http://127.0.0.1:9/api/",
        "TOCSIN_JIRA_URL": "http://127.0.0.1:9",
    }
    await house.serve()
    await house.run("trigger", "phases")
    await house.step("act_0", "done")
    await house.step("task_0", "awaiting_person")
    asks = (await house.run("inbox"))["asks"]
    assert [ask["step"] for ask in asks] == ["task_0"]
    status = await house.run("status", "INC-1")
    assert {need["kind"] for need in status["attention"]} == {"not_shown"}
