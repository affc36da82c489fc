"""Two engines on one Prefect server: what it shows is complete, and nothing stands there twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.integration.many.heavy import pooled
from tests.integration.many.test_worker import begun, closed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(400), pytest.mark.xdist_group("prefect")]

PLAYBOOK = """\
tocsin: 1
playbook: shown
title: Shown
version: 1
inputs: {}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: act, title: Act, action: http.request, with: {method: POST, url: "URL/act",
         find: {url: "URL/requests/{{ idempotency_key }}", absent: [404]}}}
"""
INCIDENTS = 8


async def test_every_stretch_of_two_engines_is_one_flow_run(
    database: str, prefect_database: str, tmp_path: Path
) -> None:
    """Warm or painted, by whichever engine has that duty; also when the engine that had it is gone."""
    async with pooled(tmp_path, {"shown": PLAYBOOK}, database=database, prefect_database=prefect_database) as made:
        first, second = made.machines.machine("serve"), made.machines.machine("worker")
        await first.serve()
        await second.serve()
        wanted: Counter[str] = Counter()
        for number in range(1, INCIDENTS + 1):
            machine = first if number <= INCIDENTS // 2 else second
            await machine.run("trigger", "shown")
            entries = await closed(machine, tmp_path, f"INC-{number}")
            wanted.update(f"INC-{number} #{one.number}" for one in begun(entries))
            if number == INCIDENTS // 2:
                await first.kill()

        async def shown() -> bool:
            runs = await made.ask("flow_runs/filter", flows={"name": {"any_": ["tocsin-segment"]}}, limit=200)
            carried = [run for run in runs if run["parameters"].get("incident")]
            assert max(Counter(run["name"] for run in carried).values(), default=1) == 1
            return Counter(run["name"] for run in carried if run["state_type"] == "COMPLETED") == wanted

        await made.seen(shown)
