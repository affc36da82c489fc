"""Whether enough elements are done for a step with `join` to count as done, or no longer can be.

Rules kept here (docs/adr/0018-rounds-and-joins.md): only elements that were done count, also when they were taken back
later; once enough are, an element that has not begun is not begun any more, and one that has runs on; when too few are
left to be done, the step counts as failed, until its list grows or one of them is tried again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from engine.domain.lifecycle import SETTLED, StepStatus
from engine.domain.plan import StepKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan

ENOUGH = "enough are done"
COUNTS = frozenset({StepStatus.DONE, StepStatus.UNDONE})
"""What was taken back had been done: no other element begins for it."""


WORST = (StepStatus.FAILED, StepStatus.DECLINED, StepStatus.BLOCKED, StepStatus.CANCELLED, StepStatus.UNDONE)
"""Ends from the worst on; of done and skipped elements the whole is done."""


class Joined(StrEnum):
    """What the elements of a step come to: still open, enough done, or too few left."""

    OPEN = "open"
    ENOUGH = "enough"
    MISSED = "missed"


def joined(step: StepPlan, elements: Sequence[Step]) -> Joined:
    """Return what the elements of a step with `join` come to."""
    needed = step.enough or len(elements)
    if _done(elements) >= needed:
        return Joined.ENOUGH
    left = sum(1 for entry in elements if entry.status not in SETTLED)
    return Joined.OPEN if _done(elements) + left >= needed else Joined.MISSED


def ended(step: StepPlan, elements: Sequence[Step], *, spread: bool) -> str:
    """Return how a step ended, the same word for one and for many; empty while it has not.

    Of many that ended differently the worst one counts, unless `join` says how many are enough.
    """
    if step.enough is not None and spread:
        return {Joined.ENOUGH: StepStatus.DONE, Joined.MISSED: StepStatus.FAILED}.get(joined(step, elements), "")
    states = {entry.status for entry in elements}
    if states - SETTLED:
        return ""
    return next(iter(states)) if len(states) == 1 else next((bad for bad in WORST if bad in states), StepStatus.DONE)


def missed_because(step: StepPlan, elements: Sequence[Step]) -> str:
    """Return why a step counts as failed, in words."""
    return f"{_done(elements)} of {len(elements)} are done, and {step.enough} would have to be"


def not_begun(step: StepPlan, entry: Step) -> bool:
    """Return whether an element has done nothing yet, though it was written out or waits to be approved."""
    written_out = entry.status in (StepStatus.READY, StepStatus.AWAITING_APPROVAL)
    return written_out and step.kind is StepKind.ACTION and not entry.attempts and not entry.round


def _done(elements: Sequence[Step]) -> int:
    return sum(1 for entry in elements if entry.status in COUNTS)
