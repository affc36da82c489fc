"""Whether Prefect's picture of an incident is whole: measured by the timeline."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.ports.records import Entry
    from tests.integration.prefect.rig import Lane

ENDED = frozenset({"COMPLETED", "FAILED", "CRASHED"})
SLACK = timedelta(milliseconds=2)


async def timeline(home: Path, incident: str) -> list[Entry]:
    """Read an incident's timeline."""
    url = f"sqlite:///{home / 'tocsin.db'}"
    async with open_ledger(url, home=home, clock=SystemClock(), salt=new_salt) as ledger:
        return list(await ledger.entries(incident))


async def whole(house: Lane, *incidents: str) -> bool:
    """Whether each stretch has an ended flow run, each effect a task run with its instants, and the page is new."""
    return all([await _whole(house, incident) for incident in incidents])


async def _whole(house: Lane, incident: str) -> bool:
    entries = await timeline(house.home, incident)
    runs = await house.runs(incident)
    stretches = {entry.event.number for entry in entries if isinstance(entry.event, ev.SegmentBegan)}
    if {run["parameters"]["segment"] for run in runs} != stretches or not _ended(runs):
        return False
    shown = await house.ask("task_runs", flow_runs={"id": {"any_": [run["id"] for run in runs]}})
    pages = await house.pages(incident)
    newest = bool(pages) and f"· {entries[-1].seq} events" in pages[0]["data"]
    return newest and _ended(shown) and all(_is_shown(effect, shown) for effect in _effects(entries))


def _ended(found: Iterable[dict[str, Any]]) -> bool:
    return all(one["state_type"] in ENDED for one in found)


def _effects(entries: Iterable[Entry]) -> Iterable[tuple[str, datetime, datetime]]:
    began: dict[str, datetime] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, ev.EffectIntended):
            began.setdefault(event.key, entry.real_at)
        elif isinstance(event, ev.EffectDone):
            yield f"{event.kind} {event.subject}", began[event.key], entry.real_at


def _is_shown(effect: tuple[str, datetime, datetime], shown: Iterable[dict[str, Any]]) -> bool:
    name, began, ended = effect
    for one in shown:
        if (one["name"], one["state_type"]) == (name, "COMPLETED"):
            start, end = (datetime.fromisoformat(one[key]) for key in ("start_time", "end_time"))
            if began - SLACK <= start <= end <= ended + SLACK:
                return True
    return False
