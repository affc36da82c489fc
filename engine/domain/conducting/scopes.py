"""What a step calls, as a scope of the same incident: it is given its inputs, its steps are followed, it gives back.

Rules kept here (docs/adr/0017-call.md): what a called playbook is given is written out once, and typed by its own
inputs; an input that may be left out is, while nothing is known of it. A call has ended when none of its steps is still
awaited: done when nothing in it failed, was declined or is blocked, else failed. When one of its steps is tried again
afterwards, it is awaited again. A call settles only on a state in which no step still changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.conducting import judging, standing
from engine.domain.conducting.reading import given
from engine.domain.conducting.situation import digest_of
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.fields import FieldError
from engine.domain.lifecycle import SETTLED, StepStatus
from engine.domain.values import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event, Json
    from engine.domain.incident import Step
    from engine.domain.plan import Plan, StepPlan


def write_out(situation: Situation, step: StepPlan, called: Plan, entry: Step) -> Iterator[Event]:
    """Yield what a called playbook is given, typed; nothing while something that it must be given is not known."""
    handed: dict[str, Json] = {}
    for name, spec in called.inputs.items():
        try:
            value = given(situation, step.with_, spec, entry.id)
        except UnknownValueError:
            return
        except (ExpressionError, FieldError):
            yield ev.StepFailed(step=entry.id, because=f"what it is given as {name} does not fit")
            return
        if value is not None:
            handed[name] = encode(value)
    yield ev.StepPrepared(step=entry.id, digest=digest_of(handed), params=handed, authors=situation.authors(step))


def call_begins(step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield that a called playbook begins."""
    if step.call is not None:
        yield ev.CallBegan(step=entry.id, playbook=step.call.playbook, playbook_version=step.call.version)


def resumed(situation: Situation, step: StepPlan, entry: Step) -> Iterator[Event]:
    """Yield that a call which had failed goes on, since one of its steps was given another try."""
    if entry.opened and any(judging.holds(situation, inner) for inner in situation.inside(entry.id)):
        yield from call_begins(step, entry)


def decide_calls(situation: Situation) -> Iterator[Event]:
    """Yield the calls that end now, and what they give back."""
    for step in situation.steps:
        for entry in standing.instances(situation, step) if step.call is not None else ():
            if entry.status is StepStatus.AWAITING_STEPS and step.call is not None:
                yield from _ended(situation, step.call, entry)


def _ended(situation: Situation, called: Plan, entry: Step) -> Iterator[Event]:
    inside = list(situation.inside(entry.id))
    if any(judging.holds(situation, inner) for inner in inside):
        return
    bad = next((inner for inner in inside if not inner.follow_up and _went_wrong(situation, inner)), None)
    if bad is not None:
        yield ev.StepFailed(step=entry.id, because=f"{bad.id} is {standing.unmet(situation, bad)}")
        return
    output: dict[str, Json] = {}
    for name, output_plan in called.outputs.items():
        try:
            output[name] = encode(output_plan.value.evaluate(situation.names_in(entry.id)))
        except UnknownValueError:
            continue
        except ExpressionError:
            yield ev.StepFailed(step=entry.id, because=f"what it gives back as {name} cannot be worked out")
            return
    yield ev.StepDone(step=entry.id, output=output)


def _went_wrong(situation: Situation, step: StepPlan) -> bool:
    """Return whether a step ended so that what needs it cannot go on; one that waits for the unknown has not ended."""
    ended = all(entry.status in SETTLED for entry in standing.instances(situation, step))
    return (ended or standing.settled(situation, step)) and bool(standing.unmet(situation, step))
