"""Where the playbooks under test are, and small ones to change."""

from __future__ import annotations

from pathlib import Path

from engine.domain.plan import Plan
from engine.language.api import Checked, check
from engine.language.library import Texts
from tests.unit.language.facts import ACTIONS, CATALOGS

GOLDENS = Path(__file__).parents[2] / "goldens" / "playbooks"
GOOD = sorted((GOLDENS / "good").glob("*.yaml"))
CALLED = Texts({path.stem: path.read_bytes() for path in (GOLDENS / "called").glob("*.yaml")})
"""Playbooks that the others call."""
FIXED = sorted((GOLDENS / "fixed").glob("*.yaml"))
"""The bad ones, put right."""
BAD = sorted((GOLDENS / "bad").glob("*.yaml"))

SMALL = """\
tocsin: 1
playbook: small
title: A small one
version: 1
inputs:
  urls: {type: url, list: true}
  page: {type: text, optional: true}
roles:
  commander: {}
  counsel: {}
phases:
  contain:
    steps:
"""

DECIDE = """\
      - id: decide
        title: Decide
        decision: Decide it.
        form:
          n: {type: number}
          ok: {type: boolean}
          at: {type: datetime}
          who: {type: person, list: true}
          how: {type: choice, options: [a, b]}
          rows: {type: table, columns: {name: {}, way: {type: choice, options: [a, b]}}}
"""


def checked(steps: str, *, path: str = "small.yaml") -> Checked:
    """Check a small playbook with these steps in its contain phase; they are indented by six spaces."""
    return check((SMALL + steps).encode(), path=path, actions=ACTIONS, catalogs=CATALOGS, library=CALLED)


def plan_of(steps: str) -> Plan:
    """Return the plan of a small playbook that has no error."""
    result = checked(steps)
    assert result.plan is not None, result.problems
    return result.plan


def good_plan() -> Plan:
    """Return the plan of the playbook that uses every part of the language."""
    path = GOLDENS / "good" / "small-leak.yaml"
    result = check(path.read_bytes(), path=path.name, actions=ACTIONS, catalogs=CATALOGS, library=CALLED)
    assert result.plan is not None, result.problems
    return result.plan


def step(rest: str, *, kind: str = "task: Do it.") -> str:
    """Return a step with these keys."""
    lines = "".join(f"        {line}\n" for line in rest.splitlines())
    return f"      - id: it\n        title: It\n        {kind}\n{lines}"


def said(steps: str) -> list[str]:
    """Return what is said of a small playbook, without the places."""
    return [f"{item.rule} {item.message}" for item in checked(steps).problems]
