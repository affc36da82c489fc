"""The order of a playbook's steps as layers: what stands in one may be done side by side, once the ones before ended.

Theory of operation. Ours is a graph of needs over all phases, CACAO's a tree of branches that begin and end together.
A step's layer is one more than that of the last thing it waits for: what it needs, what it reads, the steps that it
handles, and the gate of its phase. Every order that we ask for is kept; some steps wait longer than they would here.

Rule kept here: pure; a plan has no cycle, so every step has a layer.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from engine.domain.plan import Gate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.domain.expressions import Reference
    from engine.domain.plan import Plan, StepPlan

CONTAIN, CONTAINED, REVIEW = "contain", "contained", "review"


def layers(plan: Plan) -> list[list[StepPlan]]:
    """Return the steps, layer by layer, each in the order of the file."""

    @cache
    def layer(step: str) -> int:
        return 1 + max((layer(other) for other in waits_for(plan, plan.steps[step])), default=0)

    highest = max(map(layer, plan.steps), default=0)
    return [[step for step in plan.steps.values() if layer(step.id) == number] for number in range(1, highest + 1)]


def waits_for(plan: Plan, step: StepPlan) -> set[str]:
    """Return the steps that a step waits for, its phase's gate among them."""
    found = {need.step for need in step.needs} | set(step.handler_for) | set(_gate(plan, step.phase))
    return found | {read.path[0] for read in _reads(step) if read.root == "steps"}


def _gate(plan: Plan, phase_id: str) -> Iterator[str]:
    phase = plan.phase(phase_id)
    match phase.gate:
        case Gate.CONTAINED:
            marking = [step.id for step in plan.steps.values() if step.marks == CONTAINED]
            yield from marking or _steps(plan, [CONTAIN])
        case Gate.RESOLVED:
            yield from _steps(plan, [other.id for other in plan.phases if other.id != REVIEW])
        case Gate.AFTER:
            yield from _steps(plan, phase.after)
        case _:
            return


def _steps(plan: Plan, phases: Iterable[str]) -> list[str]:
    return [step.id for step in plan.steps.values() if step.phase in set(phases)]


def _reads(step: StepPlan) -> Iterator[Reference]:
    wait = (step.wait.until, step.wait.known) if step.wait else ()
    for part in (step.when, step.for_each, step.with_, *wait):
        if part is not None:
            yield from part.reads
