"""What every rule looks at: the steps in order, and each expression with what it reads and where it stands.

Rules kept here: everything is worked out once per file, however many rules ask; of two steps with one id the first
counts; an expression that cannot be read is kept as broken, and nothing else is said about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.fields import FieldType
from engine.domain.grammar import IN_RETRY, IN_UNTIL, Comparison, ExpressionError, Reference
from engine.domain.kinds import ANSWER, WHY
from engine.domain.playbook import Playbook, StepModel
from engine.domain.problem import Problem, Severity
from engine.domain.readings import read_expression, read_template
from engine.domain.templates import leaves
from engine.domain.traits import ActionTraits
from engine.language.document import Document, Loc
from engine.language.library import Text


@dataclass(frozen=True, slots=True)
class OutputFacts:
    """What kind of value an action gives under one name."""

    type: FieldType
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What the language knows of an action. `outputs` is None when its result may hold anything.

    `kinds` has those outputs of which the kind of value is known, `results` all that `keep` may look into.
    A `generic` action reaches whatever its author points it at, so its traits say little about one step.
    """

    name: str
    params: type[BaseModel]
    traits: ActionTraits
    outputs: frozenset[str] | None = None
    summary: str = ""
    generic: bool = False
    kinds: Mapping[str, OutputFacts] = field(default_factory=dict)
    results: tuple[str, ...] = ()


class Place(StrEnum):
    """Where an expression stands."""

    WHEN = "when"
    FOR_EACH = "for_each"
    WAIT = "wait"
    WITH = "with"
    UNDO = "undo"
    STARTS = "starts"
    RETRY = "retry"
    UNTIL = "until"


READS: Mapping[Place, tuple[str, ...]] = {Place.RETRY: IN_RETRY, Place.UNTIL: IN_UNTIL}
"""The names that are known at one place only."""


READ_BEFORE = (Place.WHEN, Place.FOR_EACH, Place.WAIT, Place.WITH)
"""What is worked out before a step begins."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the file, where it stands, and its kind: empty unless it has exactly one."""

    id: str
    phase: str
    loc: Loc
    model: StepModel
    kind: str


@dataclass(frozen=True, slots=True)
class Use:
    """One expression that can be read; `whole` is its one look-up when it is nothing but that."""

    step: Step
    place: Place
    loc: Loc
    source: str
    reads: tuple[Reference, ...]
    compares: tuple[Comparison, ...]
    whole: Reference | None


@dataclass(frozen=True, slots=True)
class Broken:
    """An expression that cannot be read."""

    step: Step
    place: Place
    loc: Loc
    source: str
    error: ExpressionError


@dataclass(frozen=True)
class Called:
    """A playbook that is called: what there is of it. `circle` are the names through which it would call itself."""

    name: str
    text: Text | None = None
    context: Context | None = None
    """None while it has no usable shape."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with its own file."""
    circle: tuple[str, ...] = ()

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being called."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @cached_property
    def depth(self) -> int:
        """How many playbooks deep it goes, itself included."""
        inner = self.context.called.values() if self.context else ()
        return 1 + max((called.depth for called in inner), default=0)

    @cached_property
    def reached(self) -> Mapping[str, Called]:
        """The playbooks that it calls, and those that they call, itself included, by name."""
        inner = self.context.called.values() if self.context else ()
        return {**{name: found for called in inner for name, found in called.reached.items()}, self.name: self}


@dataclass(frozen=True)
class Context:
    """A document, the actions there are, what else it may name, and the playbooks that it calls.

    `callable` names the playbooks that it could call.
    """

    document: Document
    actions: Mapping[str, ActionFacts]
    catalogs: Catalogs = NO_CATALOGS
    called: Mapping[str, Called] = field(default_factory=dict)
    callable: tuple[str, ...] = ()

    @property
    def playbook(self) -> Playbook:
        return self.document.playbook

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(_steps(self.playbook))

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        return {step.id: step for step in reversed(self.steps)}

    @cached_property
    def options(self) -> frozenset[str]:
        """Everything that can be chosen anywhere."""
        forms = (step.model.form or {} for step in self.steps)
        fields = (field for form in (self.playbook.inputs, *forms) for field in form.values())
        return frozenset(option for field in fields for option in field.options)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        return tuple(item for item in self._expressions if isinstance(item, Use))

    @cached_property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(item for item in self._expressions if isinstance(item, Broken))

    @cached_property
    def _expressions(self) -> tuple[Use | Broken, ...]:
        return tuple(item for step in self.steps for item in _expressions(step))

    def uses_of(self, step: Step, *places: Place) -> Iterator[Use]:
        """Yield the expressions of one step that stand at any of the places."""
        return (use for use in self._uses_by_step.get(step.loc, ()) if use.place in places)

    def facts(self, step: Step) -> ActionFacts | None:
        """Return what is known of a step's action, None when it has none or an unknown one."""
        return self.actions.get(step.model.action or "")

    @cached_property
    def waits(self) -> Mapping[Loc, tuple[str, ...]]:
        """The ids of the steps that each step waits for by itself, by its needs and by what it reads first."""
        return {step.loc: tuple(self._waits(step)) for step in self.steps}

    def _waits(self, step: Step) -> Iterator[str]:
        found = dict.fromkeys(need.step for need in step.model.needs)
        for use in self.uses_of(step, *READ_BEFORE):
            named = (read.path[0] for read in use.reads if read.root == "steps" and read.path and not read.guarded)
            found.update(dict.fromkeys(named))
        return (name for name in found if name in self.by_id)

    @cached_property
    def _uses_by_step(self) -> Mapping[Loc, list[Use]]:
        found: dict[Loc, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.step.loc, []).append(use)
        return found


def _steps(playbook: Playbook) -> Iterator[Step]:
    for phase, model in playbook.phases.present().items():
        for index, step in enumerate(model.steps):
            kinds = step.kinds
            kind = kinds[0] if len(kinds) == 1 else ""
            yield Step(step.id, phase, ("phases", phase, "steps", index), step, kind)


def _expressions(step: Step) -> Iterator[Use | Broken]:
    model = step.model
    bare: list[tuple[Place, Loc, str | None]] = [
        (Place.WHEN, ("when",), model.when),
        (Place.FOR_EACH, ("for_each",), model.for_each),
    ]
    if model.retry is not None:
        bare.append((Place.RETRY, ("retry", "if"), model.retry.if_))
    if model.repeat is not None:
        bare.append((Place.UNTIL, ("repeat", "until"), model.repeat.until))
    if model.wait is not None:
        bare += [(Place.WAIT, ("wait", "until"), model.wait.until), (Place.WAIT, ("wait", "known"), model.wait.known)]
    for place, loc, source in bare:
        if source is not None:
            yield _bare(step, place, (*step.loc, *loc), source)
    yield from _templated(step, Place.WITH, (*step.loc, "with"), model.with_ or {})
    if model.undo is not None:
        yield from _templated(step, Place.UNDO, (*step.loc, "undo", "with"), model.undo.with_)
    for index, start in enumerate(model.starts or []):
        if start.when is not None:
            yield _of_answer(step, _bare(step, Place.STARTS, (*step.loc, "starts", index, "when"), start.when))


def _of_answer(step: Step, found: Use | Broken) -> Use | Broken:
    """Return a condition on the step's own answer, its fields named as other steps would name them."""
    if isinstance(found, Broken):
        return found
    fields = {ANSWER, WHY, *(step.model.form or {})}

    def named(read: Reference) -> Reference:
        return (
            replace(read, root="steps", path=(step.id, "output", read.root, *read.path))
            if read.root in fields
            else read
        )

    compares = tuple(replace(item, reference=named(item.reference)) for item in found.compares)
    whole = named(found.whole) if found.whole is not None else None
    return replace(found, reads=tuple(map(named, found.reads)), compares=compares, whole=whole)


def _bare(step: Step, place: Place, loc: Loc, source: str) -> Use | Broken:
    try:
        return Use(step, place, loc, source, *read_expression(source))
    except ExpressionError as error:
        return Broken(step, place, loc, source, error)


def _templated(step: Step, place: Place, loc: Loc, tree: dict[str, object]) -> Iterator[Use | Broken]:
    for key, item in tree.items():
        try:
            found = list(leaves({key: item}))  # type: ignore[dict-item]  # the models hold JSON as Any
        except ExpressionError as error:
            yield Broken(step, place, (*loc, key), key, error)
            continue
        for path, leaf in found:
            if isinstance(leaf, str) and ("{{" in leaf or "{%" in leaf):
                yield from _text(step, place, (*loc, *path), leaf)


def _text(step: Step, place: Place, loc: Loc, source: str) -> Iterator[Use | Broken]:
    try:
        for reading in read_template(source):
            yield Use(step, place, loc, source, *reading)
    except ExpressionError as error:
        yield Broken(step, place, loc, source, error)
