"""One stretch painted into Prefect: a flow run, and a task run per effect with the real instants of the effect.

Theory of operation. Prefect's server records task runs from events, so events that carry the real instants make task
runs that look as if Prefect had run them then. The events are sent here, in one request each stretch, and not by
Prefect's own worker: that one adds whatever flow run its thread was started in, and does not say whether they arrived.

Rule kept here: ids follow from the effect and the stretch, so that painting again changes nothing.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prefect import flow
from prefect.events import Event
from prefect.states import Completed, Failed, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import State

    from engine.runtime.prefect.stretches import Shown, Stretch

SPACE = uuid.UUID("6f1f4f0e-7d0b-4f6e-9d54-0b1f6f0b7a11")
"""The namespace of the ids of painted task runs and their states."""
TAG, PAINTED = "tocsin", "painted"
APART = timedelta(microseconds=1)
"""Prefect keeps one state of a task run per instant."""


@flow(name="tocsin-segment")
def segment(incident: str = "", segment: int = 0) -> None:
    """Stand for the flow that the engine carries; never called."""
    del incident, segment


def key_of(stretch: Stretch) -> str:
    """Return the idempotency key of the flow run that is painted for a stretch."""
    return f"{stretch.incident}/{stretch.number}"


async def paint(client: PrefectClient, flow_id: str, stretch: Stretch) -> str:
    """Paint one stretch; return its flow run. Raises whatever the client raises when it could not be told."""
    body = {
        "flow_id": flow_id,
        "name": f"{stretch.incident} #{stretch.number}",
        "parameters": {"incident": stretch.incident, "segment": stretch.number},
        "tags": [TAG, PAINTED, stretch.incident],
        "idempotency_key": key_of(stretch),
        "state": {"type": "PENDING"},
    }
    reply = await client.request("POST", "/flow_runs/", json=body)
    run = uuid.UUID(reply.json()["id"])
    await tell(client, [event for shown in stretch.effects for event in events_of(run, stretch, shown)])
    await client.set_flow_run_state(run, Running(), force=True)
    await client.set_flow_run_state(run, ending(stretch, stretch.words()), force=True)
    return str(run)


def ending(stretch: Stretch, words: str) -> State[Any]:
    """Return the state that tells the truth about an ended stretch."""
    return Completed(message=words) if stretch.good else Failed(message=f"Not every effect was done. {words}")


async def tell(client: PrefectClient, events: Sequence[Event]) -> None:
    """Tell the server what became of task runs."""
    if events:
        await client.request("POST", "/events", json=[event.model_dump(mode="json") for event in events])


def task_run_of(stretch: Stretch, shown: Shown) -> uuid.UUID:
    """Return the id of the task run that shows an effect."""
    made_up = uuid.uuid5(SPACE, f"{stretch.incident}/{stretch.number}/{shown.key}")
    return uuid.UUID(shown.task_run) if shown.task_run else made_up


def events_of(flow_run: uuid.UUID, stretch: Stretch, shown: Shown, *, begun: bool = False) -> Iterator[Event]:
    """Yield what Prefect would have been told of a task run while it ran; of one that it knows has begun, the end."""
    task_run = task_run_of(stretch, shown)
    end = ("COMPLETED", "Completed") if shown.good else ("FAILED", "Failed")
    states = (
        ("PENDING", "Pending", shown.began - APART),
        ("RUNNING", "Running", shown.began),
        (*end, max(shown.ended, shown.began + APART)),
    )
    before: dict[str, Any] | None = None
    for kind, name, at in states:
        now: dict[str, Any] = {"type": kind, "name": name, "message": "", "state_details": {}, "data": None}
        if not begun or kind == end[0]:
            about = {
                "name": shown.name,
                "task_key": "effect",
                "dynamic_key": shown.task_run or shown.key,
                "tags": [TAG, *([] if begun else [PAINTED]), stretch.incident],
                **_times(shown, kind, at=at),
            }
            yield event(task_run, flow_run, before, now, at=at, about=about)
        before = now


def event(
    task_run: uuid.UUID,
    flow_run: uuid.UUID,
    before: dict[str, Any] | None,
    now: dict[str, Any],
    *,
    at: datetime,
    about: dict[str, Any],
) -> Event:
    """Return what Prefect is told of a task run that goes from a state into another."""
    kind, name = now["type"], now["name"]
    return Event.model_validate(
        {
            "id": uuid.uuid5(task_run, kind),
            "occurred": at,
            "event": f"prefect.task-run.{name}",
            "resource": {
                "prefect.resource.id": f"prefect.task-run.{task_run}",
                "prefect.resource.name": about["name"],
                "prefect.state-type": kind,
                "prefect.state-name": name,
                "prefect.state-timestamp": at.isoformat(),
                "prefect.orchestration": "client",
            },
            "related": [
                {"prefect.resource.id": f"prefect.flow-run.{flow_run}", "prefect.resource.role": "flow-run"},
                *(_tag(word) for word in about["tags"]),
            ],
            "payload": {
                "intended": {"from": before["type"] if before else None, "to": kind},
                "initial_state": before,
                "validated_state": now,
                "task_run": about,
            },
        }
    )


def _times(shown: Shown, kind: str, *, at: datetime) -> dict[str, Any]:
    """Return what a task run of Prefect knows about its times in a state."""
    known: dict[str, Any] = {"expected_start_time": shown.began.isoformat(), "run_count": 0}
    if kind != "PENDING":
        known |= {"run_count": 1, "start_time": shown.began.isoformat()}
    if kind not in ("PENDING", "RUNNING"):
        known |= {"end_time": at.isoformat(), "total_run_time": (at - shown.began).total_seconds()}
    return known


def _tag(word: str) -> dict[str, str]:
    return {"prefect.resource.id": f"prefect.tag.{word}", "prefect.resource.role": "tag"}
