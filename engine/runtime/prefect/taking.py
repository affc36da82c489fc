"""Flow runs that somebody started on a page of ours in Prefect are taken here, without a worker of Prefect's.

Theory of operation. Such a run is *Scheduled* until an engine sets it to *Pending*. Prefect's server lets one engine do
that: it refuses *Pending* to a run that is so already, and a transition whose id the run's present state has, which is
what an engine comes with that saw the run before it was taken and asks after it has ended. The engine declares the
incident and sets the run to what it came to. A run that stays *Pending* was left by an engine that died, or that could
not tell the server; whoever sees it stand for a while takes it too. That needs no lock: in the ledger, a flow run
stands for one incident.

Rules kept here: nothing waits for this, and a server that is away is looked at later; a run gets its end only once the
incident is on disk; what it came to is told whatever somebody did to the run meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID, uuid5

import structlog
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.states import Cancelled, Completed, Failed, Pending, to_state_create

from engine.runtime.prefect.artifacts import key_of
from engine.runtime.prefect.deployments import TRIGGER, renew
from engine.runtime.prefect.warm import TAG

if TYPE_CHECKING:
    from datetime import datetime

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State

    from engine.runtime.prefect.offers import Offer
    from engine.runtime.prefect.triggers import CameTo

T = TypeVar("T")

EVERY_SECONDS = 1.0
RENEWED_EVERY = 5
"""Every how many looks the deployments and the runs that were left are looked at as well."""
MOST = 100
log = structlog.get_logger(__name__)


class Judge(Protocol):
    """Where triggers are judged."""

    def now(self) -> datetime:
        """Return the real instant."""

    async def offers(self) -> Sequence[Offer]:
        """Return what may be triggered."""

    async def take(self, flow_run: str, playbook: str, parameters: Mapping[str, Any]) -> CameTo:
        """Return what a flow run comes to."""


class Across:
    """A judge in another loop."""

    def __init__(self, judge: Judge, loop: asyncio.AbstractEventLoop) -> None:
        self._judge = judge
        self._loop = loop

    def now(self) -> datetime:
        """Return the real instant."""
        return self._judge.now()

    async def offers(self) -> Sequence[Offer]:
        """Return what may be triggered."""
        return await self._there(self._judge.offers())

    async def take(self, flow_run: str, playbook: str, parameters: Mapping[str, Any]) -> CameTo:
        """Return what a flow run comes to."""
        return await self._there(self._judge.take(flow_run, playbook, parameters))

    async def _there(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


class Taking:
    """Takes runs until it is stopped; `ready` says whether the server answers."""

    def __init__(self, client: PrefectClient, judge: Judge, *, ready: Callable[[], bool]) -> None:
        self._client = client
        self._judge = judge
        self._ready = ready
        self._playbooks: Mapping[UUID, str] = {}
        self._left: Mapping[UUID, UUID | None] = {}

    async def run(self) -> None:
        """Take until cancelled."""
        looks = 0
        while True:
            if self._ready():
                try:
                    await self.look(all_of_it=looks % RENEWED_EVERY == 0)
                    looks += 1
                except Exception as error:  # noqa: BLE001 - a server that is away comes back
                    log.info("triggers_in_prefect_not_looked_at", error=type(error).__name__)
                    looks = 0
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self, *, all_of_it: bool) -> None:
        """Take what is due; with `all_of_it`, renew the deployments before and take what was left as well."""
        if all_of_it:
            self._playbooks = await renew(self._client, await self._judge.offers())
            await self._take_left()
        if not self._playbooks:
            return
        for run in await self._client.get_scheduled_flow_runs_for_deployments(
            list(self._playbooks), scheduled_before=self._judge.now(), limit=MOST
        ):
            if await claimed(self._client, run):
                await self._take(run)

    async def _take_left(self) -> None:
        """Take the runs that stand as they stood at the last look; one that is being cancelled declares nothing."""
        standing = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.CANCELLING]))
        wanted = FlowRunFilter(tags=FlowRunFilterTags(all_=[TRIGGER]), state=standing)
        found = await self._client.read_flow_runs(flow_run_filter=wanted, limit=MOST)
        before, self._left = self._left, {run.id: run.state_id for run in found}
        for run in found:
            if run.id in before and before[run.id] == run.state_id:
                log.info("taken_again_from_prefect", flow_run=str(run.id))
                await self._take(run, cancelled=run.state_type is StateType.CANCELLING)

    async def _take(self, run: FlowRun, *, cancelled: bool = False) -> None:
        known = self._playbooks.get(run.deployment_id, "") if run.deployment_id else ""
        try:
            came = await self._judge.take(str(run.id), "" if cancelled else known, run.parameters)
            state = _end(came, cancelled=cancelled)
            # The line comes first: the page of a run that has ended does not look for more.
            await self._client.create_logs([_line(run, state, at=self._judge.now())])
            await _set(self._client, run, state, force=True)
        except Exception as error:  # noqa: BLE001 - it passes; the run stands meanwhile, and is taken again
            log.warning("not_taken_from_prefect", flow_run=str(run.id), error=type(error).__name__, why=str(error))


async def claimed(client: PrefectClient, run: FlowRun) -> bool:
    """Claim a run that was seen as scheduled; False when an engine has it already, or had it."""
    return await _set(client, run, Pending(message="Tocsin has taken it."), force=False)


async def _set(client: PrefectClient, run: FlowRun, state: State[Any], *, force: bool) -> bool:
    """Set a run's state; return whether the server accepted it. Prefect's own call would make the id up each time."""
    wanted = to_state_create(state)
    wanted.state_details.flow_run_id = run.id
    wanted.state_details.transition_id = _transition(run)
    body = {"state": wanted.model_dump(mode="json", serialize_as_any=True), "force": force}
    reply = await client.request("POST", "/flow_runs/{id}/set_state", json=body, path_params={"id": run.id})
    return bool(reply.json()["status"] == SetStateStatus.ACCEPT)


def _transition(run: FlowRun) -> UUID | None:
    """Return the id of taking a run: the same for everybody who saw it as scheduled, another when it is retried."""
    if run.next_scheduled_start_time is not None:
        return uuid5(run.id, run.next_scheduled_start_time.isoformat())
    return run.state.state_details.transition_id if run.state else None


def _end(came: CameTo, *, cancelled: bool) -> State[Any]:
    if came.incident:
        look, page = f"`tocsin status {came.incident}`", f"the artifact `{key_of(came.incident)}`"
        return Completed(message=f"{came.incident} is declared. Where it stands: {look}, and {page}.")
    if cancelled:
        return Cancelled(message="It was cancelled before an incident was declared.")
    return Failed(message=f"No incident was declared. {came.problem}")


def _line(run: FlowRun, state: State[Any], *, at: datetime) -> dict[str, Any]:
    """Return the one line of the run's log, which is what its page shows first."""
    level = logging.ERROR if state.is_failed() else logging.INFO
    said = {"name": TAG, "level": level, "message": str(state.message)}
    return {**said, "timestamp": at.isoformat(), "flow_run_id": str(run.id)}
