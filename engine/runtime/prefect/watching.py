"""What operators do to Tocsin's flow runs in Prefect: a run that they cancelled gets back to a state that is true.

Theory of operation. Cancelling in Prefect sets a state and hopes that somebody acts on it; nobody here does, since
Prefect does not say who asked. So the flow run would tell something untrue. Every few seconds the runs that stand
(waiting, or carrying a stretch) are looked at, and every fifth time those that have ended, warm or painted.

Rules kept here: nothing waits for this and no effect hears of it; a refusal is told at the run itself, in the log and
on the incident's page; a run of another engine that lives, or of another ledger, is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import structlog
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Running

from engine.runtime.prefect.follower import REFUSED
from engine.runtime.prefect.painting import PAINTED, TAG, ending
from engine.runtime.prefect.stretches import stretches
from engine.runtime.prefect.summary import advice
from engine.runtime.prefect.sweep import MARK, gone

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State

    from engine.ports.ledger import Ledger
    from engine.runtime.prefect.stretches import Stretch

EVERY_SECONDS = 3.0
ENDED_EVERY = 5
MOST = 200
CANCELLED = [StateType.CANCELLING, StateType.CANCELLED]
log = structlog.get_logger(__name__)


class Standing(Protocol):
    """Whoever hands out the warm runs."""

    def standing(self) -> Mapping[str, str]:
        """Return the flow runs that stand, each with its incident; an empty one when it waits."""

    def forget(self, flow_run: str) -> None:
        """Hear that the server does not know a flow run; one that waits is not handed out any more."""


class Watching:
    """Looks until it is stopped; at what has ended while it `paints`; `again` has an incident's page made anew."""

    def __init__(
        self,
        client: PrefectClient,
        ledger: Ledger,
        lanes: Standing,
        *,
        owner: str,
        ready: Callable[[], bool],
        paints: Callable[[], bool],
        again: Callable[[str], None],
    ) -> None:
        self._client = client
        self._ledger = ledger
        self._lanes = lanes
        self._mark = f"{MARK}{owner}"
        self._ready = ready
        self._paints = paints
        self._again = again
        self._left: set[UUID] = set()

    async def run(self) -> None:
        """Look until cancelled."""
        looks = 0
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            if not self._ready():
                continue
            looks += 1
            try:
                await self._look_at_standing()
                if looks % ENDED_EVERY == 0 and self._paints():
                    await self._look_at_ended()
            except Exception as error:  # noqa: BLE001 - a server that is away comes back
                log.info("flow_runs_not_looked_at", error=type(error).__name__)

    async def _look_at_standing(self) -> None:
        asked = list(self._lanes.standing())
        if not asked:
            return
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=[UUID(one) for one in asked]))
        found = {str(run.id): run for run in await self._client.read_flow_runs(flow_run_filter=wanted, limit=MOST)}
        for flow_run in asked:
            run = found.get(flow_run)
            incident = self._lanes.standing().get(flow_run)
            if incident is None:
                continue
            if run is None:
                self._lanes.forget(flow_run)
            elif run.state_type is not StateType.RUNNING:
                await self._go_on(run, incident)

    async def _go_on(self, run: FlowRun, incident: str) -> None:
        why = (
            f"{advice(incident)} This stretch goes on." if incident else "It waits for an incident and goes on waiting."
        )
        await self._refuse(run, incident, Running(message=why))
        if str(run.id) not in self._lanes.standing():  # it has ended meanwhile, and may have told so before us
            await self._set_right(run, incident)

    async def _look_at_ended(self) -> None:
        wanted = FlowRunFilter(
            tags=FlowRunFilterTags(all_=[TAG]), state=FlowRunFilterState(type=FlowRunFilterStateType(any_=CANCELLED))
        )
        for run in await self._client.read_flow_runs(flow_run_filter=wanted, limit=MOST):
            if run.id not in self._left and str(run.id) not in self._lanes.standing() and self._is_ours(run):
                await self._set_right(run, str(run.parameters.get("incident", "")))

    def _is_ours(self, run: FlowRun) -> bool:
        return PAINTED in run.tags or self._mark in run.tags or gone(run.tags)

    async def _set_right(self, run: FlowRun, incident: str) -> None:
        """Give an ended run the state that its stretch has in the ledger."""
        stretch = await self._stretch_of(run, incident)
        if stretch is None:
            self._left.add(run.id)
            return
        await self._refuse(run, incident, ending(stretch, f"{stretch.span()} {advice(incident)}"))

    async def _stretch_of(self, run: FlowRun, incident: str) -> Stretch | None:
        if not incident:
            return None
        painted = PAINTED in run.tags
        for stretch in stretches(incident, await self._ledger.entries(incident)):
            number = painted and stretch.number == run.parameters.get("segment")
            if number or stretch.flow_run == str(run.id):
                return stretch
        return None

    async def _refuse(self, run: FlowRun, incident: str, state: State[Any]) -> None:
        await self._client.set_flow_run_state(run.id, state, force=True)
        log.warning("cancelling_in_prefect_refused", incident=incident or None, flow_run=str(run.id))
        if run.state is not None:
            at = run.state.timestamp.isoformat()
            said = {
                "name": TAG,
                "level": 30,
                "message": str(state.message),
                "timestamp": at,
                "flow_run_id": str(run.id),
            }
            await self._client.create_logs([said])
        if incident:
            known = await self._ledger.recall(incident, REFUSED) or {}
            await self._ledger.remember(incident, REFUSED, {"count": str(int(known.get("count", "0")) + 1)})
            self._again(incident)
