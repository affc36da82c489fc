"""Whether a step that has not begun may begin now, and whether one keeps its phase from settling.

Rules kept here (design section 3, semantics 2 to 5; docs/adr/0024-how-a-step-ended.md): what a step reads and is not
known yet keeps it waiting, and such a step holds no gate; a wait does, since that is what it is for. What a step reads
of another that failed, was declined or is blocked blocks it, until that one is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.conducting.joining import ENOUGH, Joined
from engine.domain.conducting.reading import missing, never_known
from engine.domain.conducting.standing import failed, instances, join_of, settled, unmet
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.incident import instance_number
from engine.domain.lifecycle import NOT_BEGUN, SETTLED, StepStatus
from engine.domain.plan import StepKind

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Situation
    from engine.domain.expressions import Reference
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a step may begin: `go`, `wait`, `unknown` (what it reads is not known), `skip`, `block` or `fail`."""

    word: str
    because: str = ""
    reads: str = ""
    """What it reads, where that is why it does not begin."""


GO = Verdict("go")
WAIT = Verdict("wait")


def verdict(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    """Return whether a step instance that has not begun may begin now."""
    for judge in (_enough, _needs, _handled, _condition, _given):
        found = judge(situation, step, instance)
        if found is not GO:
            return found
    return GO


def holds(situation: Situation, step: StepPlan) -> bool:
    """Return whether a step keeps its phase from settling."""
    if step.follow_up or join_of(situation, step) in (Joined.ENOUGH, Joined.MISSED):
        return False
    return any(
        entry.status not in SETTLED and not unknown(situation, step, entry) for entry in instances(situation, step)
    )


def unknown(situation: Situation, step: StepPlan, entry: Step) -> str:
    """Return what a waiting step reads that is not known, empty when that is not why it waits."""
    if entry.status is not StepStatus.WAITING:
        return ""
    found = verdict(situation, step, entry.id)
    return found.reads if found.word == "unknown" else ""


def never_said(situation: Situation, step: StepPlan, entry: Step) -> str:
    """Return what a blocked step reads that is not known any more, empty when that is not why it is blocked."""
    if entry.status is not StepStatus.BLOCKED:
        return ""
    found = verdict(situation, step, entry.id)
    return found.reads if found.word == "block" else ""


def may_revive(situation: Situation, step: StepPlan, entry: Step) -> bool:
    """Return whether what kept a skipped or blocked step from beginning is no longer so."""
    if entry.status not in NOT_BEGUN or entry.by_hand:
        return False
    found = verdict(situation, step, entry.id)
    waits_again = entry.status is StepStatus.BLOCKED and found.word == "unknown"
    return found.word == "go" or waits_again


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
        return _unread(situation, unknown_value.reference, instance)
    except ExpressionError as error:
        return Verdict("fail", f"its condition cannot be worked out: {error.message}")
    return GO if holds_true is True else Verdict("skip", f"its condition is not true: {step.when.source}")


def _given(situation: Situation, step: StepPlan, instance: str) -> Verdict:
    read = missing(situation, step, instance)
    if read is None:
        return GO
    found = _unread(situation, read, instance)
    return GO if found.word == "unknown" and step.kind is StepKind.WAIT and step.for_each is None else found


def _unread(situation: Situation, read: Reference, instance: str) -> Verdict:
    never = never_known(situation, read, instance)
    return Verdict("block", never, str(read)) if never else Verdict("unknown", str(read), str(read))


def _reads_item(step: StepPlan) -> bool:
    return step.when is not None and any(read.root == "item" for read in step.when.reads)
