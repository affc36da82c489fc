"""A plan as plain data: phases, steps in an order that respects what they need, and who does each.

Rules kept here: keys are stable, programs read them; all that a step says is in it; nothing is guessed: with inputs, a
condition is worked out as far as those inputs decide it, and `runs` stays null where more must be known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.domain.declaring import accepted_inputs
from engine.domain.expressions import Expression, ExpressionError
from engine.domain.fields import Now
from engine.domain.plan import Gate, PhasePlan, Plan, StepPlan
from engine.domain.values import Instant, Value, plain
from engine.entrypoints.cli.footprint import footprint
from engine.entrypoints.cli.outline_parts import (
    approve,
    clocks,
    consult,
    field,
    holding,
    kept,
    names,
    repeat,
    retry,
    seconds,
    wait,
    way_back,
)
from engine.ports.people import People

OPENS: Final = {
    Gate.NOW: "at once",
    Gate.CONTAINED: "when the incident is contained",
    Gate.RESOLVED: "when the incident is resolved",
}


def accepted(plan: Plan, given: Mapping[str, Value], *, now: Instant) -> Mapping[str, Value]:
    """Return the inputs typed, with defaults that are no moment; raise `InputError` naming all that do not fit."""
    found = accepted_inputs(plan, given, names=given, zone=None, now=now)
    defaults = {name: spec.default for name, spec in plan.inputs.items() if not isinstance(spec.default, Now)}
    return {**{name: value for name, value in defaults.items() if value is not None}, **found}


def outline(plan: Plan, *, people: People | None, inputs: Mapping[str, Value] | None) -> dict[str, Any]:
    """Return the whole plan; without `people` nobody is named, without `inputs` no condition is worked out."""
    phases = [_phase(plan, phase, people=people, inputs=inputs) for phase in plan.phases]
    return {
        "playbook": plan.playbook,
        "version": plan.version,
        "title": plan.title,
        "digest": plan.digest,
        "description": plan.description,
        "sensitivity": plan.sensitivity.value,
        "inputs": [{**field(spec), "given": _given(spec.name, inputs)} for spec in plan.inputs.values()],
        "roles": [
            {
                "id": role.id,
                "title": role.title,
                "required": role.required,
                "else": role.fallback,
                "people": names(role.id, people),
            }
            for role in plan.roles.values()
        ],
        "separation": [{"roles": list(kept.roles), "why": kept.why} for kept in plan.separation],
        "phases": phases,
        "deadlines": list(plan.deadlines),
        "outputs": [{**field(found.spec), "from": found.value.source} for found in plan.outputs.values()],
        "controls": [
            {
                "id": control.id,
                "title": control.title,
                "standard": control.standard,
                "steps": [step.id for step in plan.steps.values() if control.id in step.controls],
            }
            for control in plan.controls.values()
        ],
        "leaves": footprint(phases, deadlines=plan.every_deadline()),
    }


def _phase(
    plan: Plan, phase: PhasePlan, *, people: People | None, inputs: Mapping[str, Value] | None
) -> dict[str, Any]:
    opens = f"when {' and '.join(phase.after)} settled" if phase.gate is Gate.AFTER else OPENS[phase.gate]
    steps = [plan.steps[step] for step in _ordered(phase, plan)]
    return {
        "id": phase.id,
        "opens": opens,
        "steps": [_step(plan, step, people=people, inputs=inputs) for step in steps],
    }


def _call(plan: Plan, step: StepPlan, people: People | None) -> dict[str, Any] | None:
    """Return what a step calls; nothing in it is worked out, since its inputs are known when it begins."""
    if step.call is None:
        return None
    ordered = (plan.step_at(f"{step.id}/{inner}") for phase in step.call.phases for inner in _ordered(phase, step.call))
    return {
        "playbook": step.call.playbook,
        "version": step.call.version,
        "title": step.call.title,
        "sensitivity": step.call.sensitivity.value,
        "outputs": list(step.call.outputs),
        "steps": [_step(plan, inner, people=people, inputs=None) for inner in ordered],
    }


def _step(plan: Plan, step: StepPlan, *, people: People | None, inputs: Mapping[str, Value] | None) -> dict[str, Any]:
    return {
        "id": step.id,
        "kind": step.kind.value,
        "title": step.title,
        "why": step.why,
        "instructions": step.instructions,
        "needs": [{"step": need.step, "any_end": need.any_end} for need in step.needs],
        "when": step.when.source if step.when else None,
        "runs": _runs(step, inputs),
        "for_each": step.for_each.source if step.for_each else None,
        "times": _times(step, inputs),
        "max_parallel": step.max_parallel,
        "enough": step.enough,
        "who": holding(step.by, people),
        "form": [field(spec) for spec in step.form.values()],
        "action": step.action,
        "with": step.with_.source if step.with_ else None,
        "wait": wait(step),
        "call": _call(plan, step, people),
        "reach": step.traits.reach.value if step.traits else None,
        "repeat": repeat(step),
        "consult": consult(step, people),
        "approve": approve(step, people),
        "due": step.due.text if step.due else None,
        "timeout": seconds(step.timeout),
        "retry": retry(step),
        "on_failure": list(step.handlers) or step.on_failure.value,
        "handler_for": list(step.handler_for),
        "undo": step.undo is not None and step.undo.action is not None,
        "way_back": way_back(step),
        "keep": [kept(name, plan) for name, plan in step.keep.items()],
        "tickets": step.tickets.value,
        "starts": [regime for start in step.starts for regime in start.regimes],
        "clocks": clocks(step),
        "stops": list(step.stops),
        "fulfilled": step.fulfilled or None,
        "controls": list(step.controls),
        "marks": step.marks,
        "follow_up": step.follow_up,
        "sensitivity": step.sensitivity.value,
        "line": step.line,
    }


def _ordered(phase: PhasePlan, plan: Plan) -> list[str]:
    """Return the steps of a phase so that each comes after what it needs, else in the file's order."""
    left = list(phase.steps)
    ordered: list[str] = []
    while left:
        free = (step for step in left if not _before(plan.steps[step]) & set(left))
        # A graph without cycles always has one; a plan is never made of anything else.
        ordered.append(next(free, left[0]))
        left.remove(ordered[-1])
    return ordered


def _before(step: StepPlan) -> set[str]:
    return {need.step for need in step.needs} | set(step.handler_for)


def _runs(step: StepPlan, inputs: Mapping[str, Value] | None) -> bool | None:
    if inputs is None or step.when is None:
        return None if inputs is None else True
    value = _known(step.when, inputs)
    return value if isinstance(value, bool) else None


def _times(step: StepPlan, inputs: Mapping[str, Value] | None) -> int | None:
    if inputs is None or step.for_each is None:
        return None
    value = _known(step.for_each, inputs)
    return len(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def _known(expression: Expression, inputs: Mapping[str, Value]) -> Value:
    try:
        return expression.evaluate({"inputs": dict(inputs)})
    except ExpressionError:
        return None


def _given(name: str, inputs: Mapping[str, Value] | None) -> Any:  # noqa: ANN401 JSON of any shape
    return None if inputs is None or name not in inputs else plain(inputs[name])
