"""Prefect as the lane of `tocsin serve`: real flow runs, a server that dies, comes back, or never was."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.prefect.rig import WARM, Lane, lane
from tests.integration.serve.house import TOCSIN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from collections.abc import Iterable


def effects(home: Path) -> list[dict[str, Any]]:
    """Return what was written of each effect that was done."""
    with closing(sqlite3.connect(home / "tocsin.db")) as database:
        rows = database.execute(
            "SELECT envelope, body FROM contents JOIN envelopes USING (org, incident, seq) ORDER BY seq"
        ).fetchall()
    return [json.loads(body) for envelope, body in rows if json.loads(envelope)["type"] == "effect_done"]


def finished(found: Iterable[dict[str, Any]]) -> bool:
    """Whether there are flow runs and all have ended well."""
    kinds = {one["state_type"] for one in found}
    return kinds == {"COMPLETED"}


async def test_required_every_effect_names_a_task_run_that_prefect_knows(home: Path, tmp_path: Path) -> None:
    """Flow runs are named after the incident and hold nothing but ids; each effect is a completed task run."""
    async with lane(home, tmp_path / "playbooks", "one", "two", "three", TOCSIN_PREFECT="required") as house:
        await house.serve()
        await house.run("trigger", "lane")
        await house.step("three", "done")
        named = [effect["task_run"] for effect in effects(home)]
        assert len(named) == 3
        await house.seen(lambda: _all_known(house, named))

        async def named_and_over() -> bool:
            found = await house.runs()
            return [one["name"] for one in found] == ["INC-1 #1"] and finished(found)

        await house.seen(named_and_over)
        (run,) = await house.runs()
        assert run["parameters"] == {"incident": "INC-1", "segment": 1}
        status = await house.run("status", "INC-1")
        assert [(one["lane"], one["flow_run"]) for one in status["segments"]] == [("warm", run["id"])]
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


async def test_a_server_that_dies_in_mid_incident_delays_nothing_and_shows_everything_later(
    home: Path, tmp_path: Path
) -> None:
    """What began in Prefect is closed there, what went directly is painted, and nothing is done twice."""
    async with lane(home, tmp_path / "playbooks", "one", "two") as house:
        await house.serve()
        await house.described(*WARM)
        house.system.faults["/one"] = ["hang"]
        await house.run("trigger", "lane")
        await house.asked("/one")
        first = house.server
        house.kill_server()
        house.system.gate.set()
        await house.step("two", "done")
        await house.run("trigger", "lane")
        async with asyncio.timeout(60):
            while len(house.system.done) < 4:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)

        async def shown() -> bool:
            return house.server != first and finished(await house.runs()) and finished(await house.runs("INC-2"))

        await house.seen(shown)
        status = await house.run("status", "INC-2")
        if status["segments"][0]["lane"] == "direct":
            (painted,) = await house.runs("INC-2")
            assert "painted" in painted["tags"]
            assert "Without Prefect" in painted["state"]["message"]
            await house.seen(lambda: house.has_tasks(painted["id"], "action one", "action two"))
        assert set(house.system.asked.values()) == {2}


async def test_killed_the_engine_takes_its_server_along_and_the_next_closes_what_it_left(
    home: Path, tmp_path: Path
) -> None:
    """SIGKILL in the middle of a flow run: no process stays, and no flow run stays running in Prefect."""
    async with lane(home, tmp_path / "playbooks", "one", "two") as house:
        await house.serve()
        await house.described(*WARM)
        house.system.faults["/one"] = ["hang"]
        await house.run("trigger", "lane")

        async def running() -> bool:
            return [one["state_type"] for one in await house.runs()] == ["RUNNING"]

        await house.seen(running)
        server = house.server
        await house.kill()
        async with asyncio.timeout(30):
            while Path(f"/proc/{server}").exists():  # noqa: ASYNC110 - another process, which sets no event
                await asyncio.sleep(0.05)
        house.system.gate.set()
        await house.serve()
        await house.step("two", "done")

        async def closed() -> bool:
            states = sorted(one["state_type"] for one in await house.runs())
            return (bool(states) and states[-1] == "CRASHED") or states == ["COMPLETED", "CRASHED"]

        await house.seen(closed)
        waiting = await house.ask("flow_runs", flow_runs={"state": {"type": {"any_": ["RUNNING", "PENDING"]}}})
        assert len(waiting) <= 2
        assert dict(house.system.asked) == {"/one": 1, "/two": 1}


async def test_a_server_left_over_is_ended_by_the_next_engine(home: Path, tmp_path: Path) -> None:
    """It is known by its command line; any other process with that number is left alone."""
    async with lane(home, tmp_path / "playbooks", "one") as house:
        (home / "prefect").mkdir(parents=True)
        other = await asyncio.create_subprocess_exec(
            TOCSIN[0], "-c", "import time; time.sleep(600)", "engine.runtime.prefect.child"
        )
        stranger = await asyncio.create_subprocess_exec(TOCSIN[0], "-c", "import time; time.sleep(600)")
        try:
            (home / "prefect" / "server.pid").write_text(str(other.pid), encoding="utf-8")
            await house.serve()
            assert await asyncio.wait_for(other.wait(), 30) == -9
            await house.kill()
            (home / "prefect" / "server.pid").write_text(str(stranger.pid), encoding="utf-8")
            await house.serve()
            assert stranger.returncode is None
        finally:
            for process in (other, stranger):
                if process.returncode is None:
                    process.kill()
                await process.wait()


async def test_required_without_a_server_the_start_fails_plainly(home: Path, tmp_path: Path) -> None:
    """Exit code 4 and what to do; what was triggered is there, and runs when Prefect is not asked for."""
    async with lane(home, tmp_path / "playbooks", "one") as house:
        await house.run("trigger", "lane")
        away = {**house.environment, "TOCSIN_PREFECT": "required", "PREFECT_API_URL": "http://127.0.0.1:9/api"}
        process = await asyncio.create_subprocess_exec(
            *TOCSIN,
            "serve",
            "--port",
            "0",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=away,
        )
        out, said = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == 4
        assert out == b""
        assert b"Prefect does not answer at http://127.0.0.1:9/api" in said
        assert b"hint: " in said
        assert b"Traceback" not in said
        house.environment = {**house.environment, "TOCSIN_PREFECT": "off"}
        await house.serve()
        await house.step("one", "done")


async def _all_known(house: Lane, named: list[str]) -> bool:
    known = await house.task_runs()
    return all(known.get(one) == "COMPLETED" for one in named)
