"""A carrier of a waiting flow run, by itself."""

from __future__ import annotations

import asyncio

from prefect.client.orchestration import PrefectClient

from engine.runtime.prefect.warm import WarmCarrier, _Slot

FLOW_RUN = "6f1f2ad0-5f1c-4a7c-9b1e-0f6d2c3b4a59"


async def test_an_outcome_comes_back_although_prefect_has_given_its_task_up() -> None:
    """Whatever goes wrong in Prefect: what an effect came to is told to the engine."""
    slot, ending = _Slot(), asyncio.create_task(asyncio.sleep(3600))
    client = PrefectClient("http://127.0.0.1:9/api")
    carrier = WarmCarrier(client, slot, FLOW_RUN, ending=ending, owner="engine")
    work: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    showing = asyncio.create_task(carrier.show("action one", work, failed=lambda outcome: outcome != "done"))
    job = await slot.jobs.get()
    assert job is not None
    job.failed.cancel()
    work.set_result("done")
    outcome, task_run = await showing
    assert (outcome, task_run) == ("done", str(job.task_run))
    ending.cancel()
