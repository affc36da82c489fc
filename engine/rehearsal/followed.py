"""The versions of its playbook that a run followed, and where their texts lie beside its recording.

Rule kept here: a step or an input is that of the newest version which has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.domain.events.shape import Event
    from engine.domain.fields import FieldSpec
    from engine.domain.plan import Plan, StepPlan


@dataclass(frozen=True, slots=True)
class Followed:
    """The versions, in the order in which they were followed."""

    plans: Sequence[Plan]

    @property
    def first(self) -> Plan:
        """The version with which it began."""
        return self.plans[0]

    @property
    def inputs(self) -> Mapping[str, FieldSpec]:
        """The inputs of every version."""
        return {name: spec for plan in self.plans for name, spec in plan.inputs.items()}

    def step(self, instance: str) -> StepPlan | None:
        """Return the step of an instance."""
        return next((step for plan in reversed(self.plans) if (step := plan.find_step(instance)) is not None), None)


def digests(events: Iterable[Event]) -> list[str]:
    """Return the texts that a timeline followed, in their order."""
    found: list[str] = []
    for event in events:
        match event:
            case ev.IncidentDeclared():
                found.append(event.digest)
            case ev.IncidentMigrated():
                found.append(event.to_digest)
            case _:
                pass
    return found


def file_of(name: str, playbook: str, number: int) -> str:
    """Return where the text of a version lies, from the folder of the recording of that name."""
    return f"{name}.versions/{number}/{playbook}.yaml"
