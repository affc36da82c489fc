"""Where an incident stands, as an operator may read it in Prefect. Pure; it knows no Prefect.

Rule kept here: ids, phases, step ids, states and counts; never a title, an input, a reason or a person.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.domain.incident import Incident

NOT_STOPPED = "Cancelling in Prefect does not stop an incident, since Prefect does not say who did it."
LANES = {"warm": "in waiting flow runs", "flow": "in flow runs of their own", "direct": "directly"}


def summary(incident: Incident, *, refused: int) -> str:
    """Return the page of an incident as Markdown; `refused` is how often cancelling was tried in Prefect."""
    lanes = Counter(segment.lane for segment in incident.segments)
    effects = Counter(effect.status for effect in incident.effects.values())
    hold = " · on hold" if incident.hold else ""
    parts = [
        f"# {incident.id}",
        f"**{incident.status.value}**{hold}{' · exercise' if incident.exercise else ''} · {incident.seq} events",
        f"- Stretches of work: {len(incident.segments)}{_counts(lanes, LANES)}",
        f"- Effects: {len(incident.effects)}{_counts(effects, {word: word for word in sorted(effects)})}",
        "",
        *_table("phase", ((phase, known.status.value) for phase, known in incident.phases.items())),
        "",
        *_table("step", ((step, known.status.value) for step, known in incident.steps.items())),
        "",
        f"Steps that nothing has happened to are not listed. Everything else: `tocsin status {incident.id}`",
        *([f"\n**Cancelled in Prefect ({refused}), refused.** {advice(incident.id)}"] if refused else []),
    ]
    return "\n".join(parts) + "\n"


def advice(incident: str) -> str:
    """Return why cancelling in Prefect is refused, and what to do instead."""
    return (
        f"{NOT_STOPPED} Whoever may end {incident} does so by `tocsin cancel {incident} --reason ...`; "
        f"`tocsin hold {incident}` stops everything automatic until it is released."
    )


def _counts(counted: Counter[str], words: dict[str, str]) -> str:
    named = [f"{counted[key]} {word}" for key, word in words.items() if counted[key]]
    return f" ({', '.join(named)})" if named else ""


def _table(head: str, rows: Iterable[tuple[str, str]]) -> Iterable[str]:
    yield from (f"| {head} | state |", "| --- | --- |")
    for name, state in rows:
        yield f"| `{name}` | {state.replace('_', ' ')} |"
