"""A Prefect server that refuses what it is told of one incident, for ever: the others are shown."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.prefect.picture import whole
from tests.integration.prefect.servers import CREATE
from tests.integration.prefect.test_faults import in_the_middle, setting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.prefect.servers import Way


@pytest.mark.parametrize(("call", "status"), [("create", 500), ("set_state", 503)])
async def test_it_rests_and_is_tried_again(home: Path, tmp_path: Path, call: str, status: int) -> None:
    """Whichever call is refused; that is said once, and the incident is shown when it is refused no more."""
    async with setting(home, tmp_path) as (house, far, between):
        await far.kill()
        await house.serve()
        await house.run("trigger", "lane")
        await house.run("trigger", "lane")
        await house.done(times=4)
        between.refuses = partial(_refused, between, call, status)
        await far.start()
        await house.seen(partial(_tried, between, 3))
        await house.seen(partial(whole, house, "INC-1"))
        assert not await whole(house, "INC-2")
        between.refuses = lambda _path, _body: 0
        await house.seen(partial(whole, house, "INC-2"))
        lines = (home / "logs" / "serve.log").read_text(encoding="utf-8").splitlines()
        said = [one["event"] for one in map(json.loads, lines) if one.get("incident") == "INC-2"]
        assert said.count("not_painted") == said.count("painted_after_all") == 1
        assert dict(house.system.asked) == {"/one": 2, "/two": 2}


async def test_an_end_that_is_refused_holds_up_no_other_end(home: Path, tmp_path: Path) -> None:
    """Two flow runs could not tell that they have ended; the later one is closed while the other is still refused."""
    async with setting(home, tmp_path) as (house, _, between):
        await in_the_middle(house)
        house.system.faults["/one"] = ["hang"]
        await house.run("trigger", "lane")
        await house.seen(partial(house.runs, "INC-1"))
        await house.seen(partial(house.runs, "INC-2"))
        between.refuses = lambda path, _body: 403 if path.endswith("/set_state") else 0
        house.system.gate.set()
        await house.done(times=4)
        await house.seen(partial(_tried, between, 2))
        (other,) = await house.runs("INC-2")
        between.refuses = lambda path, _body: 403 if path == f"{CREATE}{other['id']}/set_state" else 0
        await house.seen(partial(whole, house, "INC-1"))
        between.refuses = lambda _path, _body: 0
        await house.seen(partial(whole, house, "INC-2"))


def _refused(between: Way, call: str, status: int, path: str, body: bytes) -> int:
    create = path == CREATE and b'"INC-2"' in body
    set_state = path == f"{CREATE}{between.made.get('INC-2 #1')}/set_state"
    return status if {"create": create, "set_state": set_state}[call] else 0


async def _tried(between: Way, times: int) -> bool:
    return between.refused >= times
