"""Every obstacle to a migration, by the name of its rule.

Rules kept here: what does not fit is named whole, all at once; a rule is one function and one entry in `RULES`; another
playbook is another incident and is not looked at further. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.mapping.answers import answers, facts, openness
from engine.domain.mapping.change import Change, Obstacle
from engine.domain.mapping.steps import approval, called, changed, elements, gone, kept, moments, written_out
from engine.domain.mapping.views import heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def obstacles(change: Change) -> list[Obstacle]:
    """Return everything that does not fit, in the order of the rules; another playbook is not looked at further."""
    if change.new.playbook != change.old.playbook:
        return list(another_playbook(change))
    return [found for rule in RULES.values() for found in rule(change)]


def forgotten(change: Change) -> list[str]:
    """Return the steps whose entries are dropped: those that go, and those whose elements are to be counted anew."""
    lost = [name for name in change.ids() if change.new.find_step(name) is None]
    respread = [
        step.id
        for step, after, entries in change.steps()
        if step.for_each != after.for_each and (entries or step.id in change.incident.spreads)
    ]
    return [*lost, *respread]


def another_playbook(change: Change) -> Iterator[Obstacle]:
    """Yield that an incident stays with its playbook."""
    why = f"the incident follows {change.old.playbook}; another playbook is another incident"
    yield Obstacle("another_playbook", f"playbook {change.new.playbook}", why)


def same(change: Change) -> Iterator[Obstacle]:
    """Yield that there is nothing to go over to."""
    if change.new.digest == change.old.digest:
        yield Obstacle("same", f"version {change.new.version}", "the incident follows exactly this text already")


def roles(change: Change) -> Iterator[Obstacle]:
    """Yield the roles that would go while something is asked of them."""
    asked = {role for ask in change.incident.asks.values() if ask.open for role in ask.by}
    for role in sorted(asked & set(change.old.roles) - set(change.new.roles)):
        yield Obstacle("role_gone", f"role {role}", "it is asked for something now")


def phases(change: Change) -> Iterator[Obstacle]:
    """Yield the phases that would go although they have opened."""
    there = {phase.id for phase in change.new.phases}
    for phase in change.incident.phases:
        if phase not in there:
            yield Obstacle("phase_gone", f"phase {phase}", "it has opened, and what has opened stays open")


RULES: Mapping[str, Callable[[Change], Iterator[Obstacle]]] = {
    "same": same,
    "openness": openness,
    "step_gone": gone,
    "step_changed": changed,
    "elements": elements,
    "written_out": written_out,
    "approval": approval,
    "answered": answers,
    "heard": heard,
    "kept": kept,
    "called": called,
    "moment": moments,
    "role_gone": roles,
    "phase_gone": phases,
    "input": facts,
}
"""The rules by name; a new one is a function and a line here."""
