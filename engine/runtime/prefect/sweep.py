"""Flow runs that stand as running although the process that carried them is gone are closed.

Rule kept here: a run is only closed when its owner's process surely does not live: same machine, no such process.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType, FlowRunFilterTags
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed

from engine.runtime.prefect.warm import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefect.client.orchestration import PrefectClient

MARK = "engine:"
STANDING = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING, StateType.PAUSED]


def owner_id() -> str:
    """Return what this process is called in Prefect: machine, process, and when it began."""
    return f"{socket.gethostname()}/{os.getpid()}/{_began(os.getpid())}"


async def sweep(client: PrefectClient) -> int:
    """Close the runs of processes that are gone; return how many there were."""
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[TAG]), state=FlowRunFilterState(type=FlowRunFilterStateType(any_=STANDING))
    )
    closed = 0
    for run in await client.read_flow_runs(flow_run_filter=wanted, limit=200):
        if gone(run.tags):
            await client.set_flow_run_state(run.id, Crashed(message="Its engine is gone."), force=True)
            closed += 1
    return closed


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
