"""Prefect flow runs that were started beforehand and wait for an incident.

Theory of operation. The body of a warm run waits for jobs, in Prefect's own loop. A job is an effect that was begun
already in the engine's, and each is shown by a Prefect task run that awaits its end; so Prefect costs the effect
nothing. Tasks of a running flow call no API, so a server that is away delays nothing. The last job is the end; what the
flow run then tells its server is not awaited.

Rules kept here: whatever goes wrong in Prefect, what an effect came to comes back. `begun`, `show` and `usable` are the
engine's, and called in its loop; everything else happens in Prefect's.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid5

import structlog
from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.states import Completed
from prefect.task_engine import run_task_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.schemas.objects import State

    from engine.domain.events.shape import Lane

T = TypeVar("T")

TAG = "tocsin"
WAITING = "tocsin-waiting"
log = structlog.get_logger(__name__)


class NotDoneError(Exception):
    """Marks a task run as failed whose effect was not done, without a word of what it was about."""

    def __init__(self) -> None:
        super().__init__("The effect was not done, or it cannot be told; see the incident's timeline.")


@dataclass(slots=True, eq=False)
class _Job:
    name: str
    task_run: UUID
    """The id that its task run gets; it follows from the flow run, so nobody has to wait for it."""
    failed: Future[bool] = field(default_factory=Future)
    """Done when the effect has ended, with whether it was not done."""


@dataclass(slots=True, eq=False)
class _Slot:
    jobs: asyncio.Queue[_Job | None] = field(default_factory=asyncio.Queue)
    started: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


_SLOT: ContextVar[_Slot] = ContextVar("tocsin_slot")


@task(cache_policy=NO_CACHE, persist_result=False, retries=0, log_prints=False)
async def _effect(job: Any) -> None:  # noqa: ANN401 - Prefect would look into a type that it knows
    if await asyncio.wrap_future(job.failed):
        raise NotDoneError


@flow(
    name="tocsin-segment",
    flow_run_name="waiting",
    persist_result=False,
    retries=0,
    log_prints=False,
    validate_parameters=False,
)
async def _segment(incident: str = "", segment: int = 0) -> None:
    del incident, segment  # what Prefect shows; they are set when the run gets its incident
    slot = _SLOT.get()
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("a flow runs without its context")
    slot.started.set_result(str(context.flow_run.id))
    shown: set[asyncio.Task[None]] = set()
    while (job := await slot.jobs.get()) is not None:
        shown.add(asyncio.create_task(_shown(job)))
    await asyncio.gather(*shown)


async def _shown(job: _Job) -> None:
    try:
        shown = _effect.with_options(task_run_name=job.name)
        await run_task_async(shown, task_run_id=job.task_run, parameters={"job": job})
    except NotDoneError:
        return
    except Exception as error:  # noqa: BLE001 - the effect is carried whatever Prefect does
        log.warning("prefect_task_failed", error=type(error).__name__)


class WarmCarrier:
    """Carries a stretch in a warm run."""

    lane: Lane = "warm"

    def __init__(self, slot: _Slot, flow_run: str, *, ending: asyncio.Task[Any], owner: str) -> None:
        self._slot = slot
        self._owner = owner
        self._ending = ending
        self._loop = asyncio.get_running_loop()
        self.flow_run: str | None = flow_run
        self._naming: asyncio.Task[None] | None = None
        self._shown = 0

    @property
    def usable(self) -> bool:
        """Whether the flow still waits for jobs."""
        return not self._ending.done()

    def begun(self, incident: str, number: int) -> None:
        """Name the flow run after its incident, in the background."""
        self.apart(self._name, incident, number)

    async def show(self, name: str, work: asyncio.Future[T], *, failed: Callable[[T], bool]) -> tuple[T, str | None]:
        """Await work that was begun already, shown by a Prefect task run."""
        self._shown += 1
        job = _Job(name, uuid5(UUID(str(self.flow_run)), f"{self._shown} {name}"))
        self.apart(self._slot.jobs.put_nowait, job)
        try:
            outcome = await asyncio.shield(work)
            with suppress(InvalidStateError):  # Prefect's task no longer waits for it
                job.failed.set_result(failed(outcome))
        finally:
            job.failed.cancel()
        return outcome, str(job.task_run) if self.usable else None

    def apart(self, call: Callable[..., object], *given: object) -> None:
        """Have something called in Prefect's loop; where that has ended, there is nobody to be told."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *given)

    def finish(self) -> asyncio.Task[Any]:
        """Let the flow end; return the task that ends when Prefect has been told."""
        self._slot.jobs.put_nowait(None)
        return self._ending

    def _name(self, incident: str, number: int) -> None:
        self._naming = asyncio.create_task(self._named(incident, number))

    async def _named(self, incident: str, number: int) -> None:
        try:
            async with get_client() as client:
                await client.update_flow_run(
                    UUID(str(self.flow_run)),
                    name=f"{incident} #{number}",
                    tags=[TAG, incident, f"engine:{self._owner}"],
                    parameters={"incident": incident, "segment": number},
                )
        except Exception as error:  # noqa: BLE001 - a name is not worth a failure
            log.info("flow_run_not_named", error=type(error).__name__)


async def start_warm(owner: str) -> WarmCarrier:
    """Start a flow run that waits; return it once it runs. Raises whatever Prefect raises when it cannot."""
    slot = _Slot()
    token = _SLOT.set(slot)
    try:
        with tags(TAG, WAITING, f"engine:{owner}"):
            ending: asyncio.Task[Any] = asyncio.ensure_future(_segment(return_state=True))
    finally:
        _SLOT.reset(token)
    await asyncio.wait([ending, slot.started], return_when=asyncio.FIRST_COMPLETED)
    if not slot.started.done():
        slot.started.cancel()
        error = ending.exception()
        raise error if error is not None else RuntimeError("the flow ended before it began")
    return WarmCarrier(slot, slot.started.result(), ending=ending, owner=owner)


async def close_run(flow_run: str) -> None:
    """Tell the server that a flow run has ended which could not tell it itself."""
    async with get_client() as client:
        state: State[Any] = Completed(
            message="It ended while the server was away; what it did stands in the incident's timeline."
        )
        await client.set_flow_run_state(UUID(flow_run), state, force=True)
