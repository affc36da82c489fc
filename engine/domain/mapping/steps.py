"""What steps keep when a running incident goes over to another version.

Rules kept here: what has begun keeps its kind, its phase, its action and its elements, and stays in the playbook; what
is written out or waits for approval keeps every byte and whoever approves it; what nobody has touched may change in any
way, or go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.kinds import StepKind
from engine.domain.lifecycle import StepStatus
from engine.domain.mapping.change import ANSWERED, UNDER_WAY, Change, Obstacle, entries_of, listed, touched
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterator


def gone(change: Change) -> Iterator[Obstacle]:
    """Yield the steps that would go although they were touched, or something that few may see was said of them."""
    for name in change.ids():
        step = change.old.find_step(name)
        if step is None or change.new.find_step(name) is not None:
            continue
        why = touched(change.incident, step.id)
        if not why and step.sensitivity is not Sensitivity.INTERNAL and entries_of(change.incident, step.id):
            why = f"it is {step.sensitivity.value}, and what the timeline says of it stays so only with its step"
        if why:
            yield Obstacle("step_gone", f"step {step.id}", f"{why}, so it stays in the playbook")


def changed(change: Change) -> Iterator[Obstacle]:
    """Yield the steps that would become another thing although they were touched."""
    for step, after, _ in change.steps():
        why = touched(change.incident, step.id)
        different = [key for key in ("kind", "phase", "action") if getattr(step, key) != getattr(after, key)]
        if step.call and after.call and step.call.playbook != after.call.playbook:
            different.append("call")
        if (step.repeat is None) != (after.repeat is None):
            different.append("repeat")
        if why and different:
            yield Obstacle("step_changed", f"step {step.id}", f"{why}, so its {listed(different)} stays")


def elements(change: Change) -> Iterator[Obstacle]:
    """Yield the steps that would be done for another list although they were touched."""
    for step, after, _ in change.steps():
        why = touched(change.incident, step.id)
        if why and step.for_each != after.for_each:
            yield Obstacle("elements", f"step {step.id}", f"{why}, so what it is done for stays")


def written_out(change: Change) -> Iterator[Obstacle]:
    """Yield the steps of which other bytes would be done than were written out."""
    for step, after, entries in change.steps():
        if step.kind is StepKind.ACTION and step.with_ != after.with_ and any(e.status in UNDER_WAY for e in entries):
            why = "what it does is written out, and perhaps approved: let it end, or decline it and retry it afterwards"
            yield Obstacle("written_out", f"step {step.id}", why)
        if step.undo != after.undo and any(e.undo_ordered and e.status is StepStatus.DONE for e in entries):
            yield Obstacle("written_out", f"step {step.id}", "it is being taken back: let that end first")


def approval(change: Change) -> Iterator[Obstacle]:
    """Yield the steps that others would approve while they are being decided."""
    for step, after, entries in change.steps():
        if step.approve != after.approve and any(entry.status in UNDER_WAY for entry in entries):
            yield Obstacle("approval", f"step {step.id}", "who approves what is being decided now stays")


def kept(change: Change) -> Iterator[Obstacle]:
    """Yield the steps of whose result more would be kept than there is."""
    for step, after, entries in change.steps():
        if step.kind is not StepKind.ACTION:
            continue
        begun = [e for e in entries if e.status is StepStatus.DONE or e.status in UNDER_WAY]
        missing = [name for name in after.keep if name not in step.keep]
        if missing and begun:
            why = f"its result is kept without {listed(missing)} from now on: what begins late cannot ask for more"
            yield Obstacle("kept", f"step {step.id}", why)


def called(change: Change) -> Iterator[Obstacle]:
    """Yield the calls under way that would need an input they were not given, and those done that would give more."""
    for step, after, entries in change.steps():
        if step.call is None or after.call is None or not any(entry.began_at for entry in entries):
            continue
        for name, spec in after.call.inputs.items():
            if name not in step.call.inputs and not spec.optional and spec.default is None:
                why = "the playbook it calls is under way with the inputs it was given"
                yield Obstacle("called", f"step {step.id}, input {name}", why)
        done = any(entry.status is StepStatus.DONE for entry in entries)
        for name in after.call.outputs if done else ():
            if name not in step.call.outputs:
                why = "the playbook it called is done and gave what it gave"
                yield Obstacle("called", f"step {step.id}, output {name}", why)


def moments(change: Change) -> Iterator[Obstacle]:
    """Yield the steps whose moment would change after it was set or answered."""
    for step, after, entries in change.steps():
        if step.wait != after.wait and any(entry.status is StepStatus.AWAITING_TIME for entry in entries):
            yield Obstacle("moment", f"step {step.id}", "its moment is set: let it come, or skip the step")
        different = [
            key for key in ("marks", "starts", "stops", "fulfilled") if getattr(step, key) != getattr(after, key)
        ]
        if different and any(entry.status in ANSWERED for entry in entries):
            why = f"it is answered, so what its answer {listed(different)} stays"
            yield Obstacle("moment", f"step {step.id}", why)
