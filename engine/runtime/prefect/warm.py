"""Prefect flow runs that were started beforehand and wait for an incident.

Theory of operation. The body of a warm run waits for jobs, in Prefect's own loop. A job is an effect that was begun
already in the engine's, and each is shown by a Prefect task run that awaits its end; so Prefect costs the effect
nothing. The last job is the end; what the flow run then tells its server is not awaited.

What Prefect computes for a task run takes the interpreter's lock from the engine. So its task runs are made here and
begin without a tag, since Prefect asks the server for a limit of each tag; they get their tags and the real instants of
the effect before they end. And they follow the effect by a moment, so that the engine is waiting for the far side, and
not busy, when Prefect's turn comes.

Rules kept here: whatever goes wrong in Prefect, what an effect came to comes back. Task runs ask the server nothing, so
one that is slow or away delays nothing. `begun`, `show` and `usable` are the engine's, and called in its loop;
everything else happens in Prefect's.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID, uuid5

import structlog
from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.context import FlowRunContext, TaskRunContext
from prefect.states import Completed, Pending
from prefect.task_engine import run_task_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import State
    from prefect.types import DateTime

    from engine.domain.events.shape import Lane

T = TypeVar("T")

TAG = "tocsin"
WAITING = "tocsin-waiting"
BEHIND_SECONDS = 0.01
"""How far a task run is behind its effect: the engine's own computing between two effects takes that long."""
NAMED_SECONDS = 0.25
"""After how long a flow run gets its incident's name: the first effects come first."""
CLOSE_SECONDS, READINGS = 0.0005, 5
"""How far apart two clocks are read at most, in so many tries: another thread may come between."""
LATE = "It ended while the server was away; what it did stands in the incident's timeline."
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
    labels: list[str]
    began: float
    """By the monotonic clock, which all loops of a process share."""
    ended: float = 0.0
    failed: Future[bool] = field(default_factory=Future)
    """Done when the effect has ended, with whether it was not done."""


@dataclass(slots=True, eq=False)
class _Slot:
    jobs: asyncio.Queue[_Job | None] = field(default_factory=asyncio.Queue)
    started: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


_SLOT: ContextVar[_Slot] = ContextVar("tocsin_slot")
_JOB: ContextVar[_Job] = ContextVar("tocsin_job")


@task(cache_policy=NO_CACHE, persist_result=False, retries=0, log_prints=False)
async def _effect() -> None:
    job = _JOB.get()
    failed = await asyncio.wrap_future(job.failed)
    await asyncio.sleep(BEHIND_SECONDS)
    context = TaskRunContext.get()
    if context is not None:
        run, moment = context.task_run, _moment()
        run.tags, run.start_time, run.end_time = job.labels, _at(job.began, moment), _at(job.ended, moment)
    if failed:
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
    flow_run = context.flow_run.id
    slot.started.set_result(str(flow_run))
    shown: set[asyncio.Task[None]] = set()
    while (job := await slot.jobs.get()) is not None:
        shown.add(asyncio.create_task(_shown(job, flow_run)))
    await asyncio.gather(*shown)


async def _shown(job: _Job, flow_run: UUID) -> None:
    _JOB.set(job)
    await asyncio.sleep(BEHIND_SECONDS)
    moment = _moment()
    state: State[Any] = moment.state
    run = TaskRun(
        id=job.task_run,
        name=job.name,
        flow_run_id=flow_run,
        task_key="effect",
        dynamic_key=str(job.task_run),
        expected_start_time=_at(job.began, moment),
        state=state,
    )
    try:
        await run_task_async(_effect, task_run=run)
    except NotDoneError:
        return
    except Exception as error:  # noqa: BLE001 - the effect is carried whatever Prefect does
        log.warning("prefect_task_failed", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class _Moment:
    """One moment by the monotonic clock and, in a new state, by the calendar's."""

    state: State[Any]
    monotonic: float


def _moment() -> _Moment:
    """Return this moment by both clocks, read so close together that nothing of note can have come between."""
    clock = asyncio.get_running_loop().time
    found: list[tuple[float, _Moment]] = []
    for _ in range(READINGS):
        before = clock()
        state: State[Any] = Pending()
        after = clock()
        found.append((after - before, _Moment(state, (before + after) / 2)))
        if after - before < CLOSE_SECONDS:
            break
    return min(found, key=itemgetter(0))[1]


def _at(instant: float, moment: _Moment) -> DateTime:
    """Return when something was that is known by the monotonic clock."""
    return cast("DateTime", moment.state.timestamp - timedelta(seconds=moment.monotonic - instant))


class WarmCarrier:
    """Carries a stretch in a warm run."""

    lane: Lane = "warm"

    def __init__(
        self, client: PrefectClient, slot: _Slot, flow_run: str, *, ending: asyncio.Task[Any], owner: str
    ) -> None:
        self._client = client
        self._slot = slot
        self._owner = owner
        self._ending = ending
        self._loop = asyncio.get_running_loop()
        self.flow_run: str | None = flow_run
        self._naming: asyncio.Task[None] | None = None
        self._labels = [TAG]
        self._shown = 0

    @property
    def usable(self) -> bool:
        """Whether the flow still waits for jobs."""
        return not self._ending.done()

    def begun(self, incident: str, number: int) -> None:
        """Name the flow run after its incident, in the background."""
        self._labels = [TAG, incident]
        self.apart(self._name, incident, number)

    async def show(self, name: str, work: asyncio.Future[T], *, failed: Callable[[T], bool]) -> tuple[T, str | None]:
        """Await work that was begun already, shown by a Prefect task run."""
        self._shown += 1
        now = asyncio.get_running_loop().time
        task_run = uuid5(UUID(str(self.flow_run)), f"{self._shown} {name}")
        job = _Job(name, task_run, self._labels, began=now())
        self.apart(self._slot.jobs.put_nowait, job)
        try:
            outcome = await asyncio.shield(work)
            job.ended = now()
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
        await asyncio.wait([self._ending], timeout=NAMED_SECONDS)
        try:
            await self._client.update_flow_run(
                UUID(str(self.flow_run)),
                name=f"{incident} #{number}",
                tags=[TAG, incident, f"engine:{self._owner}"],
                parameters={"incident": incident, "segment": number},
            )
        except Exception as error:  # noqa: BLE001 - a name is not worth a failure
            log.info("flow_run_not_named", error=type(error).__name__)


async def start_warm(client: PrefectClient, owner: str) -> WarmCarrier:
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
    return WarmCarrier(client, slot, slot.started.result(), ending=ending, owner=owner)


async def close_run(client: PrefectClient, flow_run: str) -> None:
    """Tell the server that a flow run has ended which could not tell it itself."""
    state: State[Any] = Completed(message=LATE)
    await client.set_flow_run_state(UUID(flow_run), state, force=True)
