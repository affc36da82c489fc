"""What Prefect did not hear of a stretch that a flow run carried is told afterwards.

Theory of operation. A flow run tells its server how it goes; what is on its way when the server or the engine ends is
lost: the run's name, the end of a task run, or all of it. So a stretch that has ended by the timeline is compared with
its flow run. What is lacking may still be on its way, so it is waited for, unless the run's engine is gone. The server
passes over an event whose id it has seen in the last minutes, so what is told again has another id.

Rules kept here: what Prefect has heard rightly stays as it is; a flow run that still stands is left to its engine, or
to the sweep.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid5

import structlog
from prefect.client.schemas.objects import State, StateType

from engine.runtime.prefect.painting import TAG, events_of, task_run_of, tell
from engine.runtime.prefect.sweep import GONE, give_up, task_runs
from engine.runtime.prefect.warm import LATE, WAITING

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, TaskRun

    from engine.runtime.prefect.stretches import Shown, Stretch

PATIENCE_SECONDS = 35.0
"""Prefect's own client tells again what may not have arrived after half a minute."""
MOST_TELLINGS = 5
log = structlog.get_logger(__name__)


class Mender:
    """Compares and tells; it remembers since when something has been lacking."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._since: dict[UUID, float] = {}
        self._told: dict[UUID, int] = {}

    async def whole(self, stretch: Stretch, run: FlowRun) -> bool:
        """Tell what is lacking of an ended stretch; return whether nothing was."""
        if run.state is None or not run.state.is_final():
            return False
        await self._say_whose(stretch, run)
        found = {one.id: one for one in await task_runs(self._client, run.id)}
        lacking = [shown for shown in stretch.effects if _lacks(found.get(task_run_of(stretch, shown)))]
        known = {task_run_of(stretch, shown) for shown in stretch.effects}
        left = [one for key, one in found.items() if key not in known and not _ended(one)]
        if not lacking and not left:
            self._forget(run.id)
            return True
        if self._may_be_on_its_way(run):
            return False
        return not await self._tell(stretch, run, lacking, left=left, found=found)

    async def _say_whose(self, stretch: Stretch, run: FlowRun) -> None:
        """Name a run that ended before it had its name, and say when it was that nobody could tell when it was."""
        if stretch.incident not in run.tags:
            labels = [TAG, stretch.incident, *(label for label in run.tags if label not in (TAG, WAITING))]
            given = {"incident": stretch.incident, "segment": stretch.number}
            name = f"{stretch.incident} #{stretch.number}"
            await self._client.update_flow_run(run.id, name=name, tags=labels, parameters=given)
        if run.state is not None and run.state.message in (GONE, LATE):
            state = State[None](
                type=run.state.type, name=run.state.name, message=f"{stretch.span()} {run.state.message}"
            )
            await self._client.set_flow_run_state(run.id, state, force=True)

    def _may_be_on_its_way(self, run: FlowRun) -> bool:
        now = asyncio.get_running_loop().time()
        since = self._since.setdefault(run.id, now)
        return run.state_type is not StateType.CRASHED and now - since < PATIENCE_SECONDS

    async def _tell(
        self, stretch: Stretch, run: FlowRun, lacking: list[Shown], *, left: list[TaskRun], found: dict[UUID, TaskRun]
    ) -> bool:
        """Tell it; return whether it is worth looking again."""
        told = self._told[run.id] = self._told.get(run.id, 0) + 1
        if told > MOST_TELLINGS:
            log.warning("flow_run_stays_incomplete", incident=stretch.incident, flow_run=str(run.id))
            self._forget(run.id)
            return False
        ends = [
            event.model_copy(update={"id": uuid5(event.id, str(told))})  # what it took and lost it passes over
            for shown in lacking
            for event in events_of(run.id, stretch, shown, begun=task_run_of(stretch, shown) in found)
        ]
        await tell(self._client, ends)
        await give_up(self._client, run.id, left)
        return True

    def _forget(self, flow_run: UUID) -> None:
        self._since.pop(flow_run, None)
        self._told.pop(flow_run, None)


def _lacks(run: TaskRun | None) -> bool:
    """Return whether Prefect does not know how an effect ended that has ended."""
    return run is None or not _ended(run) or run.state_type is StateType.CRASHED


def _ended(run: TaskRun) -> bool:
    return run.state is not None and run.state.is_final()
