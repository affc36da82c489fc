"""Whom the timeline is told to: names for people, and what they may see.

Rule kept here: what is restricted or privileged is only said to those who may see it, and addresses are defanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.actions.defang import defanged
from engine.domain.fields import FieldType
from engine.domain.files import told
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import decode
from engine.reports.tables import rows_of
from engine.reports.titles import numbered
from engine.reports.values import local, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.field_spec import FieldSpec
    from engine.domain.plan import Plan, StepPlan

RECORDED = {Sensitivity.RESTRICTED: "recorded, restricted", Sensitivity.PRIVILEGED: "recorded, privileged"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the lines are for: names of people, and whether they may see what is restricted."""

    plan: Plan
    name: Callable[[str], str]
    show_restricted: bool = False
    zone: str = ""
    """Where the reader has a zone, every moment is told in it without its name; else each says its own."""

    def title(self, instance: str) -> str:
        """Return a step's title, with the number of its instance."""
        name = _instance(instance)
        return numbered(self.plan, name, shown=self._shown) if self.plan.find_step(name) else instance

    def _shown(self, step: StepPlan) -> str:
        return step.title if self.may_see(step.sensitivity) else f"a {step.sensitivity.value} step"

    def step(self, instance: str) -> StepPlan | None:
        """Return the step of an instance or of an ask."""
        return self.plan.find_step(_instance(instance))

    def may_see(self, sensitivity: Sensitivity) -> bool:
        """Return whether something may be said to this reader."""
        return self.show_restricted or sensitivity is Sensitivity.INTERNAL

    def of_step(self, instance: str, text: str) -> str:
        """Return what belongs to a step, or that it is recorded."""
        step = self.step(instance)
        if step is None or self.may_see(step.sensitivity):
            return defanged(text)
        return RECORDED[step.sensitivity]

    def filled(self, instance: str, values: Mapping[str, Any]) -> str:
        """Return what a form was filled with."""
        step = self.step(instance)
        parts = []
        for name, value in values.items():
            spec = step.form.get(name) if step else None
            closed = self.closed(instance, name)
            parts.append(
                f"{name.replace('_', ' ')}: {RECORDED[closed] if closed else _shown(spec, value, zone=self.zone)}"
            )
        return "; ".join(parts)

    def closed(self, instance: str, field: str) -> Sensitivity | None:
        """Return what keeps a field of a step from this reader, None where nothing does."""
        step = self.step(instance)
        spec = step.form.get(field) if step else None
        kinds = [known.sensitivity for known in (step, spec) if known is not None]
        return next((kind for kind in kinds if not self.may_see(kind)), None)

    def fact(self, name: str, value: Any) -> str:  # noqa: ANN401 - a kept value of any type
        """Return the value of a fact."""
        spec = self.plan.find_input(name)
        if spec is None or self.may_see(spec.sensitivity):
            return text_of(value, zone=self.zone)
        return RECORDED[spec.sensitivity]

    def moment(self, text: str, *, zone: str = "UTC", named: str = "UTC") -> str:
        """Return a stored instant; where the reader has no zone, in the given one, with what `named` says of it."""
        at = datetime.fromisoformat(text)
        return local(at, self.zone) if self.zone else f"{local(at, zone)} {named}"


def _shown(spec: FieldSpec | None, value: Any, *, zone: str) -> str:  # noqa: ANN401 - a kept value of any type
    if spec is not None and spec.type is FieldType.FILE:
        return told(decode(value))
    if spec is None or not spec.columns:
        return text_of(value, zone=zone)
    return " / ".join(" | ".join(row) for row in rows_of(spec, value, zone=zone))


def _instance(name: str) -> str:
    """Return the instance that is meant by it, by one of its asks, or by a notice of it (`preserve[2]:failed:3`)."""
    return name.partition(".")[0].partition(":")[0]
