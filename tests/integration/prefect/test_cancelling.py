"""An operator cancels flow runs in Prefect: that is refused visibly, and the incidents run on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.integration.prefect.rig import WARM, Lane, lane

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = "Cancelling in Prefect does not stop an incident"


async def test_a_run_that_carries_a_stretch_gets_back_to_running(home: Path, tmp_path: Path) -> None:
    """The run, its log and the page say what ends an incident; every effect happens once, and the run completes."""
    async with lane(home, tmp_path / "playbooks", "one", "two") as house:
        await house.serve()
        await house.described(*WARM)
        house.system.faults["/one"] = ["hang"]
        await house.run("trigger", "lane")
        await house.seen(partial(state, house, "RUNNING"))
        (run,) = await house.runs()
        for times, kind in enumerate(("CANCELLING", "CANCELLED"), start=1):
            assert await house.set_state(run["id"], kind) == "ACCEPT"
            await house.seen(partial(refused, house, times))
        house.system.gate.set()
        await house.step("two", "done")
        await house.seen(partial(state, house, "COMPLETED"))
        await house.seen(partial(on_page, house, "Cancelled in Prefect (2), refused.", "| `two` | done |"))
        (said, _) = await house.ask("logs", logs={"flow_run_id": {"any_": [run["id"]]}})
        assert REFUSED in said["message"]
        assert "`tocsin cancel INC-1 --reason ...`" in said["message"]
        assert "cancelling_in_prefect_refused" in (home / "logs" / "serve.log").read_text(encoding="utf-8")
        assert dict(house.system.asked) == {"/one": 1, "/two": 1}
        await house.seen(partial(house.has_tasks, run["id"], "action one", "action two"))


async def test_a_run_that_has_ended_or_waits_gets_its_true_state_back(home: Path, tmp_path: Path) -> None:
    """A painted one and a warm one say again what they came to; one that waits is there for the next incident."""
    async with lane(home, tmp_path / "playbooks", "one") as house:
        await house.serve()
        await house.run("trigger", "lane")  # the server is not up yet
        await house.step("one", "done")
        await house.described(*WARM)
        await house.run("trigger", "lane")
        await house.done(times=2)
        for incident in ("INC-1", "INC-2"):
            await house.seen(partial(state, house, "COMPLETED", incident))
            (run,) = await house.runs(incident)
            assert ("painted" in run["tags"]) is (incident == "INC-1")
            assert await house.set_state(run["id"], "CANCELLED") == "ACCEPT"
        await house.described(*WARM)  # the one that was taken has its successor
        waiting = await house.waiting()
        for run in waiting:
            await house.set_state(run["id"], "CANCELLING")
        for incident in ("INC-1", "INC-2"):
            await house.seen(partial(right, house, incident))
            await house.seen(partial(on_page, house, "Cancelled in Prefect (1), refused.", incident=incident))
        await house.seen(partial(_wait_again, house, len(waiting)))
        await house.run("trigger", "lane")
        await house.done(times=3)
        await house.seen(partial(state, house, "COMPLETED", "INC-3"))


async def state(house: Lane, kind: str, incident: str = "INC-1") -> bool:
    """Whether an incident's only flow run is in a state."""
    return [one["state_type"] for one in await house.runs(incident)] == [kind]


async def refused(house: Lane, times: int) -> bool:
    """Whether the flow run runs, and says why it cannot be cancelled, for the so-manieth time."""
    (run,) = await house.runs()
    said = await house.ask("logs", logs={"flow_run_id": {"any_": [run["id"]]}})
    return run["state_type"] == "RUNNING" and REFUSED in (run["state"]["message"] or "") and len(said) == times


async def right(house: Lane, incident: str) -> bool:
    """Whether a flow run has ended well and says that it cannot be cancelled."""
    (run,) = await house.runs(incident)
    message = run["state"]["message"] or ""
    return run["state_type"] == "COMPLETED" and REFUSED in message and message.startswith("Carried from ")


async def on_page(house: Lane, *words: str, incident: str = "INC-1") -> bool:
    """Whether the newest version of an incident's page has these words."""
    pages = await house.pages(incident)
    text = pages[0]["data"] if pages else ""
    return all(word in text for word in words)


async def _wait_again(house: Lane, number: int) -> bool:
    states = [(one["state_type"], one["state"]["message"] or "") for one in await house.waiting()]
    return len(states) == number and all(kind == "RUNNING" and "goes on waiting" in said for kind, said in states)
