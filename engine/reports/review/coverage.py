"""What the incident is evidence of: each control with its steps, whether they were done, by whom and when.

Rules kept here: a control that a playbook names stands there also when none of its steps has begun; it is covered when
every one of its steps was done, and otherwise the row says how many were; skipped is not done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain.catalogs import Control
from engine.domain.lifecycle import StepStatus
from engine.reports.review.case import Case, at

if TYPE_CHECKING:
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan

ENGINE = "Tocsin"


def controls(case: Case) -> list[dict[str, Any]]:
    """Return a row for each control, in the order of the playbook."""
    found: dict[str, list[dict[str, Any]]] = {}
    for step, entry in _entries(case):
        for name in dict.fromkeys(step.controls):
            found.setdefault(name, []).append(_evidence(case, step, entry))
    return [_row(case, name, steps) for name, steps in found.items()]


def _entries(case: Case) -> list[tuple[StepPlan, Step]]:
    """Return every instance there is, and each step of which there is none, in the order of the playbook."""
    places = {step: number for number, step in enumerate(case.plan.steps)}
    known = [*case.steps()]
    begun = {_outer(entry.id) for _, entry in known}
    known += [(step, case.incident.step(step.id)) for step in case.plan.steps.values() if step.id not in begun]
    return sorted(known, key=lambda pair: places.get(_outer(pair[1].id), len(places)))


def _outer(instance: str) -> str:
    """Return the step of the playbook itself that an instance, perhaps of a called playbook, belongs to."""
    return instance.partition("/")[0].partition("[")[0]


def _evidence(case: Case, step: StepPlan, entry: Step) -> dict[str, Any]:
    ask = case.incident.asks.get(entry.ask or "")
    done = entry.status is StepStatus.DONE
    person = case.name(ask.last.by) if ask is not None and ask.last is not None else ENGINE
    return {
        "step": entry.id,
        "title": case.title(entry.id),
        "state": entry.status.value.replace("_", " "),
        "who": (person if step.human else ENGINE) if done else "",
        "at": at(entry.settled_at) if done else None,
    }


def _row(case: Case, name: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    control = case.plan.controls.get(name) or Control(name, name, "")
    done = sum(step["state"] == StepStatus.DONE.value for step in steps)
    return {
        "control": name,
        "title": control.title,
        "standard": control.standard,
        "covered": done == len(steps),
        "done": done,
        "of": len(steps),
        "steps": steps,
    }
