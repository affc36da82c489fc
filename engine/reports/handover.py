"""Where an incident stands, in a few lines, for somebody who takes it over.

Rules kept here: what has gone wrong and what is due comes first; a restricted step is named as such and not told; the
lines are kept as they were when the handover was offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.authority import holders
from engine.domain.conducting import standing
from engine.domain.conducting.situation import Situation
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.sensitivity import Sensitivity
from engine.domain.views import VIEW
from engine.reports.phrases import ENDS, due_by_law, on_hold, within
from engine.reports.titles import numbered
from engine.reports.values import local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan

MOST = 6
"""Lines of a kind; the rest is counted."""
UNDER_WAY = frozenset({StepStatus.RUNNING, StepStatus.RETRYING})


def handover_summary(plan: Plan, incident: Incident, *, now: datetime, name: Callable[[str], str]) -> list[str]:
    """Return the lines; `name` says how people are called."""
    situation = Situation(plan, incident, now)
    entries = list(standing.in_place(situation, plan.steps.values()))
    asks = sorted((ask for ask in incident.asks.values() if ask.open), key=_due)
    return [
        *_state(plan, incident, name),
        *_cut([line for step, entry in entries for line in _trouble(plan, step, entry)]),
        *_cut([_asked(plan, incident, ask, name) for ask in asks]),
        *_cut([f"Under way: {numbered(plan, entry.id)}" for step, entry in entries if entry.status in UNDER_WAY]),
        *_cut([f"Next: {numbered(plan, entry.id)}" for step, entry in entries if _comes_next(incident, step, entry)]),
    ]


def _state(plan: Plan, incident: Incident, name: Callable[[str], str]) -> Iterator[str]:
    if incident.hold:
        yield on_hold(incident.hold, since=local(incident.hold.since, incident.zone), by=name(incident.hold.by))
    phases = ", ".join(f"{phase.id} {_phase(incident, phase.id)}" for phase in plan.phases)
    yield f"State: {incident.status.value}; began {local(incident.declared_at, incident.zone)}; {phases}"


def _phase(incident: Incident, phase: str) -> str:
    known = incident.phases.get(phase)
    return known.status.value if known else "not open yet"


def _trouble(plan: Plan, step: StepPlan, entry: Step) -> Iterator[str]:
    because = within(entry.because) if step.sensitivity is Sensitivity.INTERNAL else "the reason is restricted"
    if entry.status is StepStatus.FAILED and not entry.accepted:
        yield f"Failed: {numbered(plan, entry.id)}{f' ({because})' if because else ''}"
    elif entry.status is StepStatus.UNCONFIRMED:
        yield f"Nobody can tell whether it was done: {numbered(plan, entry.id)}"
    elif entry.status is StepStatus.DECLINED:
        yield f"Declined: {numbered(plan, entry.id)}{f' ({because})' if because else ''}"


def _asked(plan: Plan, incident: Incident, ask: Ask, name: Callable[[str], str]) -> str:
    people = dict.fromkeys(person for role in ask.by for person in holders(plan, incident, role))
    step = plan.step_at(ask.step)
    by_law = due_by_law(step, ask)
    due = f", due: {by_law}" if by_law else ""
    if ask.due:
        due = f", due {local(ask.due, incident.zone)}{' (missed)' if ask.missed else ''}"
    word = "To ratify" if ask.ratifies else {"approval": "To approve", VIEW: "View asked for"}.get(ask.kind, "Open")
    title = numbered(plan, ask.step)
    return f"{word}: {title}{'' if title.endswith(ENDS) else ','} {', '.join(map(name, people))}{due}"


def _comes_next(incident: Incident, step: StepPlan, entry: Step) -> bool:
    phase = incident.phases.get(step.phase)
    is_open = phase is not None and phase.status is PhaseStatus.OPEN
    waits_for_people = any(incident.step(need.step).status not in SETTLED for need in step.needs)
    return is_open and entry.status in (StepStatus.WAITING, StepStatus.READY) and (waits_for_people or not step.needs)


def _due(ask: Ask) -> tuple[bool, str]:
    return (ask.due is None, ask.due.isoformat() if ask.due else "")


def _cut(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST
    return [*lines[:MOST], f"and {more} more"] if more > 0 else list(lines)
