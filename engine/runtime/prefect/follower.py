"""What was carried directly is painted into Prefect afterwards: a flow run per stretch, a task run per effect.

Theory of operation. A task run of Prefect is recorded from its events, so one whose events carry the real instants of
the effect looks as if Prefect had run it then. A flow run is created with an idempotency key, so painting again after a
crash makes no second one; task runs have ids that follow from the effect and the stretch, for the same reason.

Rules kept here: nothing is executed; the engine never waits for this; a server that is away is painted later.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import TaskRun
from prefect.states import Completed, Failed, Pending, Running
from prefect.utilities.engine import emit_task_run_state_change_event

from engine.domain import timeline as ev

if TYPE_CHECKING:
    from datetime import datetime

    from prefect.client.schemas.objects import State

    from engine.ports.ledger import Ledger
    from engine.ports.records import Entry

SPACE = uuid.UUID("6f1f4f0e-7d0b-4f6e-9d54-0b1f6f0b7a11")
"""The namespace of the ids of painted task runs."""
TAG, PAINTED = "tocsin", "painted"
APART = timedelta(microseconds=1)
"""Prefect keeps one state of a task run per instant."""
EVERY_SECONDS = 1.0
PAUSE_SECONDS = 5.0
log = structlog.get_logger(__name__)


@flow(name="tocsin-segment")
def _segment(incident: str = "", segment: int = 0) -> None:
    """Stand for the flow that the engine carries; never called."""
    del incident, segment


@dataclass(frozen=True, slots=True)
class Shown:
    """One effect of a stretch: when it began and ended, and whether it was done."""

    key: str
    name: str
    began: datetime
    ended: datetime
    good: bool


@dataclass(slots=True)
class Stretch:
    """A stretch of work that was carried directly."""

    incident: str
    number: int
    began: datetime
    effects: list[Shown] = field(default_factory=list)


class Follower:
    """Paints until it is stopped; `ready` says whether the server answers, `idle` whether the engine has time."""

    def __init__(self, ledger: Ledger, *, ready: Callable[[], bool], idle: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._ready = ready
        self._idle = idle
        self._flow: str | None = None
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Paint until cancelled."""
        while True:
            pause = EVERY_SECONDS
            if self._ready() and self._idle():
                try:
                    await self.paint()
                except Exception as error:  # noqa: BLE001 - a server that is away comes back
                    log.info("not_painted", error=type(error).__name__)
                    pause = PAUSE_SECONDS
            await asyncio.sleep(pause)

    async def paint(self) -> int:
        """Paint every finished stretch that is not painted yet; return how many there were."""
        painted = 0
        for row in await self._ledger.incidents():
            if self._seen.get(row.incident) == row.head.seq:
                continue
            known = await self._ledger.recall(row.incident, PAINTED)
            done = int((known or {}).get("number", "0"))
            entries = await self._ledger.entries(row.incident)
            for stretch in stretches(row.incident, entries, after=done):
                await self._one(stretch)
                await self._ledger.remember(row.incident, PAINTED, {"number": str(stretch.number)})
                painted += 1
            self._seen[row.incident] = row.head.seq
        return painted

    async def _one(self, stretch: Stretch) -> None:
        async with get_client() as client:
            if self._flow is None:
                self._flow = str(await client.create_flow(_segment))
            body = {
                "flow_id": self._flow,
                "name": f"{stretch.incident} #{stretch.number}",
                "parameters": {"incident": stretch.incident, "segment": stretch.number},
                "tags": [TAG, PAINTED, stretch.incident],
                "idempotency_key": f"{stretch.incident}/{stretch.number}",
                "state": {"type": "PENDING"},
            }
            reply = await client.request("POST", "/flow_runs/", json=body)
            run = uuid.UUID(reply.json()["id"])
            for shown in stretch.effects:
                _emit(run, stretch, shown)
            good = all(shown.good for shown in stretch.effects)
            await client.set_flow_run_state(run, Running(), force=True)
            last: State[Any] = Completed(message="Painted from the timeline.")
            if not good:
                last = Failed(message="Not every effect was done.")
            await client.set_flow_run_state(run, last, force=True)


def stretches(incident: str, entries: Sequence[Entry], *, after: int) -> Iterator[Stretch]:
    """Yield the directly carried, ended stretches of a timeline that come after a number."""
    current: Stretch | None = None
    begun: dict[str, datetime] = {}
    for entry in entries:
        event = entry.event
        match event:
            case ev.SegmentBegan():
                if current is not None:
                    yield current
                wanted = event.lane == "direct" and event.number > after
                current = Stretch(incident, event.number, entry.real_at) if wanted else None
            case ev.EffectIntended():
                begun[event.key] = entry.real_at
            case ev.EffectDone() | ev.EffectFailed() | ev.EffectUnconfirmed() if current is not None:
                began = begun.get(event.key, entry.real_at)
                good = isinstance(event, ev.EffectDone)
                key = f"{event.key}:{event.attempt}"
                current.effects.append(Shown(key, f"{event.kind} {event.subject}", began, entry.real_at, good))
    if current is not None and not _under_way(entries):
        yield current


def _under_way(entries: Sequence[Entry]) -> bool:
    """Return whether an effect was begun whose end is not written down yet."""
    open_effects: set[str] = set()
    for entry in entries:
        match entry.event:
            case ev.EffectIntended(key=key):
                open_effects.add(key)
            case ev.EffectDone(key=key) | ev.EffectFailed(key=key) | ev.EffectUnconfirmed(key=key):
                open_effects.discard(key)
    return bool(open_effects)


def _emit(flow_run: uuid.UUID, stretch: Stretch, shown: Shown) -> None:
    """Tell Prefect of a task run as it would have been told while it ran."""
    task_run = TaskRun(
        id=uuid.uuid5(SPACE, f"{stretch.incident}/{stretch.number}/{shown.key}"),
        task_key="effect",
        dynamic_key=shown.key,
        name=shown.name,
        flow_run_id=flow_run,
        tags=[TAG, PAINTED],
    )
    end = Completed if shown.good else Failed
    states: list[Any] = [Pending(), Running(), end()]
    moments = (shown.began - APART, shown.began, max(shown.ended, shown.began + APART))
    before, follows = None, None
    for state, at in zip(states, moments, strict=True):
        state.timestamp = at
        state.state_details.flow_run_id = flow_run
        state.state_details.task_run_id = task_run.id
        task_run.state = state
        follows = emit_task_run_state_change_event(
            task_run=task_run, initial_state=before, validated_state=state, follows=follows
        )
        before = state
