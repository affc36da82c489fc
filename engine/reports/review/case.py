"""What a report is made from: a timeline, its plan and state, and what was checked beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import Instant, decode
from engine.reports.timeline import Line, lines
from engine.reports.values import plain_text, text_of

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.chain import Head, Mismatch
    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan
    from engine.ports.records import Entry
    from engine.reports.reader import Reader


@dataclass(frozen=True)
class Case:
    """Everything a report is made from. `checks` is the state of each evidence item by its SHA-256."""

    entries: Sequence[Entry]
    plan: Plan
    incident: Incident
    reader: Reader
    head: Head
    now: datetime
    mismatch: Mismatch | None = None
    checks: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lines(self) -> list[Line]:
        """The timeline in words."""
        return lines(self.entries, self.reader)

    def of(self, *kinds: type[ev.Event]) -> list[Entry]:
        """Return the events of these types, in order."""
        return [entry for entry in self.entries if isinstance(entry.event, kinds)]

    def step(self, instance: str) -> StepPlan:
        """Return the step of an instance."""
        return self.plan.step_at(instance)

    def steps(self) -> list[tuple[StepPlan, Step]]:
        """Return every step and instance that something has happened to."""
        return [(self.step(entry.id), entry) for entry in self.incident.steps.values()]

    def answer(self, step: str, name: str) -> str:
        """Return what was answered in a field, as text; empty when it was not, or may not be said."""
        value = self.raw(step, name)
        return "" if value is None else text_of(value)

    def raw(self, step: str, name: str) -> Any:  # noqa: ANN401 - a kept value of any type
        """Return the kept value of a field that may be said; None when there is none."""
        known = self.plan.steps.get(step)
        output = self.incident.step(step).output if known else None
        if known is None or output is None or name not in output:
            return None
        return output[name] if self.reader.may_see(known.sensitivity_of(name)) else None

    def raw_of(self, step: StepPlan, entry: Step, name: str) -> Any:  # noqa: ANN401 - a kept value of any type
        """Return the kept value of a field of one instance that may be said; None when there is none."""
        output = entry.output or {}
        shown = self.reader.may_see(step.sensitivity) and self.reader.may_see(step.form[name].sensitivity)
        return output.get(name) if shown else None

    def moment(self, step: str, name: str) -> datetime | None:
        """Return a moment that was answered."""
        value = decode(self.raw(step, name)) if self.raw(step, name) is not None else None
        return value.utc if isinstance(value, Instant) else None

    def number(self, step: str, name: str) -> str:
        """Return a number that was answered, as text; empty when there is none."""
        value = self.raw(step, name)
        return "" if value is None else plain_text(decode(value))

    def fact_moment(self, name: str) -> datetime | None:
        """Return a fact that is a moment."""
        value = self.incident.fact(name)
        known = decode(value) if value is not None else None
        return known.utc if isinstance(known, Instant) else None

    def title(self, instance: str) -> str:
        """Return a step's title as this reader may see it."""
        return self.reader.title(instance)

    def name(self, person: str) -> str:
        """Return a person's name."""
        return self.reader.name(person)

    def asked(self, ask: Ask) -> str:
        """Return the roles that were asked."""
        return " or ".join(self.plan.roles[role].title or role if role in self.plan.roles else role for role in ask.by)

    def withheld(self) -> dict[str, int]:
        """Return how many entries say less than they hold, by how they are restricted."""
        found = [line.withheld for line in self.lines if line.withheld]
        return {kind.value: found.count(kind.value) for kind in (Sensitivity.PRIVILEGED, Sensitivity.RESTRICTED)}


def at(moment: datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC."""
    return instant_text(moment) if moment is not None else None
