"""Where a step stands towards the others: may it begin, is it held, is it settled?

Rules kept here (design section 3, semantics 2 to 5): a need is met by done and skipped, or by any end where
the playbook says so; a failure under `on_failure: continue` meets it too. A condition that reads what is not
known keeps its step waiting, and such a step holds no gate. A step done once per element has settled when
every element has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.incident import instance_id, instance_number
from engine.domain.lifecycle import NOT_BEGUN, SATISFIES, SETTLED, StepStatus
from engine.domain.plan import OnFailure

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Situation
    from engine.domain.incident import Step
    from engine.domain.plan import Need, StepPlan


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a step may begin: `go`, `wait`, `unknown` (what it reads is not known), `skip`, `block` or `fail`."""

    word: str
    because: str = ""


GO = Verdict("go")
WAIT = Verdict("wait")


def instances(situation: Situation, step: StepPlan) -> list[Step]:
    """Return the entries of a step: one, or one per element once there are any."""
    items = situation.incident.spreads.get(step.id, ())
    if not items:
        return [situation.incident.step(step.id)]
    return [situation.incident.step(instance_id(step.id, number + 1)) for number in range(len(items))]


def verdict(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    """Return whether a step instance that has not begun may begin now."""
    for judge in (_needs, _handled, _condition):
        found = judge(situation, step, instance)
        if found is not GO:
            return found
    return GO


def settled(situation: Situation, step: StepPlan) -> bool:
    """Return whether every instance of a step has ended."""
    return all(entry.status in SETTLED for entry in instances(situation, step))


def holds(situation: Situation, step: StepPlan) -> bool:
    """Return whether a step keeps its phase from settling."""
    if step.follow_up:
        return False
    return any(
        entry.status not in SETTLED and not _waits_for_the_unknown(situation, step, entry)
        for entry in instances(situation, step)
    )


def unknown(situation: Situation, step: StepPlan, entry: Step) -> str:
    """Return what a waiting step reads that is not known, empty when that is not why it waits."""
    if entry.status is not StepStatus.WAITING:
        return ""
    found = verdict(situation, step, entry.id)
    return found.because if found.word == "unknown" else ""


def _waits_for_the_unknown(situation: Situation, step: StepPlan, entry: Step) -> bool:
    return bool(unknown(situation, step, entry))


def _needs(situation: Situation, step: StepPlan, _: str) -> Verdict:
    waiting = False
    for need in step.needs:
        target = situation.plan.step_at(need.step)
        if not settled(situation, target):
            waiting = True
        elif not need.any_end and (bad := _unmet(situation, need)):
            return Verdict("block", f"{need.step} is {bad}")
    return WAIT if waiting else GO


def _unmet(situation: Situation, need: Need) -> str:
    target = situation.plan.step_at(need.step)
    for entry in instances(situation, target):
        if entry.status in SATISFIES:
            continue
        if entry.status is StepStatus.FAILED and target.on_failure is OnFailure.CONTINUE:
            continue
        return entry.status.value
    return ""


def _handled(situation: Situation, step: StepPlan, _: str) -> Verdict:
    if not step.handler_for:
        return GO
    watched = [situation.plan.step_at(name) for name in step.handler_for]
    if any(entry.status is StepStatus.FAILED for target in watched for entry in instances(situation, target)):
        return GO
    return Verdict("skip", "nothing it handles has failed") if all(settled(situation, w) for w in watched) else WAIT


def _condition(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    if step.when is None or (_reads_item(step) and instance_number(instance) is None):
        return GO
    try:
        holds_true = step.when.evaluate(situation.names_for(instance))
    except UnknownValueError as unknown_value:
        return Verdict("unknown", str(unknown_value.reference))
    except ExpressionError as error:
        return Verdict("fail", f"its condition cannot be worked out: {error.message}")
    return GO if holds_true is True else Verdict("skip", f"its condition is not true: {step.when.source}")


def _reads_item(step: StepPlan) -> bool:
    return step.when is not None and any(read.root == "item" for read in step.when.reads)


def may_revive(situation: Situation, step: StepPlan, entry: Step) -> bool:
    """Return whether what kept a skipped or blocked step from beginning is no longer so."""
    if entry.status not in NOT_BEGUN or entry.by_hand:
        return False
    return verdict(situation, step, entry.id).word == "go"
