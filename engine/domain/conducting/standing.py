"""Where a step stands towards the others: may it begin, is it held, is it settled?

Rules kept here (design section 3, semantics 2 to 5): a need is met by done and skipped, or by any end where
the playbook says so; a failure under `on_failure: continue` meets it too. A condition that reads what is not
known keeps its step waiting, and such a step holds no gate. A step done once per element has settled when
every element has, or when its `join` is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.conducting.joining import ENOUGH, Joined, joined, missed_because
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.incident import instance_number
from engine.domain.lifecycle import NOT_BEGUN, SATISFIES, SETTLED, StepStatus
from engine.domain.plan import OnFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a step may begin: `go`, `wait`, `unknown` (what it reads is not known), `skip`, `block` or `fail`."""

    word: str
    because: str = ""


GO = Verdict("go")
WAIT = Verdict("wait")


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


def verdict(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    """Return whether a step instance that has not begun may begin now."""
    for judge in (_enough, _needs, _handled, _condition):
        found = judge(situation, step, instance)
        if found is not GO:
            return found
    return GO


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


def holds(situation: Situation, step: StepPlan) -> bool:
    """Return whether a step keeps its phase from settling."""
    if step.follow_up or join_of(situation, step) in (Joined.ENOUGH, Joined.MISSED):
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


def _enough(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    if instance_number(instance) is not None and join_of(situation, step) is Joined.ENOUGH:
        return Verdict("skip", ENOUGH)
    return GO


def _needs(situation: Situation, step: StepPlan, _: str) -> Verdict:
    waiting = False
    for need in step.needs:
        target = situation.plan.step_at(need.step)
        if not settled(situation, target):
            waiting = True
        elif not need.any_end and (bad := unmet(situation, target)):
            return Verdict("block", f"{need.step} is {bad}")
    return WAIT if waiting else GO


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


def _handled(situation: Situation, step: StepPlan, _: str) -> Verdict:
    if not step.handler_for:
        return GO
    watched = [situation.plan.step_at(name) for name in step.handler_for]
    if any(failed(situation, target) for target in watched):
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
