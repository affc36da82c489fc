"""Faults of the Prefect server and of the engine: the incidents run on, and Prefect's picture becomes whole again."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.prefect.picture import whole
from tests.integration.prefect.rig import WARM, Lane, lane
from tests.integration.prefect.servers import Server, Way, server, way

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def setting(home: Path, tmp_path: Path) -> AsyncIterator[tuple[Lane, Server, Way]]:
    """Set up an engine that works with a Prefect server of its own, over a way that can be bad."""
    async with (
        server(tmp_path) as far,
        way(far) as between,
        lane(home, tmp_path / "playbooks", "one", "two", named=far, PREFECT_API_URL=between.url) as house,
    ):
        yield house, far, between


async def in_the_middle(house: Lane) -> None:
    """Bring the first incident into the middle of its first effect, in a waiting flow run."""
    await house.serve()
    await house.described(*WARM)
    house.system.faults["/one"] = ["hang"]
    await house.run("trigger", "lane")
    await house.asked("/one")


async def test_a_server_that_stands_still_holds_up_nothing(home: Path, tmp_path: Path) -> None:
    """It is stopped in the middle of an incident; that one and the next are done before it goes on."""
    async with setting(home, tmp_path) as (house, far, _):
        await in_the_middle(house)
        far.stand_still()
        try:
            house.system.gate.set()
            await house.run("trigger", "lane")
            await house.done(times=4)
        finally:
            far.go_on()
        await house.seen(partial(whole, house, "INC-1", "INC-2"))
        assert dict(house.system.asked) == {"/one": 2, "/two": 2}


async def test_a_server_that_is_killed_is_told_everything_when_it_is_back(home: Path, tmp_path: Path) -> None:
    """What it had not written, what was told to nobody, and what went directly meanwhile."""
    async with setting(home, tmp_path) as (house, far, _):
        await in_the_middle(house)
        await far.kill()
        house.system.gate.set()
        await house.done(times=2)
        await house.run("trigger", "lane")
        await house.done(times=4)
        await far.start()
        await house.seen(partial(whole, house, "INC-1", "INC-2"))
        assert dict(house.system.asked) == {"/one": 2, "/two": 2}


async def test_a_slow_server_shows_everything_too(home: Path, tmp_path: Path) -> None:
    """Each of its answers takes longer than a flow run would be waited for."""
    async with setting(home, tmp_path) as (house, _, between):
        await in_the_middle(house)
        between.seconds = 2.5
        house.system.gate.set()
        await house.run("trigger", "lane")
        await house.done(times=4)
        await house.seen(partial(whole, house, "INC-1", "INC-2"))
        assert dict(house.system.asked) == {"/one": 2, "/two": 2}


async def test_an_empty_database_gets_everything_again(home: Path, tmp_path: Path) -> None:
    """The server loses its database in the middle of the second incident."""
    async with setting(home, tmp_path) as (house, far, _):
        await in_the_middle(house)
        house.system.gate.set()
        await house.seen(partial(whole, house, "INC-1"))
        await house.described(*WARM)
        house.system.gate.clear()
        house.system.faults["/two"] = ["hang"]
        await house.run("trigger", "lane")
        await house.done(times=4)
        await far.kill()
        far.forget()
        house.system.gate.set()
        await far.start()
        await house.seen(partial(whole, house, "INC-1", "INC-2"))
        assert dict(house.system.asked) == {"/one": 2, "/two": 2}


async def test_a_killed_engine_leaves_nothing_running(home: Path, tmp_path: Path) -> None:
    """In the middle of a flow run: its end, and that of the task run, are told by the next engine."""
    async with setting(home, tmp_path) as (house, _, _):
        await in_the_middle(house)
        await house.seen(house.runs)
        await house.kill()
        house.system.gate.set()
        await house.serve()
        await house.step("two", "done")
        await house.seen(partial(whole, house, "INC-1"))
        left = next(run for run in await house.runs() if run["parameters"]["segment"] == 1)
        assert left["state_type"] == "CRASHED"
        assert left["state"]["message"].startswith("Carried from ")
        shown = await house.ask("task_runs", flow_runs={"id": {"any_": [left["id"]]}})
        assert {(one["name"], one["state_type"]) for one in shown} <= {("action one", "CRASHED")}
        assert dict(house.system.asked) == {"/one": 1, "/two": 1}


async def test_an_engine_killed_before_it_has_painted_leaves_that_to_the_next(home: Path, tmp_path: Path) -> None:
    """The server was away all the time; the next engine finds it."""
    async with setting(home, tmp_path) as (house, far, _):
        await far.kill()
        await house.serve()
        await house.run("trigger", "lane")
        await house.step("two", "done")
        await house.kill()
        await far.start()
        await house.serve()
        await house.seen(partial(whole, house, "INC-1"))
        (run,) = await house.runs()
        assert "painted" in run["tags"]
        assert dict(house.system.asked) == {"/one": 1, "/two": 1}


async def test_what_a_server_took_and_lost_is_told_again(home: Path, tmp_path: Path) -> None:
    """The flow run has ended well, and of its task runs nothing arrived."""
    async with setting(home, tmp_path) as (house, _, between):
        between.deaf = True
        await in_the_middle(house)
        house.system.gate.set()
        await house.seen(partial(whole, house, "INC-1"))
        (run,) = await house.runs()
        assert "painted" not in run["tags"]
        assert dict(house.system.asked) == {"/one": 1, "/two": 1}
