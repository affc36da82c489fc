"""What a rehearsal may name: the steps, inputs and roles of its playbook, in any version it follows, and its cast.

Rule kept here: a name that is not there is told with the nearest that is, or with all there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.domain.fields import FieldSpec
from engine.domain.plan import Plan, StepPlan
from engine.domain.scenario import Scenario
from engine.language.checks import Finding, Findings
from engine.language.document import Loc
from engine.language.shape import did_you_mean

APPROVE, VIEWED, RATIFY = PREFIXES = ("approve/", "view/", "ratify/")
"""What stands before a step in `answers`, where something else than its own question is answered."""


@dataclass(frozen=True, slots=True)
class Written:
    """A rehearsal, the plan of its playbook, and those of other versions by the file that it names."""

    scenario: Scenario
    plan: Plan
    others: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def actors(self) -> frozenset[str]:
        """Return who may be named as somebody who does something: people of the cast, and roles."""
        return frozenset((*self.scenario.cast, *self.roles))

    @property
    def people(self) -> frozenset[str]:
        """Return who takes part, by name; without a cast, everybody is made up and named after a role."""
        made_up = (name for role in self.roles for name in (role, f"{role}.2"))
        return frozenset(self.scenario.cast or made_up)

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles of every version."""
        return frozenset(role for plan in self._plans for role in plan.roles)

    @property
    def steps(self) -> frozenset[str]:
        """Return the steps of every version."""
        return frozenset(step for plan in self._plans for step in plan.steps)

    @property
    def inputs(self) -> Mapping[str, FieldSpec]:
        """Return the inputs of every version."""
        return {name: spec for plan in self._plans for name, spec in plan.inputs.items()}

    def find_step(self, name: str) -> StepPlan | None:
        """Return a step of the version that has it, the first one first."""
        return next((step for plan in self._plans if (step := plan.find_step(name)) is not None), None)

    @property
    def _plans(self) -> tuple[Plan, ...]:
        return (self.plan, *self.others.values())


def step_of(key: str) -> str:
    """Return the step that a key of `answers` means."""
    return next((key.removeprefix(prefix) for prefix in PREFIXES if key.startswith(prefix)), key)


def answered(written: Written, key: str, values: Iterable[str], at: Loc) -> Findings:
    """Yield what is wrong with fields that are filled in for a key of `answers`."""
    step = written.find_step(step_of(key))
    if step is not None:
        yield from among(values, ["view"] if key.startswith(VIEWED) else step.form, f"field of {step.id}", at)


def unasked(written: Written, key: str, at: Loc, *, on_key: bool = False) -> Findings:
    """Yield that nobody is ever asked what a key of `answers` names."""
    name = step_of(key)
    step = written.find_step(name)
    if step is None:
        yield missing(name, written.steps, "step", at, on_key=on_key)
    elif wrong := _unasked(key, step):
        yield Finding(at, wrong, on_key=on_key)


def _unasked(key: str, step: StepPlan) -> str:
    """Return why nobody is ever asked what a key answers, empty when somebody may be."""
    if key.startswith((APPROVE, RATIFY)):
        return "" if step.approve else f"{step.id} is approved by nobody."
    if key.startswith(VIEWED):
        return "" if step.consult else f"Nobody is consulted on {step.id}."
    return "" if step.human else f"Nothing is asked of anybody at {step.id}."


def steps(named: Iterable[str], written: Written, at: Loc) -> Findings:
    """Yield the steps that are not there; of a mapping, each at its key."""
    for number, name in enumerate(named):
        if written.find_step(name) is None:
            yield missing(name, written.steps, "step", (*at, name if name in at else number))


def each(named: Iterable[str], known: Iterable[str], kind: str, at: Loc) -> Findings:
    """Yield the elements of a list that are not known."""
    for number, name in enumerate(named):
        if name not in known:
            yield missing(name, known, kind, (*at, number))


def among(named: Iterable[str], known: Iterable[str], kind: str, at: Loc) -> Findings:
    """Yield the keys of a mapping that are not known."""
    for name in named:
        if name not in known:
            yield missing(name, known, kind, (*at, name), on_key=True)


def one(name: str, known: Iterable[str], kind: str, at: Loc) -> Findings:
    """Yield that a name is not known."""
    if name not in known:
        yield missing(name, known, kind, at)


def missing(name: str, known: Iterable[str], kind: str, at: Loc, *, on_key: bool = False) -> Finding:
    """Return that a name is not there."""
    there = sorted(known)
    hint = did_you_mean(name, there) or f"There are: {', '.join(there) or 'none'}."
    what, _, of = kind.partition(" of ")
    return Finding(at, f"There is no {what} {name}{f' in {of}' if of else ''}.", hint.strip(), on_key)
