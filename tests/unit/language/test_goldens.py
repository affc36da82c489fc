"""Playbooks with one fault each, beside what is said of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.domain.problem import Severity
from engine.language.api import check
from engine.language.catalog import LATER, LINT, PASSING, RULES, retired
from engine.language.render import as_text
from tests.unit.language.cases import BAD, CALLED, FIXED, GOLDENS, GOOD
from tests.unit.language.facts import ACTIONS, CATALOGS


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_fault_is_reported_with_its_place_and_what_to_write(path: Path) -> None:
    """What is said of a bad playbook is its golden text, to the column."""
    problems = check(path.read_bytes(), path="bad.yaml", actions=ACTIONS, catalogs=CATALOGS, library=CALLED).problems
    assert as_text(problems) == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert path.stem in {problem.rule for problem in problems}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_an_error_leaves_no_plan_and_a_warning_leaves_one(path: Path) -> None:
    """A playbook has a plan exactly when nothing said of it is an error."""
    checked = check(path.read_bytes(), path="bad.yaml", actions=ACTIONS, catalogs=CATALOGS, library=CALLED)
    assert (checked.plan is None) == any(item.severity is Severity.ERROR for item in checked.problems)


def test_every_rule_has_its_bad_playbook() -> None:
    """A rule without an example that breaks it may have stopped to watch."""
    assert {path.stem for path in BAD} == set(RULES)


@pytest.mark.parametrize("path", FIXED, ids=lambda path: path.stem)
def test_a_playbook_that_was_put_right_has_no_problem(path: Path) -> None:
    """What an explanation shows as right is right, and says in its first line why it matters."""
    text = path.read_text(encoding="utf-8")
    problems = check(text.encode(), path="bad.yaml", actions=ACTIONS, catalogs=CATALOGS, library=CALLED).problems
    assert as_text(problems) == ""
    assert re.fullmatch(r"# [A-Z][^\n]{20,150}\.", text.partition("\n")[0])
    assert path.stem in {bad.stem for bad in BAD}


def test_rule_ids_are_one_of_a_kind() -> None:
    """Two rules under one id could not be told apart."""
    assert len(RULES) >= 80
    assert all(rule.id == name for name, rule in RULES.items())


def test_an_id_that_was_given_back_is_not_given_again() -> None:
    """What said that something comes later says nothing else once it has come; the documents name it as retired."""
    assert {check.rule.id for check in LATER} <= set(PASSING)
    assert not {check.rule.id for check in LINT} & set(PASSING)
    assert not set(retired()) & set(RULES)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_playbook_has_no_problem(path: Path) -> None:
    """Nothing is said of a playbook that uses the language as it is meant."""
    checked = check(path.read_bytes(), path=path.name, actions=ACTIONS, catalogs=CATALOGS, library=CALLED)
    assert checked.problems == ()
    assert checked.plan is not None


def test_the_example_of_the_design_lacks_only_what_comes_later() -> None:
    """The whole grammar is accepted; what has no machinery yet is refused by its own rule, and nothing else is said."""
    path = GOLDENS / "design" / "video-leak.yaml"
    problems = check(path.read_bytes(), path=path.name, actions=ACTIONS, library=CALLED).problems
    assert as_text(problems) == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert {problem.rule for problem in problems} <= {item.rule.id for item in LATER}
