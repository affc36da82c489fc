"""Rehearsal files: bytes to a scenario of the right shape, checked against the playbook that it rehearses.

Rules kept here: the same YAML as playbooks, with the same problems of YAML and of shape; every problem in one pass; a
scenario exists exactly when no problem is an error. What it names must be in its playbook: a step that was renamed
makes a rehearsal wrong, not silently pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import ValidationError

from engine.domain.errors import PlaybookError
from engine.domain.plan import Plan
from engine.domain.problem import Problem
from engine.domain.scenario import Scenario
from engine.language.load import has_errors
from engine.language.marks import Mark, problem
from engine.language.scenario_names import Written
from engine.language.scenario_rules import SCENARIO_CHECKS
from engine.language.shape import WRONG_VALUE, Detail, explain
from engine.language.tree import EMPTY_VALUE, Mapping, Node, Scalar, find, plain, read_tree, walk

Versions = Map[str, Plan]
NO_OTHERS: Versions = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """What a file gave: a scenario unless it has no usable shape, the tree it was read from, and its problems."""

    path: str
    scenario: Scenario | None
    root: Node | None
    problems: tuple[Problem, ...]

    def checked(self, plan: Plan, others: Versions = NO_OTHERS) -> Scenario:
        """Return the scenario for a playbook; raise `PlaybookError` with every problem when there is one."""
        problems = self.problems_beside(plan, others)
        if self.scenario is None or has_errors(problems):
            raise PlaybookError(problems, hint="Correct the rehearsal; its lines are named.")
        return self.scenario

    def problems_beside(self, plan: Plan, others: Versions = NO_OTHERS) -> tuple[Problem, ...]:
        """Return every problem of the file, beside its playbook and the other versions that it names, by file."""
        problems = list(self.problems)
        if self.scenario is not None and self.root is not None:
            problems += _named(Written(self.scenario, plan, others), self.root, path=self.path)
        return tuple(sorted(dict.fromkeys(problems)))

    def playbook(self) -> str:
        """Return the name of the playbook it rehearses; raise `PlaybookError` when it has no usable shape."""
        if self.scenario is None:
            raise PlaybookError(sorted(self.problems), hint="Correct the rehearsal; its lines are named.")
        return self.scenario.playbook


def load_scenario(data: bytes, *, path: str) -> LoadedScenario:
    """Read a rehearsal file; whatever the bytes are, the result is a scenario, problems, or both."""
    root, found = read_tree(data, path=path)
    if root is None:
        return LoadedScenario(path, None, None, found)
    if not isinstance(root, Mapping):
        wrong = problem(WRONG_VALUE, root.mark, path=path, message="The file is not a mapping.", hint="Start anew.")
        return LoadedScenario(path, None, root, (*found, wrong))
    if "phases" in root.keys and "rehearsal" not in root.keys:
        message, hint = "This is a playbook, not a rehearsal.", "`tocsin lint FILE` checks it."
        wrong = problem(WRONG_VALUE, root.keys["phases"], path=path, message=message, hint=hint)
        return LoadedScenario(path, None, root, (*found, wrong))
    scenario, details = _validated(root)
    problems = (*found, *_empty(root, path=path), *_shape(root, details, path=path))
    return LoadedScenario(path, scenario, root, problems)


def _validated(root: Mapping) -> tuple[Scenario | None, list[Detail]]:
    try:
        return Scenario.model_validate_json(json.dumps(plain(root)), strict=True), []
    except ValidationError as error:
        return None, [Detail(loc=item["loc"], type=item["type"], ctx=item.get("ctx", {})) for item in error.errors()]


def _shape(root: Node, details: list[Detail], *, path: str) -> Iterator[Problem]:
    reported: set[Mark] = set()
    for detail in details:
        node, key_mark = find(root, detail["loc"])
        explained = explain(detail, node, root=Scenario)
        mark = key_mark if explained.on_key else node.mark
        if mark not in reported:
            reported.add(mark)
            yield problem(explained.rule, mark, path=path, message=explained.message, hint=explained.hint)


def _empty(root: Node, *, path: str) -> Iterator[Problem]:
    for loc, node in walk(root):
        if isinstance(node, Scalar) and node.empty:
            _, mark = find(root, loc)
            message = f"`{loc[-1]}` has no value." if loc else "There is no value."
            yield problem(EMPTY_VALUE, mark, path=path, message=message, hint="Give one, or leave it out.")


def _named(written: Written, root: Node, *, path: str) -> Iterator[Problem]:
    for check in SCENARIO_CHECKS:
        for finding in check.find(written):
            node, key = find(root, finding.loc)
            mark = key if finding.on_key else node.mark
            yield problem(check.rule, mark, path=path, message=finding.message, hint=finding.hint)
