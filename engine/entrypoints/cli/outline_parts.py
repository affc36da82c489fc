"""The parts of a step as plain data: who approves it, what it asks for, how often it is tried, what is kept.

Rules kept here: a part that the step does not have is null or empty, and its key is there all the same; spans of time
are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from engine.domain.fields import FieldSpec, Now
from engine.domain.keeping import KeepPlan
from engine.domain.plan import StepPlan
from engine.domain.values import plain
from engine.ports.people import People


def field(spec: FieldSpec) -> dict[str, Any]:
    """Return an input, an output or a field of a form."""
    return {
        "name": spec.name,
        "type": spec.type.value,
        "list": spec.list,
        "required": not spec.optional and spec.default is None,
        "options": list(spec.options),
        "default": "now" if isinstance(spec.default, Now) else plain(spec.default),
        "min": plain(spec.min),
        "max": plain(spec.max),
        "columns": [field(column) for column in spec.columns],
        "revises": spec.revises,
        "sensitivity": spec.sensitivity.value,
        "hint": spec.hint,
    }


def holding(roles: Iterable[str], people: People | None) -> list[dict[str, Any]]:
    """Return roles, each with the people who hold it."""
    return [{"role": role, "people": names(role, people)} for role in roles]


def names(role: str, people: People | None) -> list[str]:
    """Return the names of those who hold a role; nobody is named without `people`."""
    if people is None:
        return []
    found = (people.person(person) for person in people.holders(role))
    return [person.name for person in found if person is not None]


def consult(step: StepPlan, people: People | None) -> dict[str, Any] | None:
    """Return whose view is asked for, and how long it is waited for first."""
    if step.consult is None:
        return None
    return {"roles": holding(step.consult.roles, people), "first": seconds(step.consult.first)}


def approve(step: StepPlan, people: People | None) -> dict[str, Any] | None:
    """Return who approves, until when, and who else is asked."""
    asked = step.approve
    if asked is None:
        return None
    further = asked.escalate
    return {
        "by": holding(asked.by, people),
        "quorum": asked.quorum,
        "exact_text": asked.exact_text,
        "expires": seconds(asked.expires),
        "asks_again": asked.asks_again,
        "escalate": {"after": seconds(further.after), "to": list(further.to)} if further else None,
        "break_glass": seconds(asked.break_glass),
    }


def repeat(step: StepPlan) -> dict[str, Any] | None:
    """Return until when it is done again, and how often."""
    again = step.repeat
    if again is None:
        return None
    every = [pause.text for pause in again.every]
    return {"until": again.until.source, "every": every, "rhythm": again.rhythm, "max": again.most}


def retry(step: StepPlan) -> dict[str, Any]:
    """Return how often it is tried, the first time counted, within how many seconds, and after which failures."""
    tried = step.retry
    only_if = tried.only_if.source if tried.only_if else None
    return {"attempts": tried.attempts, "within": seconds(tried.within), "if": only_if}


def wait(step: StepPlan) -> dict[str, Any] | None:
    """Return what a wait waits for; one of the three is set."""
    if step.wait is None:
        return None
    until, known = step.wait.until, step.wait.known
    return {
        "seconds": seconds(step.wait.duration),
        "until": until.source if until else None,
        "known": known.source if known else None,
    }


def way_back(step: StepPlan) -> dict[str, Any] | None:
    """Return how it is taken back, or why it cannot be."""
    back = step.undo
    if back is None:
        return None
    return {"action": back.action, "with": back.with_.source if back.with_ else None, "none": back.none_because}


def kept(name: str, plan: KeepPlan) -> dict[str, Any]:
    """Return a part of the result that is kept."""
    return {
        "name": name,
        "from": plan.place,
        "type": plan.spec.type.value if plan.spec else None,
        "list": plan.spec.list if plan.spec else False,
        "sensitivity": plan.sensitivity.value,
    }


def clocks(step: StepPlan) -> list[dict[str, Any]]:
    """Return the clocks that an answer starts, from when, and on what condition."""
    return [
        {"regimes": list(start.regimes), "at": start.at, "when": start.when.source if start.when else None}
        for start in step.starts
    ]


def seconds(span: timedelta | None) -> int | None:
    """Return a span of time as a number of seconds."""
    return None if span is None else int(span.total_seconds())
