"""What people may say of a called playbook and of the steps in it.

Rules kept here: a step inside a call is there once the call has begun, and not before; trying a call again tries what
went wrong inside it; a call is taken back step by step, since each of its steps is undone by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.lifecycle import StepStatus
from engine.domain.naming import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan

WENT_WRONG = frozenset({StepStatus.FAILED, StepStatus.DECLINED})


def step_there(plan: Plan, incident: Incident, name: str) -> StepPlan | None:
    """Return the step of a name that people use; None when there is none, or what would call it has not begun."""
    return plan.find_step(name) if known_call(incident, name) else None


def known_call(incident: Incident, fact: str) -> bool:
    """Return whether the call to which something was given has begun; the incident's own facts need none."""
    scope = scope_of(fact)
    return not scope or incident.step(scope).opened


def steps_there(plan: Plan, incident: Incident, name: str) -> Mapping[str, object]:
    """Return the names that somebody may have meant: in the same call, else in the incident's own playbook."""
    scope = scope_of(name)
    calling = step_there(plan, incident, scope) if scope else None
    if calling is None or calling.call is None or not incident.step(scope).opened:
        return plan.steps
    return {f"{scope}/{step}": inner for step, inner in calling.call.steps.items()}


def take_inside(
    plan: Plan, incident: Incident, command: cmd.AnyCommand, stamp: Mapping[str, str]
) -> tuple[InputEvent, ...] | Refusal | None:
    """Return what an order to a call that has begun comes to inside it; None when it is about the call alone."""
    match command:
        case cmd.RetryStep(step=call) | cmd.ResolveStep(step=call, outcome="retry") if incident.step(call).opened:
            tried = tuple(_went_wrong(plan, incident, call))
            return tuple(ev.RetryOrdered(step=step, reason=command.reason, **stamp) for step in tried) or None
        case cmd.UndoStep(step=call) if incident.step(call).opened:
            return _refuses_undo(plan, incident, call)
        case _:
            return None


def _went_wrong(plan: Plan, incident: Incident, call: str) -> Iterator[str]:
    return (entry.id for step, entry in _inside(plan, incident, call) if entry.status in WENT_WRONG and not step.call)


def _refuses_undo(plan: Plan, incident: Incident, call: str) -> Refusal:
    undoable = [
        entry.id
        for step, entry in _inside(plan, incident, call)
        if entry.status is StepStatus.DONE and step.undo is not None and step.undo.action is not None
    ]
    hint = f"One by one: {', '.join(reversed(undoable))}." if undoable else "Nothing in it can be taken back."
    return Refusal("no_undo", f"{call} is taken back step by step.", hint)


def _inside(plan: Plan, incident: Incident, call: str) -> Iterator[tuple[StepPlan, Step]]:
    called = plan.step_at(call).call
    for inner in called.steps if called else ():
        for name in incident.instances(f"{call}/{inner}"):
            entry = incident.step(name)
            yield plan.step_at(name), entry
            if entry.opened:
                yield from _inside(plan, incident, name)
