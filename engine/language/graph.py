"""What waits for what: needs, look-ups, failure handlers and the gates of phases, as one graph.

Rules kept here: contain, legal and communicate open at once, harden once contained, review once resolved, and `after`
says otherwise; the gate of harden waits for the step that marks `contained`, or for its phase; a follow-up holds no
gate; a look-up that only asks whether something is defined waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from engine.domain.kinds import Gate
from engine.domain.playbook import PhaseModel
from engine.language.context import Context, Step


def gate_of(phase: str, model: PhaseModel, *, present: Mapping[str, PhaseModel]) -> tuple[Gate, tuple[str, ...]]:
    """Return what opens a phase, and for `Gate.AFTER` the phases that must have settled."""
    if model.after is not None:
        return (Gate.AFTER, tuple(model.after)) if model.after else (Gate.NOW, ())
    if phase == "harden" and "contain" in present:
        return Gate.CONTAINED, ()
    if phase == "review" and len(present) > 1:
        return Gate.RESOLVED, ()
    return Gate.NOW, ()


def find_cycle(context: Context) -> list[str]:
    """Return the steps and phases of one circle of waiting, first again at the end; empty when there is none."""
    try:
        TopologicalSorter(_graph(context)).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return list(reversed(cycle))
    return []


def before(context: Context, step: Step) -> set[str]:
    """Return the ids of all steps that have settled before one step begins, gates left out."""
    found: set[str] = set()
    pending = list(context.waits[step.loc])
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(context.waits[context.by_id[name].loc])
    return found


def _graph(context: Context) -> dict[str, set[str]]:
    phases = context.playbook.phases.present()
    graph: dict[str, set[str]] = {}
    for name, model in phases.items():
        gate, after = gate_of(name, model, present=phases)
        graph[_gate(name)] = set(_holding(context, name, gate=gate, after=after))
    for step in context.steps:
        edges = graph.setdefault(step.id, set())
        edges.add(_gate(step.phase))
        edges.update(context.waits[step.loc])
        for handler in step.model.on_failure:
            if handler in context.by_id and handler != step.id:
                graph.setdefault(handler, set()).add(step.id)
    return graph


def _holding(context: Context, phase: str, *, gate: Gate, after: tuple[str, ...]) -> Iterator[str]:
    if gate is Gate.CONTAINED:
        marking = [step.id for step in context.steps if step.model.marks == "contained"]
        yield from marking or _members(context, ("contain",))
    elif gate is Gate.RESOLVED:
        yield from _members(context, tuple(name for name in context.playbook.phases.present() if name != phase))
    else:
        yield from _members(context, after)


def _members(context: Context, phases: tuple[str, ...]) -> Iterator[str]:
    return (step.id for step in context.steps if step.phase in phases and not step.model.follow_up)


def _gate(phase: str) -> str:
    return f"phase {phase}"
