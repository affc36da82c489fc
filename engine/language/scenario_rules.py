"""PB7: what must hold of a rehearsal beside its playbook.

Rules kept here: whatever a rehearsal names (steps, approvals, fields, inputs, roles, people) is there; spans, zones and
moments can be read; an inject does one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.domain.durations import DurationError, parse_duration
from engine.domain.lifecycle import StepStatus
from engine.domain.plan import Plan, StepPlan
from engine.domain.scenario import DEEDS, STATES, InjectModel, Scenario, SpreadModel
from engine.domain.values import zone_named
from engine.domain.views import VIEW
from engine.language.checks import Finding, Findings
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.shape import did_you_mean

APPROVE, VIEWED, RATIFY = PREFIXES = ("approve/", "view/", "ratify/")
"""What stands before a step in `answers`, where something else than its own question is answered."""
NO_TIME = "0s"


@dataclass(frozen=True, slots=True)
class Written:
    """A rehearsal and the plan of its playbook."""

    scenario: Scenario
    plan: Plan

    @property
    def actors(self) -> frozenset[str]:
        """Return who may be named as somebody who does something: people of the cast, and roles."""
        return frozenset((*self.scenario.cast, *self.plan.roles))


@dataclass(frozen=True, slots=True)
class ScenarioCheck:
    """A rule and the function that watches it."""

    rule: Rule
    find: Callable[[Written], Findings]


def unknown_names(written: Written) -> Findings:
    scenario, plan = written.scenario, written.plan
    if scenario.playbook != plan.playbook:
        yield Finding(("playbook",), f"This rehearses {scenario.playbook}, not {plan.playbook}.")
    yield from _among(scenario.inputs, plan.inputs, "input", ("inputs",))
    for person, entry in scenario.cast.items():
        yield from _each(entry.roles, plan.roles, "role", ("cast", person, "roles"))
    if scenario.declared_by:
        yield from _one(scenario.declared_by, written.actors, "person or role", ("declared_by",))
    yield from _answers(written)
    for number, inject in enumerate(scenario.injects):
        yield from _inject(written, inject, ("injects", number))
    yield from _expected(written)


def unreadable_times(written: Written) -> Findings:
    scenario = written.scenario
    if not _is_moment(scenario.starts_at):
        hint = "Write 2026-03-06T03:10:00+01:00."
        yield Finding(("starts_at",), f"{scenario.starts_at!r} is no moment with its zone.", hint)
    for person, entry in scenario.cast.items():
        try:
            zone_named(entry.zone)
        except ValueError as error:
            yield Finding(("cast", person, "zone"), f"{error}.", "Write Europe/Berlin, +01:00 or UTC.")
    for loc, text in _spans(scenario):
        try:
            if text != NO_TIME:
                parse_duration(text)
        except DurationError as error:
            yield Finding(loc, error.message, error.hint())


def strange_injects(written: Written) -> Findings:
    for number, inject in enumerate(written.scenario.injects):
        loc: Loc = ("injects", number)
        if len(inject.deeds) != 1:
            said = f"It does {len(inject.deeds)} things" if inject.deeds else "Nothing happens here"
            yield Finding(loc, f"{said}.", f"Give exactly one of: {', '.join(DEEDS)}.")
        elif inject.deeds[0] in ("outage", "asleep") and inject.until is None:
            yield Finding(loc, f"The {inject.deeds[0]} has no end.", "Say `until` when.")
        elif inject.fact is not None and not inject.reason:
            yield Finding(loc, "A fact that is revised needs a reason.", "Say `reason: ...`.")


SCENARIO_CHECKS = (
    ScenarioCheck(Rule("PB701", "What a rehearsal names is in its playbook and its cast."), unknown_names),
    ScenarioCheck(Rule("PB702", "Spans, moments and zones of a rehearsal can be read."), unreadable_times),
    ScenarioCheck(Rule("PB703", "An inject does one thing, with its end or its reason."), strange_injects),
)
SCENARIO_RULES: dict[str, Rule] = {check.rule.id: check.rule for check in SCENARIO_CHECKS}
"""The rules of rehearsals, by id."""


def _answers(written: Written) -> Findings:
    scenario, plan = written.scenario, written.plan
    for key, answers in scenario.answers.items():
        name = _step_of(key)
        step = plan.find_step(name)
        if step is None:
            yield _missing(name, plan.steps, "step", ("answers", key), on_key=True)
            continue
        if wrong := _unasked(key, step):
            yield Finding(("answers", key), wrong, on_key=True)
        for number, answer in enumerate(answers):
            at: Loc = ("answers", key, number)
            yield from _each(answer.by or (), written.actors, "person or role", (*at, "by"))
            fields = {VIEW: None} if key.startswith(VIEWED) else step.form
            yield from _among(answer.values, fields, f"field of {step.id}", (*at, "values"))


def _step_of(key: str) -> str:
    """Return the step that a key of `answers` means."""
    return next((key.removeprefix(prefix) for prefix in PREFIXES if key.startswith(prefix)), key)


def _unasked(key: str, step: StepPlan) -> str:
    """Return why nobody is ever asked what a key answers, empty when somebody may be."""
    if key.startswith((APPROVE, RATIFY)):
        return "" if step.approve else f"{step.id} is approved by nobody."
    if key.startswith(VIEWED):
        return "" if step.consult else f"Nobody is consulted on {step.id}."
    return "" if step.human else f"Nothing is asked of anybody at {step.id}."


def _inject(written: Written, inject: InjectModel, at: Loc) -> Findings:
    plan = written.plan
    if inject.by:
        yield from _one(inject.by, written.actors, "person or role", (*at, "by"))
    yield from _among(inject.add or (), plan.inputs, "input", (*at, "add"))
    yield from _among(inject.fact or (), plan.inputs, "input", (*at, "fact"))
    if inject.asleep:
        yield from _one(inject.asleep, written.scenario.cast, "person of the cast", (*at, "asleep"))
    if inject.decline:
        yield from _steps([inject.decline.approval], plan, (*at, "decline", "approval"))
    for role, people in (inject.assign or {}).items():
        yield from _among([role], plan.roles, "role", (*at, "assign"))
        yield from _each(people, written.scenario.cast, "person of the cast", (*at, "assign", role))
    for deed in ("alone", "skip", "retry", "resolve", "undo"):
        if said := getattr(inject, deed):
            yield from _steps([said.step], plan, (*at, deed))


def _expected(written: Written) -> Findings:
    expect, plan = written.scenario.expect, written.plan
    for step, state in expect.steps.items():
        yield from _steps([step], plan, ("expect", "steps"))
        yield from _one(state, [item.value for item in StepStatus], "state", ("expect", "steps", step))
    for key in ("order", "missed", "never", "refused"):
        yield from _steps(getattr(expect, key) or (), plan, ("expect", key))
    yield from _among(expect.facts, plan.inputs, "input", ("expect", "facts"))
    for name in expect.within:
        if name not in STATES:
            yield from _steps([name], plan, ("expect", "within"))


def _steps(named: Iterable[str], plan: Plan, at: Loc) -> Findings:
    for number, name in enumerate(named):
        if plan.find_step(name) is None:
            yield _missing(name, plan.steps, "step", (*at, name if name in at else number))


def _each(named: Iterable[str], known: Iterable[str], kind: str, at: Loc) -> Findings:
    for number, name in enumerate(named):
        if name not in known:
            yield _missing(name, known, kind, (*at, number))


def _among(named: Iterable[str], known: Iterable[str], kind: str, at: Loc) -> Findings:
    for name in named:
        if name not in known:
            yield _missing(name, known, kind, (*at, name), on_key=True)


def _one(name: str, known: Iterable[str], kind: str, at: Loc) -> Findings:
    if name not in known:
        yield _missing(name, known, kind, at)


def _missing(name: str, known: Iterable[str], kind: str, at: Loc, *, on_key: bool = False) -> Finding:
    there = sorted(known)
    hint = did_you_mean(name, there) or f"There are: {', '.join(there) or 'none'}."
    return Finding(at, f"There is no {kind} {name}.", hint.strip(), on_key)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _spans(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    """Yield every span of time with its place."""
    if scenario.ends_after:
        yield ("ends_after",), scenario.ends_after
    for person, entry in scenario.cast.items():
        yield from _spread(entry.responds, ("cast", person, "responds"))
        for number, away in enumerate(entry.away):
            yield ("cast", person, "away", number, "from"), away.from_
            yield ("cast", person, "away", number, "until"), away.until
    for kind in ("approval", "decision", "task"):
        yield from _spread(getattr(scenario.effort, kind), ("effort", kind))
    for key, answers in scenario.answers.items():
        for number, answer in enumerate(answers):
            if answer.after:
                yield ("answers", key, number, "after"), answer.after
    for number, inject in enumerate(scenario.injects):
        yield ("injects", number, "at"), inject.at
        if inject.until:
            yield ("injects", number, "until"), inject.until
    for name, span in scenario.expect.within.items():
        yield ("expect", "within", name), span


def _spread(spread: SpreadModel | None, at: Loc) -> Iterator[tuple[Loc, str]]:
    if spread is not None:
        yield (*at, "median"), spread.median
        if spread.p90:
            yield (*at, "p90"), spread.p90
