"""Where a step stands towards the others: has it settled, has it failed, does it meet a need?

Rules kept here (design section 3, semantics 2 and 5): a need is met by done and skipped; a failure under
`on_failure: continue` meets it too. A step done once per element has settled when every element has, or when its
`join` is decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.conducting.joining import Joined, joined, missed_because
from engine.domain.lifecycle import SATISFIES, SETTLED, StepStatus
from engine.domain.plan import OnFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


def instances(situation: Situation, step: StepPlan) -> list[Step]:
    """Return the entries of a step: one, or one per element once there are any."""
    return [situation.incident.step(name) for name in situation.incident.instances(step.id)]


def in_place(situation: Situation, steps: Iterable[StepPlan]) -> Iterator[tuple[StepPlan, Step]]:
    """Yield the entries of steps in the order in which people read them: behind each call what is done inside it."""
    for step in steps:
        for entry in instances(situation, step):
            yield step, entry
            if entry.opened:
                yield from in_place(situation, situation.inside(entry.id))


def settled(situation: Situation, step: StepPlan) -> bool:
    """Return whether every instance of a step has ended, or enough have."""
    if join_of(situation, step) in (Joined.ENOUGH, Joined.MISSED):
        return True
    return all(entry.status in SETTLED for entry in instances(situation, step))


def failed(situation: Situation, step: StepPlan) -> bool:
    """Return whether a step counts as failed: one of its instances, or with `join` too many of them."""
    join = join_of(situation, step)
    if join is not None:
        return join is Joined.MISSED
    return any(entry.status is StepStatus.FAILED for entry in instances(situation, step))


def join_of(situation: Situation, step: StepPlan) -> Joined | None:
    """Return what the elements of a step come to; None where every one counts, or there are none yet."""
    if step.enough is None or not situation.incident.spreads.get(step.id):
        return None
    return joined(step, instances(situation, step))


def unmet(situation: Situation, target: StepPlan) -> str:
    """Return what a settled step came to that meets no need, empty when it meets one."""
    join = join_of(situation, target)
    if join is not None:
        missed = join is Joined.MISSED and target.on_failure is not OnFailure.CONTINUE
        return f"failed: {missed_because(target, instances(situation, target))}" if missed else ""
    for entry in instances(situation, target):
        if entry.status in SATISFIES:
            continue
        if entry.status is StepStatus.FAILED and target.on_failure is OnFailure.CONTINUE:
            continue
        return entry.status.value
    return ""
