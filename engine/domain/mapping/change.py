"""A running incident between two plans: what both have of it, and what was touched.

Rule kept here: a step is touched once it has begun, once people are asked about it, once a person left it out, and once
it has a ticket; what happened in a playbook that a step calls has happened to the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.incident import base_id, scope_of
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import TICKET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan

UNDER_WAY = frozenset(
    {
        StepStatus.READY,
        StepStatus.AWAITING_APPROVAL,
        StepStatus.RUNNING,
        StepStatus.RETRYING,
        StepStatus.UNCONFIRMED,
    }
)
"""What is done is written out, and not finished."""
ANSWERED = frozenset({StepStatus.DONE, StepStatus.AWAITING_APPROVAL})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that does not fit. `place` is `step lock`, `input urls` and the like; `rule` is stable."""

    rule: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """A running incident, the plan that it follows, and the one that it is to follow."""

    old: Plan
    new: Plan
    incident: Incident

    def ids(self) -> list[str]:
        """Return the steps of the old plan, and those of the playbooks it calls that something has happened to."""
        inside = [base_id(entry.id) for entry in self.incident.steps.values() if scope_of(entry.id)]
        return list(dict.fromkeys((*self.old.steps, *inside)))

    def steps(self) -> Iterator[tuple[StepPlan, StepPlan, list[Step]]]:
        """Yield the steps of both plans, each with its instances that something has happened to."""
        for name in self.ids():
            before, after = self.old.find_step(name), self.new.find_step(name)
            if before is not None and after is not None:
                yield before, after, entries_of(self.incident, name)


def entries_of(incident: Incident, step: str) -> list[Step]:
    """Return the instances of a step that something has happened to."""
    return [entry for entry in incident.steps.values() if base_id(entry.id) == step]


def touched(incident: Incident, step: str) -> str:
    """Return why a step is more than a line of a plan by now, empty when it is not."""
    entries = [e for e in incident.steps.values() if base_id(e.id) == step or _inside(e.id, step)]
    if any(entry.began_at is not None or entry.ask is not None for entry in entries):
        return "it has begun"
    if any(base_id(ask.step) == step or _inside(ask.step, step) for ask in incident.asks.values()):
        return "people are asked about it"
    if any(entry.by_hand for entry in entries):
        return "a person decided about it"
    if any(effect.kind == TICKET and base_id(effect.subject) == step for effect in incident.effects.values()):
        return "it has a ticket"
    return ""


def listed(names: Iterable[str]) -> str:
    """Return names as a list in a sentence."""
    return " and ".join(names)


def _inside(instance: str, step: str) -> bool:
    """Return whether an instance belongs to a playbook that a step calls."""
    return instance.startswith((f"{step}/", f"{step}["))
