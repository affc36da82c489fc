"""What a waiting flow run asks the Prefect server while it carries a stretch."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from integrations.system.clock import SystemClock
from tests.integration.prefect.rig import WARM, lane
from tests.integration.prefect.servers import server, way

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from pathlib import Path


async def test_task_runs_ask_nothing_and_have_their_labels_and_instants_in_the_end(home: Path, tmp_path: Path) -> None:
    """No limit is looked up for a tag; a task run has the incident's tag, and its times are those of the effect."""
    async with (
        server(tmp_path) as far,
        way(far) as between,
        lane(home, tmp_path / "playbooks", "one", "two", named=far, PREFECT_API_URL=between.url) as house,
    ):
        await house.serve()
        await house.described(*WARM)
        between.asked.clear()
        house.system.faults["/one"] = ["hang"]
        await house.run("trigger", "lane")
        await house.asked("/one")
        underway = SystemClock().real_now()
        await house.seen(house.runs)
        (run,) = await house.runs()
        house.system.gate.set()
        await house.seen(partial(house.has_tasks, run["id"], "action one", "action two"))
        assert [call for call in between.asked if "concurrency" in call] == []
        found = await house.ask("task_runs", flow_runs={"id": {"any_": [run["id"]]}})
        assert [sorted(one["tags"]) for one in found] == [["INC-1", "tocsin"]] * 2
        times = {one["name"]: [datetime.fromisoformat(one[key]) for key in ("start_time", "end_time")] for one in found}
        (began, ended), (then, _) = times["action one"], times["action two"]
        assert began <= underway <= ended <= then
