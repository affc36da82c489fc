"""A step's title, where everybody may read it.

Rule kept here: what a restricted step is about is not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from engine.domain.plan import StepPlan


def title_of(step: StepPlan) -> str:
    """Return a step's title as everybody may see it."""
    return step.title if step.sensitivity is Sensitivity.INTERNAL else f"A {step.sensitivity.value} step ({step.id})"
