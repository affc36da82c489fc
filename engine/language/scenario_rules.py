"""PB7: what must hold of a rehearsal beside its playbook.

Rules kept here: whatever a rehearsal names (steps, approvals, fields, inputs, roles, people) is there; spans, zones and
moments can be read; an inject does one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.domain.durations import DurationError, parse_duration
from engine.domain.expected import StateModel
from engine.domain.lifecycle import StepStatus
from engine.domain.scenario import STATES, Scenario, SpreadModel
from engine.domain.scenario_waking import PagedModel
from engine.domain.values import zone_named
from engine.language.checks import Finding, Findings
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.scenario_injects import inject_names, strange_injects
from engine.language.scenario_names import Written, among, answered, each, one, steps, unasked

NO_TIME = "0s"


@dataclass(frozen=True, slots=True)
class ScenarioCheck:
    """A rule and the function that watches it."""

    rule: Rule
    find: Callable[[Written], Findings]


def unknown_names(written: Written) -> Findings:
    scenario, plan = written.scenario, written.plan
    if scenario.playbook != plan.playbook:
        yield Finding(("playbook",), f"This rehearses {scenario.playbook}, not {plan.playbook}.")
    yield from among(scenario.inputs, plan.inputs, "input", ("inputs",))
    for person, entry in scenario.cast.items():
        yield from each(entry.roles, written.roles, "role", ("cast", person, "roles"))
    if scenario.declared_by:
        yield from one(scenario.declared_by, written.actors, "person or role", ("declared_by",))
    yield from _answers(written)
    yield from inject_names(written)
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


SCENARIO_CHECKS = (
    ScenarioCheck(Rule("PB701", "What a rehearsal names is in its playbook and its cast."), unknown_names),
    ScenarioCheck(Rule("PB702", "Spans, moments and zones of a rehearsal can be read."), unreadable_times),
    ScenarioCheck(
        Rule("PB703", "An inject does one thing, with its end or its reason."),
        strange_injects,
    ),
)
SCENARIO_RULES: dict[str, Rule] = {check.rule.id: check.rule for check in SCENARIO_CHECKS}
"""The rules of rehearsals, by id."""


def _answers(written: Written) -> Findings:
    for key, answers in written.scenario.answers.items():
        yield from unasked(written, key, ("answers", key), on_key=True)
        for number, answer in enumerate(answers):
            at: Loc = ("answers", key, number)
            yield from each(answer.by or (), written.actors, "person or role", (*at, "by"))
            yield from answered(written, key, answer.values, (*at, "values"))


def _expected(written: Written) -> Findings:
    expect = written.scenario.expect
    yield from _stands(written, expect, ("expect",))
    for since, state in expect.by.items():
        yield from _stands(written, state, ("expect", "by", since))
    for key in ("order", "refused"):
        yield from steps(getattr(expect, key) or (), written, ("expect", key))
    for key in ("called", "woken"):
        yield from each(getattr(expect, key) or (), _people(written), "person", ("expect", key))
    for name in expect.within:
        if name not in STATES:
            yield from steps([name], written, ("expect", "within"))


def _stands(written: Written, expect: StateModel, at: Loc) -> Findings:
    for step, state in expect.steps.items():
        yield from steps([step], written, (*at, "steps"))
        yield from one(state, [item.value for item in StepStatus], "state", (*at, "steps", step))
    for key in ("missed", "never", "tickets", "sent"):
        yield from steps(getattr(expect, key) or (), written, (*at, key))
    yield from among(expect.facts, written.inputs, "input", (*at, "facts"))
    for key, roles in expect.asked.items():
        yield from unasked(written, key, (*at, "asked", key), on_key=True)
        yield from each(roles, written.roles, "role", (*at, "asked", key))
    for key, people in expect.answered.items():
        yield from unasked(written, key, (*at, "answered", key), on_key=True)
        yield from each(people, written.people, "person", (*at, "answered", key))


def _people(written: Written) -> Iterable[str]:
    """Return who takes part; without a cast, the two that each role has then."""
    return written.scenario.cast or [name for role in written.plan.roles for name in (role, f"{role}.2")]


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _spans(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    """Yield every span of time with its place."""
    if scenario.ends_after:
        yield ("ends_after",), scenario.ends_after
    yield from _of_people(scenario)
    for number, rule in enumerate(scenario.waking.calls or ()):
        yield from ((("waking", "calls", number, "windows", row), text) for row, text in enumerate(rule.windows))
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
        if inject.due:
            yield ("injects", number, "due", "to"), inject.due.to
    yield from ((("expect", "by", since), since) for since in scenario.expect.by)
    for name, span in scenario.expect.within.items():
        yield ("expect", "within", name), span


def _of_people(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    for person, entry in scenario.cast.items():
        yield from _spread(entry.responds, ("cast", person, "responds"))
        yield from _spread(entry.paged, ("cast", person, "paged"))
        for number, away in enumerate(entry.away):
            yield ("cast", person, "away", number, "from"), away.from_
            yield ("cast", person, "away", number, "until"), away.until


def _spread(spread: SpreadModel | PagedModel | None, at: Loc) -> Iterator[tuple[Loc, str]]:
    if spread is not None:
        yield (*at, "median"), spread.median
        if spread.p90:
            yield (*at, "p90"), spread.p90
