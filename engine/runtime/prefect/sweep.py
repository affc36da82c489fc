"""Flow runs that stand as running although the process that carried them is gone are closed, and their task runs.

Rules kept here: a run is only closed when its owner's process surely does not live: same machine, no such process. A
task run is closed at the instant at which Prefect last heard of it, so that an end that the timeline knows is later.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Crashed

from engine.runtime.prefect.painting import APART, event, tell
from engine.runtime.prefect.warm import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, TaskRun

MARK = "engine:"
GONE = "Its engine is gone."
PAGE = 200
"""As much as Prefect gives at once."""
log = structlog.get_logger(__name__)
STANDING = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.PAUSED]


def owner_id() -> str:
    """Return what this process is called in Prefect: machine, process, and when it began."""
    return f"{socket.gethostname()}/{os.getpid()}/{_began(os.getpid())}"


async def sweep(client: PrefectClient) -> int:
    """Close the runs of processes that are gone; return how many there were."""
    closed = 0
    for run in await _standing(client):
        if not gone(run.tags):
            continue
        try:
            await give_up(client, run.id, await task_runs(client, run.id))
            await client.set_flow_run_state(run.id, Crashed(message=GONE), force=True)
            closed += 1
        except PrefectHTTPStatusError as error:  # the server refuses this one; the others are closed
            log.info("left_over_flow_run_not_closed", flow_run=str(run.id), error=str(error))
    return closed


async def _standing(client: PrefectClient) -> list[FlowRun]:
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[TAG]), state=FlowRunFilterState(type=FlowRunFilterStateType(any_=STANDING))
    )
    found: list[FlowRun] = []
    while page := await client.read_flow_runs(flow_run_filter=wanted, limit=PAGE, offset=len(found)):
        found += page
    return found


async def task_runs(client: PrefectClient, flow_run: UUID) -> list[TaskRun]:
    """Return the task runs of a flow run."""
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run]))
    found = await client.read_task_runs(flow_run_filter=wanted, limit=PAGE)
    while found and len(found) % PAGE == 0:
        page = await client.read_task_runs(flow_run_filter=wanted, limit=PAGE, offset=len(found))
        if not page:
            break
        found += page
    return found


async def give_up(client: PrefectClient, flow_run: UUID, runs: Iterable[TaskRun]) -> None:
    """Close those of a flow run's task runs that stand as running: nobody will tell how they ended."""
    crashed: dict[str, Any] = {"type": "CRASHED", "name": "Crashed", "message": GONE, "state_details": {}, "data": None}
    ends = [
        event(
            run.id,
            flow_run,
            {"type": run.state.type.value, "name": run.state.name, "message": "", "state_details": {}},
            crashed,
            at=(at := run.state.timestamp + APART),
            about={
                "name": run.name,
                "task_key": run.task_key,
                "dynamic_key": run.dynamic_key,
                "tags": run.tags or [TAG],
                "start_time": (run.start_time or at).isoformat(),
                "end_time": at.isoformat(),
            },
        )
        for run in runs
        if run.state is not None and not run.state.is_final()
    ]
    await tell(client, ends)


def gone(labels: Iterable[str]) -> bool:
    """Return whether the process that these labels of a flow run name surely does not live."""
    owner = next((label.removeprefix(MARK) for label in labels if label.startswith(MARK)), "")
    host, _, rest = owner.partition("/")
    pid, _, began = rest.partition("/")
    return host == socket.gethostname() and pid.isdigit() and _began(int(pid)) != began


def _began(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
