"""What holds for each playbook that comes with Tocsin."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.domain.plan import StepKind
from engine.language.schema import schema
from engine.language.tree import plain, read_tree
from tests.unit.playbooks.cases import ACTIONS, FILES, PLAYBOOKS, checked, plan_of, words

AVOIDED = re.compile(
    r"\b(leakers?|suspects?|victims?|human error|fully contained|all copies removed|fake|genuine"
    r"|moves?|segments?|folds?|conductors?|leases?)\b",
    re.IGNORECASE,
)
every = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@cache
def published() -> Draft202012Validator:
    """Return a validator of the schema that editors fetch."""
    text = (PLAYBOOKS / "playbook.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def test_every_playbook_is_looked_at() -> None:
    """A folder that was missed would make every other test pass."""
    assert [path.stem for path in FILES] == [
        "business-email-compromise",
        "credential-leak",
        "executive-deepfake",
        "insider-leak",
        "intimate-image",
        "lost-device",
        "public-bucket",
        "ransomware",
        "takedown",
        "video-leak",
    ]


@every
def test_it_compiles_without_an_error(path: Path) -> None:
    """It can be triggered."""
    result = checked(path.stem)
    assert result.errors == ()
    assert result.plan is not None


@every
def test_editors_find_no_fault(path: Path) -> None:
    """The published schema, and the one made for these actions, accept the file."""
    root, problems = read_tree(path.read_bytes(), path=path.name)
    assert root is not None
    assert problems == ()
    assert list(published().iter_errors(plain(root))) == []
    assert list(Draft202012Validator(schema(ACTIONS)).iter_errors(plain(root))) == []


@every
def test_every_human_step_says_who_why_what_and_by_when(path: Path) -> None:
    """Nobody has to ask at three in the morning."""
    plan = plan_of(path.stem)
    for step in plan.steps.values():
        if step.human:
            assert step.by, step.id
            assert step.instructions, step.id
            assert step.due is not None or step.handler_for, step.id
            assert step.form, step.id
        assert step.why or step.handler_for, step.id


@every
def test_every_role_has_someone_to_stand_in(path: Path) -> None:
    """A vacant role ends at one that must be filled."""
    roles = plan_of(path.stem).roles
    for role in roles.values():
        here = role
        while not here.required:
            assert here.fallback is not None, role.id
            here = roles[here.fallback]


@every
def test_words_judge_nobody_and_promise_nothing(path: Path) -> None:
    """What people see keeps to the words that the house has chosen."""
    plan = plan_of(path.stem)
    texts = [plan.title, plan.description, *(role.title for role in plan.roles.values())]
    texts += [text for field in plan.inputs.values() for text in (field.hint, *field.options)]
    texts += [text for step in plan.steps.values() for text in words(step)]
    assert [match[0] for text in texts for match in AVOIDED.finditer(text)] == []


@every
def test_every_request_is_bounded_and_says_what_is_kept_or_undone(path: Path) -> None:
    """A request has a timeout and a retry; a reading keeps something; a writing can be looked up and says its undo."""
    for step in (step for step in plan_of(path.stem).steps.values() if step.action == "http.request"):
        assert step.timeout is not None
        assert step.retry.attempts > 1
        assert step.with_ is not None
        source = step.with_.source
        assert isinstance(source, dict)
        if source["method"] == "GET":
            assert step.keep, step.id
        else:
            assert step.undo is not None, step.id
            assert "find" in source, step.id


@every
def test_requests_carry_secrets_by_name(path: Path) -> None:
    """The file holds the names of secrets; README.md tells which to set."""
    told = (PLAYBOOKS / "README.md").read_text(encoding="utf-8")
    for step in plan_of(path.stem).steps.values():
        if step.action == "http.request":
            assert step.with_ is not None
            assert step.with_.secrets, step.id
            assert all(name in told for name in step.with_.secrets)


@every
def test_the_index_names_it(path: Path) -> None:
    """README.md lists every playbook with its title and how many steps it has."""
    told = (PLAYBOOKS / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in told if f"[{path.stem}]({path.name})" in line)
    assert plan_of(path.stem).title in row
    assert row.endswith(f"| {len(plan_of(path.stem).steps)} |")


@every
def test_it_ends_with_a_report(path: Path) -> None:
    """The review compiles what happened; one phase alone is run inside another playbook, which has a review."""
    plan = plan_of(path.stem)
    if len(plan.phases) == 1:
        return
    assert "compile" in plan.phase("review").steps
    assert plan.steps["compile"].kind is StepKind.ACTION
