"""Somebody starts a playbook on its page in Prefect: an incident is declared, once, or the run says why not."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.prefect.board import ASKED, GIVEN, Board, board
from tests.integration.prefect.rig import WARM
from tests.integration.serve.house import TOCSIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from pathlib import Path

LATER = {"scheduled_time": "2100-01-01T00:00:00Z"}


async def test_a_run_declares_an_incident_or_says_why_not(home: Path, tmp_path: Path) -> None:
    """On behalf of the person of the settings, by the rules of every trigger; one that holds secrets is not offered."""
    async with board(home, tmp_path / "playbooks") as house:
        await house.serve()
        await house.seen(partial(house.offered, "asked", "lane"))
        status, run = await house.start("asked", parameters=GIVEN)
        assert status == 201
        kind, said = await house.ended(run["id"])
        assert kind == "COMPLETED"
        assert said.startswith("INC-1 is declared. ")
        event = await house.declared()
        assert (event.by, event.via, event.strength, event.zone) == ("jo", "prefect", "prefect-api", "Europe/Berlin")
        known = {"summary": "It is public", "urls": ["https://video.example/1"], "anyone_minor": "unknown"}
        assert event.inputs == {
            **known,
            "seen_at": {"$instant": "2026-11-12T00:00:00Z", "zone": "UTC"},
            "aware_at": event.inputs["aware_at"],
            "listed": False,
        }

        status, answer = await house.start("asked", parameters={**GIVEN, "anyone_minor": "perhaps"})
        assert status == 409
        assert "'perhaps' is not one of" in answer["detail"]
        wrong = {**GIVEN, "urls": ["nowhere"], "odd": 1}
        status, run = await house.start("asked", parameters=wrong, enforce_parameter_schema=False)
        assert status == 201
        kind, said = await house.ended(run["id"])
        assert kind == "FAILED"
        assert said.startswith("No incident was declared. odd: there is no such input")
        assert "urls: 'nowhere' is not an http or https address." in said
        (line,) = await house.ask("logs", logs={"flow_run_id": {"any_": [run["id"]]}})
        assert (line["level"], line["message"]) == (40, said)
        assert [one["incident"] for one in (await house.run("list"))["incidents"]] == ["INC-1"]


async def test_the_pages_follow_the_playbooks(home: Path, tmp_path: Path) -> None:
    """An edit renews a form, a restricted input or a deleted file ends it; a schedule set in Prefect does not stay."""
    async with board(home, tmp_path / "playbooks") as house:
        await house.serve()
        await house.seen(partial(house.offered, "asked", "lane"))
        before = (await house.deployments())["asked"]
        _, waits = await house.start("asked", parameters=GIVEN, details=LATER)
        cron = [{"schedule": {"cron": "* * * * *"}, "active": True}]
        await house.send("POST", f"deployments/{before['id']}/schedules", cron)
        (tmp_path / "playbooks" / "asked.yaml").write_text(ASKED.replace("max: 40", "max: 50"), encoding="utf-8")

        async def renewed() -> bool:
            now = (await house.deployments())["asked"]
            assert now["id"] == before["id"]
            longest = now["parameter_openapi_schema"]["properties"]["summary"]["maxLength"]
            return (now["version"] != before["version"], longest, now["schedules"]) == (True, 50, [])

        await house.seen(renewed)
        kept = ASKED.replace("max: 40", "max: 40, sensitivity: privileged")
        (tmp_path / "playbooks" / "asked.yaml").write_text(kept, encoding="utf-8")
        await house.seen(partial(house.offered, "lane"))
        log = (home / "logs" / "serve.log").read_text(encoding="utf-8")
        assert "asked cannot be triggered from Prefect: summary is privileged." in log
        assert "kept cannot be triggered from Prefect: summary is restricted." in log
        (tmp_path / "playbooks" / "lane.yaml").unlink()
        await house.seen(house.offered)
        assert (await house.run("list"))["incidents"] == []
        assert not await house.ask("flow_runs", flow_runs={"id": {"any_": [waits["id"]]}})


async def test_it_is_off_unless_it_is_switched_on(home: Path, tmp_path: Path) -> None:
    """By default no playbook is offered; what was offered before goes."""
    async with board(home, tmp_path / "playbooks") as house:
        await house.serve()
        await house.seen(partial(house.offered, "asked", "lane"))
        await house.kill()
        house.environment = {**house.environment, "TOCSIN_PREFECT_TRIGGER_FROM_UI": ""}
        await house.serve()
        await house.described(*WARM)
        await house.seen(house.offered)


async def test_nobody_without_a_say_stands_behind_it(home: Path, tmp_path: Path) -> None:
    """The engine does not start; the message names the setting."""
    async with board(home, tmp_path / "playbooks", TOCSIN_PREFECT="off", TOCSIN_PREFECT_PERSON="zed") as house:
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(*TOCSIN, "serve", stderr=pipe, env=house.environment)
        _, said = await child.communicate()
        assert child.returncode == 2
        assert b"TOCSIN_PREFECT_PERSON names zed, who is not in people.yaml" in said


async def test_an_engine_that_dies_before_it_could_tell_leaves_one_incident(home: Path, tmp_path: Path) -> None:
    """Also when the playbook has changed meanwhile; a run that was left is taken, unless it was cancelled."""
    async with board(home, tmp_path / "playbooks") as house:
        await _serve_armed(house, "incident_declared-told", tmp_path / "note")
        await house.seen(partial(house.offered, "asked", "lane"))
        _, run = await house.start("asked", parameters=GIVEN)
        assert house.serving is not None
        assert await house.serving.wait() == -9
        changed = ASKED.replace("max: 40", "max: 40, min: 30")
        (tmp_path / "playbooks" / "asked.yaml").write_text(changed, encoding="utf-8")
        await house.serve()
        kind, said = await house.ended(run["id"])
        assert (kind, said.partition(" ")[0]) == ("COMPLETED", "INC-1")
        claimed, cancelled = [(await house.start("lane", details=LATER))[1]["id"] for _ in range(2)]
        for left in (cancelled, claimed):
            assert await house.set_state(left, "PENDING") == "ACCEPT"
        assert await house.set_state(cancelled, "CANCELLING") == "ACCEPT"
        kind, said = await house.ended(claimed)
        assert (kind, said.partition(" ")[0]) == ("COMPLETED", "INC-2")
        expected = "It was cancelled before an incident was declared."
        assert await house.ended(cancelled) == ("CANCELLED", expected)
        assert await house.set_state(run["id"], "SCHEDULED") == "ACCEPT"  # retried in Prefect
        kind, said = await house.ended(run["id"])
        assert (kind, said.partition(" ")[0]) == ("COMPLETED", "INC-1")
        assert [one["incident"] for one in (await house.run("list"))["incidents"]] == ["INC-2", "INC-1"]


async def _serve_armed(house: Board, point: str, note: Path) -> None:
    armed = (sys.executable, "-m", "tests.crash.armed", point, str(note), "serve", "--port", "0")
    assert TOCSIN[0] == sys.executable
    house.serving = await asyncio.create_subprocess_exec(*armed, stdout=asyncio.subprocess.PIPE, env=house.environment)
    assert house.serving.stdout is not None
    assert b"serves on" in await asyncio.wait_for(house.serving.stdout.readline(), 60)
