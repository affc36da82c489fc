"""The schema that editors use agrees with the loader."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.domain.injects import PERSON_PATTERN
from engine.language.schema import scenario_schema_text, schema, schema_text
from engine.language.schema_words import KEY
from engine.language.tree import plain, read_tree
from tests.unit.language.cases import GOLDENS, GOOD
from tests.unit.language.facts import ACTIONS

EXAMPLE = GOLDENS / "design" / "video-leak.yaml"
SHAPE = ("PB101", "PB102", "PB103", "PB104", "PB105", "PB106", "PB206", "PB221", "PB401")


@cache
def validator() -> Draft202012Validator:
    """Return a validator of the schema for the actions of these tests."""
    return Draft202012Validator(schema(ACTIONS))


def faults(path: Path) -> list[str]:
    """Return where the schema finds fault with a file."""
    root, problems = read_tree(path.read_bytes(), path=path.name)
    assert root is not None
    assert problems == ()
    return ["/".join(map(str, error.absolute_path)) for error in validator().iter_errors(plain(root))]


def test_the_schema_is_a_schema() -> None:
    """It keeps to its own dialect."""
    Draft202012Validator.check_schema(schema(ACTIONS))
    Draft202012Validator.check_schema(schema({}))


@pytest.mark.parametrize("path", [*GOOD, EXAMPLE], ids=lambda path: path.stem)
def test_the_schema_accepts_what_the_language_knows(path: Path) -> None:
    """An editor finds no fault with a good playbook, nor with what comes later."""
    assert faults(path) == []


@pytest.mark.parametrize("rule", SHAPE)
def test_the_schema_finds_faults_of_shape(rule: str) -> None:
    """What an editor can see while one types, it sees."""
    assert faults(GOLDENS / "bad" / f"{rule}.yaml") != []


def test_an_action_types_its_with() -> None:
    """The fault is at the value, and a template or a secret is fine there."""
    assert "phases/contain/steps/0/with/method" in faults(GOLDENS / "bad" / "PB221.yaml")


def test_a_text_that_needs_a_form_says_it_in_words() -> None:
    """An editor shows them in place of the pattern; a template and a digest are never written by hand."""

    def unsaid(node: object) -> set[str]:
        match node:
            case {"pattern": str(pattern), **rest} if KEY not in rest:
                return {pattern}
            case dict():
                return {found for item in node.values() for found in unsaid(item)}
            case list():
                return {found for item in node for found in unsaid(item)}
            case _:
                return set()

    assert unsaid(schema(ACTIONS)) - {r"\{\{", "^[0-9a-f]{64}$"} == set()
    assert unsaid(json.loads(scenario_schema_text())) - {PERSON_PATTERN} == set()
    due = schema({})["$defs"]["StepModel"]["properties"]["due"]
    assert "5bd in a-calendar" in due[KEY]


def test_every_key_says_what_it_is_for() -> None:
    """An editor shows a sentence for each key."""
    definitions = schema({})["$defs"]
    silent = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, value in definition.get("properties", {}).items()
        if "description" not in value
    ]
    assert silent == []


def test_the_text_is_stable() -> None:
    """Making the file twice gives the same bytes."""
    assert schema_text(ACTIONS) == schema_text(ACTIONS)
    assert json.loads(schema_text(ACTIONS)) == schema(ACTIONS)


@pytest.mark.parametrize("path", [*GOOD, EXAMPLE], ids=lambda path: path.stem)
def test_the_published_schema_accepts_what_the_language_knows(path: Path) -> None:
    """The file beside the playbooks, which editors fetch, is as good as the one made here."""
    published = json.loads((GOLDENS.parents[2] / "playbooks" / "playbook.schema.json").read_text(encoding="utf-8"))
    root, _ = read_tree(path.read_bytes(), path=path.name)
    assert root is not None
    assert list(Draft202012Validator(published).iter_errors(plain(root))) == []
