"""What a step reads before it begins, and what of that is not known.

Rules kept here (design section 3, semantics 1 and 3): its list, what it waits for, and what it is given are worked out
when it begins; what of a step is read that has failed, was declined or is blocked is not known any more, until that
step is tried again; what is read of one that was skipped, or did not say it, may be left out by a person.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain.conducting import standing
from engine.domain.expressions import ExpressionError, UnknownValueError, absent
from engine.domain.fields import FieldError, FieldSpec, accept
from engine.domain.incident import instance_number
from engine.domain.lifecycle import SATISFIES
from engine.domain.naming import scope_of
from engine.domain.plan import StepKind
from engine.domain.values import Instant

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Situation
    from engine.domain.expressions import Expression, Reference, Template
    from engine.domain.plan import StepPlan
    from engine.domain.values import Value


def missing(situation: Situation, step: StepPlan, instance: str) -> Reference | None:
    """Return what an instance needs to begin, besides its condition, and is not known; None when there is nothing."""
    source = _source(step, instance)
    if source is None or not source.reads or not absent(source.reads, situation.names_for(instance)):
        return None
    try:
        _work_out(situation, step, source, instance)
    except UnknownValueError as unknown:
        return unknown.reference
    except (ExpressionError, FieldError):
        return None  # it fails for that when it begins
    return None


def never_known(situation: Situation, read: Reference, instance: str) -> str:
    """Return why what an instance reads is not known any more; empty while it may still be."""
    if read.root != "steps":
        return ""
    scope = scope_of(instance)
    name = f"{scope}/{read.path[0]}" if scope else read.path[0]
    target = situation.plan.step_at(name)
    if not standing.settled(situation, target):
        return ""
    states = (entry.status for entry in standing.instances(situation, target))
    bad = next((state for state in states if state not in SATISFIES), None)
    return f"{name} is {bad.value}, so {read} is not known" if bad is not None else ""


def given(situation: Situation, with_: Template | None, spec: FieldSpec, instance: str) -> Value:
    """Return what a call gives to an input of the playbook that it calls, typed."""
    tree = with_.source if with_ is not None else {}
    raw: Value = None
    if with_ is not None and isinstance(tree, dict) and spec.name in tree:
        try:
            rendered = replace(with_, source={spec.name: tree[spec.name]}).render(situation.names_for(instance))
        except UnknownValueError as unknown:
            may_be_left_out = spec.optional or spec.default is not None
            if not may_be_left_out or _may_still_be_known(situation, unknown.reference, scope_of(instance)):
                raise
        else:
            raw = rendered[spec.name] if isinstance(rendered, dict) else None
    return accept(spec, raw, name=spec.name, zone=None, now=Instant(situation.now))


def _source(step: StepPlan, instance: str) -> Expression | Template | None:
    """Return what is worked out when an instance begins."""
    if step.for_each is not None and instance_number(instance) is None:
        return step.for_each
    if step.kind is StepKind.WAIT and step.wait is not None:
        return step.wait.known or step.wait.until
    return step.with_


def _work_out(situation: Situation, step: StepPlan, source: Expression | Template, instance: str) -> None:
    if step.call is not None and source is step.with_:
        for spec in step.call.inputs.values():
            given(situation, step.with_, spec, instance)
    elif source is step.with_ and step.with_ is not None:
        step.with_.render(situation.names_for(instance))
    elif source is not step.with_:
        source.evaluate(situation.names_for(instance))  # type: ignore[union-attr]  # all that is left are expressions


def _may_still_be_known(situation: Situation, read: Reference, scope: str) -> bool:
    """Return whether what is read of a step may still come: not once the step has ended without it."""
    if read.root != "steps":
        return read.root != "inputs"
    name = f"{scope}/{read.path[0]}" if scope else read.path[0]
    return not standing.settled(situation, situation.plan.step_at(name))
