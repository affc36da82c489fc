"""Why a closed ticket does not finish its step, and what does: the words that stand in the ticket afterwards. Pure.

Rule kept here: what is restricted is named and never repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.fields import FieldType
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.domain.authority import Refusal
    from engine.domain.fields import FieldSpec
    from engine.domain.plan import StepPlan

HANDED = "Whoever one of them gives this ticket to may close it too."


def declined_short(step: StepPlan, resolution: str, *, files: Sequence[str]) -> str:
    """Return why a ticket closed as declined does not end a step with a form; `files` may be given at the ticket."""
    return (
        f"{resolution or 'Declining'} does not finish it, {_needed(step, files)} To decline it, use Decline in Slack."
    )


def form_short(step: StepPlan, refusal: Refusal, *, name: Callable[[str], str], files: Sequence[str]) -> str:
    """Return why an answer was not taken: what is missing or wrong, or who may give it; `name` names people."""
    if refusal.rule != "form":
        handed = HANDED if refusal.rule == "not_asked" and step.owner else ""
        return " ".join(filter(None, (refusal.message, refusal.advice(name), handed)))
    wrong = [_said(step.form.get(name), name, text) for name, text in refusal.fields]
    return f"{' '.join(wrong)} {_how(step, files)}"


def stranger_short() -> str:
    """Return why an account that nobody knows finishes nothing."""
    return "whoever closed it is not in Tocsin's people file. Have them added, or let somebody who is asked close it."


def dated_by_stranger() -> str:
    """Return why an account that nobody knows moves no target."""
    return "whoever changed it is not in Tocsin's people file. Have them added, or let the step's owner move it."


def _needed(step: StepPlan, files: Sequence[str]) -> str:
    names = [name for name, spec in step.form.items() if not spec.optional and spec.default is None]
    *most, last = names or list(step.form)
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{listed} {'are' if most else 'is'} needed. {_how(step, files)}"


def _how(step: StepPlan, files: Sequence[str]) -> str:
    asked = [spec for spec in step.form.values() if not (spec.type is FieldType.FILE and spec.optional)]
    closer = [spec for spec in asked if spec.sensitivity is not Sensitivity.INTERNAL]
    if closer or any(spec.type is FieldType.FILE and spec.name not in files for spec in asked):
        return "Answer it in Slack: parts of it do not belong into a ticket."
    attach = f"attach what is given as {' and '.join(files)} yourself" if files else ""
    others = any(spec.type is not FieldType.FILE for spec in step.form.values())
    comment = "comment with a line `field: value` for each" if others else ""
    text = f"{', '.join(filter(None, (attach, comment)))} and close it again, or answer it in Slack."
    return f"{text[:1].upper()}{text[1:]}"


def _said(spec: FieldSpec | None, name: str, text: str) -> str:
    if spec is None or spec.sensitivity is not Sensitivity.INTERNAL:
        return f"{name} is not as it should be."
    return text if text.startswith(f"{name}: ") else f"{name}: {text}"
