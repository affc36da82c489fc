"""A plan: a playbook compiled, checked and ready to be followed. Pure values, nothing optional left to guess.

Rules kept here: a plan is made only by `engine.language.compile`; it never changes; everything the engine
needs to decide what comes next is in it, so that the engine reads no YAML. `steps` keeps the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain.kinds import ANSWER, PHASES, WHY, Gate, OnFailure, Reach, StepKind, Tickets
from engine.domain.pacing import ONCE, Due, RepeatPlan, RetryPlan, WaitPlan
from engine.domain.sensitivity import Sensitivity, most
from engine.domain.traits import ActionTraits, UndoPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.catalogs import Control, Regime
    from engine.domain.clocks import StartPlan
    from engine.domain.expressions import Expression, Template
    from engine.domain.fields import FieldSpec
    from engine.domain.keeping import KeepPlan
    from engine.domain.plan_people import ConsultPlan, SeparationPlan

__all__ = [
    "ANSWER",
    "PHASES",
    "WHY",
    "ActionTraits",
    "Due",
    "Gate",
    "OnFailure",
    "Reach",
    "RepeatPlan",
    "RetryPlan",
    "Sensitivity",
    "StepKind",
    "Tickets",
    "UndoPlan",
    "WaitPlan",
]
"""Words of a plan that are defined elsewhere."""


@dataclass(frozen=True, slots=True)
class Need:
    """A step that must have settled first; `any_end` accepts every end, else only done and skipped."""

    step: str
    any_end: bool = False


@dataclass(frozen=True, slots=True)
class EscalatePlan:
    """After how long without an approval these roles may give it too."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovePlan:
    """Who must approve what exactly, and how many distinct people."""

    by: tuple[str, ...]
    quorum: int = 1
    expires: timedelta | None = None
    exact_text: bool = False
    asks_again: bool = False
    """Whether an approval that expires is asked for again; else it counts as declined."""
    escalate: EscalatePlan | None = None
    break_glass: timedelta | None = None
    """After how long somebody may go ahead alone; None: nobody ever does."""


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step, compiled."""

    id: str
    phase: str
    kind: StepKind
    title: str
    why: str = ""
    instructions: str = ""
    """The text of `task:` or `decision:`."""
    needs: tuple[Need, ...] = ()
    when: Expression | None = None
    for_each: Expression | None = None
    max_parallel: int | None = None
    enough: int | None = None
    """How many elements must be done for the step to count as done; None: none may fail."""
    owner: str | None = None
    """The role that does a task."""
    by: tuple[str, ...] = ()
    """The roles that may answer a decision; a task's owner is its only entry."""
    form: Mapping[str, FieldSpec] = field(default_factory=dict)
    consult: ConsultPlan | None = None
    due: Due | None = None
    starts: tuple[StartPlan, ...] = ()
    stops: tuple[str, ...] = ()
    """The stages of regimes that it fulfils: then its due time is law, and nobody moves it."""
    fulfilled: str = ""
    """The field of its form that says when they were."""
    timeout: timedelta | None = None
    retry: RetryPlan = ONCE
    repeat: RepeatPlan | None = None
    approve: ApprovePlan | None = None
    on_failure: OnFailure = OnFailure.BLOCK
    handlers: tuple[str, ...] = ()
    """Steps that run only when this one failed (`on_failure: [a, b]`)."""
    handler_for: tuple[str, ...] = ()
    """Steps of which this is a handler; such a step waits until one of them has failed."""
    undo: UndoPlan | None = None
    keep: Mapping[str, KeepPlan] = field(default_factory=dict)
    closed: Mapping[str, Sensitivity] = field(default_factory=dict)
    """The keys of `with` that something restricted flows into."""
    marks: str | None = None
    controls: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    follow_up: bool = False
    tickets: Tickets = Tickets.READY
    action: str | None = None
    with_: Template | None = None
    traits: ActionTraits | None = None
    wait: WaitPlan | None = None
    call: Plan | None = None
    """The playbook that is run inside this one."""
    line: int = 0

    def sensitivity_of(self, name: str) -> Sensitivity:
        """Return who may see one value of its output."""
        given = self.call.outputs.get(name) if self.call is not None else None
        known = self.form.get(name) or self.keep.get(name) or (given.spec if given is not None else None)
        own = known.sensitivity if known is not None else Sensitivity.INTERNAL
        if self.call is not None:
            # What is done inside is kept as closely as the playbook that does it, so what comes out of it is too.
            return most((self.sensitivity, self.call.sensitivity, own))
        return self.sensitivity if own is Sensitivity.INTERNAL else own

    @property
    def lawful(self) -> bool:
        """Whether the law sets its due time."""
        return self.due is not None and self.due.law

    @property
    def human(self) -> bool:
        """Whether a person does this step."""
        return self.kind in (StepKind.TASK, StepKind.DECISION)

    def within(self, call: StepPlan, *, scope: str) -> StepPlan:
        """Return this step of a called playbook as it stands in the incident; `scope` names the instance that calls."""
        called = call.call.sensitivity if call.call else Sensitivity.INTERNAL
        sensitivity = most((self.sensitivity, call.sensitivity, called))
        return replace(
            self,
            id=f"{scope}/{self.id}",
            phase=call.phase,
            form=_raised(self.form, sensitivity),
            sensitivity=sensitivity,
            follow_up=self.follow_up or call.follow_up,
            needs=tuple(replace(need, step=f"{scope}/{need.step}") for need in self.needs),
            handlers=tuple(f"{scope}/{step}" for step in self.handlers),
            handler_for=tuple(f"{scope}/{step}" for step in self.handler_for),
        )


@dataclass(frozen=True, slots=True)
class RolePlan:
    """A role of the playbook; `fallback` is its `else`."""

    id: str
    title: str
    required: bool = False
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A phase, what opens it, and its steps in order."""

    id: str
    gate: Gate
    after: tuple[str, ...] = ()
    """For `Gate.AFTER`: the phases that must have settled."""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """What a playbook gives back to the one that calls it, and where that is from."""

    spec: FieldSpec
    value: Expression


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole playbook, compiled. `digest` is the SHA-256 of the file's bytes, in hexadecimal."""

    playbook: str
    version: int
    title: str
    description: str
    digest: str
    inputs: Mapping[str, FieldSpec]
    roles: Mapping[str, RolePlan]
    phases: tuple[PhasePlan, ...]
    steps: Mapping[str, StepPlan]
    deadlines: tuple[str, ...] = ()
    regimes: Mapping[str, Regime] = field(default_factory=dict)
    """What is known of each of them."""
    controls: Mapping[str, Control] = field(default_factory=dict)
    """Those that its steps give evidence for."""
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    separation: tuple[SeparationPlan, ...] = ()

    outputs: Mapping[str, OutputPlan] = field(default_factory=dict)
    ends_read: frozenset[str] = frozenset()
    """The steps of which an expression reads how they ended."""
    _called: dict[str, StepPlan] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Steps of called playbooks by their path, each worked out once."""

    def step_at(self, instance: str) -> StepPlan:
        """Return the step of an instance, `takedown[2]/draft` from the playbook that is called; it must be there."""
        found = self.find_step(instance)
        if found is None:
            raise KeyError(instance)
        return found

    def find_step(self, instance: str) -> StepPlan | None:
        """Return the step of an instance; None when no playbook has it."""
        scope, slash, last = instance.rpartition("/")
        step = last.partition("[")[0]
        if not slash:
            return self.steps.get(step)
        name = f"{scope}/{step}"
        if name not in self._called:
            calling = self.find_step(scope)
            inner = calling.call.steps.get(step) if calling and calling.call else None
            if calling is None or inner is None:
                return None
            self._called[name] = inner.within(calling, scope=scope)
        return self._called[name]

    def every_step(self) -> Iterator[StepPlan]:
        """Yield every step, and behind each call those of what it calls."""
        for step in self.steps.values():
            yield step
            if step.call is not None:
                yield from step.call.every_step()

    def every_deadline(self) -> tuple[str, ...]:
        """Return the regimes whose deadlines may apply: its own, then those that only what it calls names."""
        called = (regime for step in self.every_step() if step.call for regime in step.call.deadlines)
        return tuple(dict.fromkeys((*self.deadlines, *called)))

    def placed_steps(self) -> Iterator[StepPlan]:
        """Yield every step as it stands in the incident: inside a call by its path, without the number of the call."""
        for step in self.steps.values():
            yield from self._placed(step)

    def _placed(self, step: StepPlan) -> Iterator[StepPlan]:
        yield step
        for inner in step.call.steps if step.call is not None else ():
            yield from self._placed(self.step_at(f"{step.id}/{inner}"))

    def find_input(self, name: str) -> FieldSpec | None:
        """Return an input, `takedown[2]/url` of the playbook that is called; None when there is none."""
        scope, _, local = name.rpartition("/")
        calling = self.find_step(scope) if scope else None
        inputs = calling.call.inputs if calling and calling.call else {} if scope else self.inputs
        return inputs.get(local)

    def phase(self, phase_id: str) -> PhasePlan:
        """Return the phase of that id."""
        return next(phase for phase in self.phases if phase.id == phase_id)


def _raised(form: Mapping[str, FieldSpec], least: Sensitivity) -> Mapping[str, FieldSpec]:
    """Return a form whose fields are at least as sensitive as the step around them."""
    return {name: replace(spec, sensitivity=most((spec.sensitivity, least))) for name, spec in form.items()}
