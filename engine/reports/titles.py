"""A step's title, where everybody may read it, and what it belongs to.

Rules kept here: what a restricted step is about is not said; a step of a called playbook is named behind the step that
calls it, with the number of its element: `Have each copy removed (2): Send the notice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.naming import instance_number, scope_of
from engine.domain.sensitivity import Sensitivity
from engine.reports.phrases import lead

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.ask import Ask
    from engine.domain.plan import Plan, StepPlan


TAKE_BACK = "Take back: "


def title_of(step: StepPlan) -> str:
    """Return a step's title as everybody may see it."""
    local = step.id.rpartition("/")[2]
    return step.title if step.sensitivity is Sensitivity.INTERNAL else f"A {step.sensitivity.value} step ({local})"


def within(plan: Plan, instance: str, *, shown: Callable[[StepPlan], str] = title_of) -> str:
    """Return the beginning of the title of what is done inside a call, empty for every other step."""
    scope = scope_of(instance)
    return f"{lead(numbered(plan, scope, shown=shown))} " if scope else ""


def placed(plan: Plan, instance: str, *, shown: Callable[[StepPlan], str] = title_of) -> str:
    """Return a step's title behind what it belongs to, without the number of its own element."""
    return f"{within(plan, instance, shown=shown)}{shown(plan.step_at(instance))}"


def takes_back(ask: Ask) -> bool:
    """Return whether an approval is for taking back what a step did, and not for doing it."""
    return ask.purpose == "undo"


def asked_title(plan: Plan, ask: Ask) -> str:
    """Return the title of what somebody is asked; nobody approves a way back as if it were the way."""
    return f"{TAKE_BACK if takes_back(ask) else ''}{placed(plan, ask.step)}"


def numbered(plan: Plan, instance: str, *, shown: Callable[[StepPlan], str] = title_of) -> str:
    """Return the same with the number of its element."""
    number = instance_number(instance)
    title = placed(plan, instance, shown=shown)
    return f"{title} ({number})" if number else title
