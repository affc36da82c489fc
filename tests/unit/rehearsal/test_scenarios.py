"""Rehearsal files with one fault each, beside what is said of them; and any bytes at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.language.render import as_text
from engine.language.scenario import load_scenario
from engine.language.scenario_rules import SCENARIO_RULES
from engine.language.schema import scenario_schema_text
from tests.unit.rehearsal.cases import SCENARIO, plan_of
from tests.unit.rehearsal.test_play import ACTS, ASKS

GOLDENS = Path(__file__).parents[2] / "goldens" / "scenarios"
BAD = sorted(GOLDENS.glob("*.yaml"))
PLAN = plan_of(ASKS + ACTS)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_fault_is_reported_with_its_place_and_what_to_write(path: Path) -> None:
    """What is said of a bad rehearsal is its golden text, to the column."""
    problems = load_scenario(path.read_bytes(), path="bad.yaml").problems_beside(PLAN)
    assert as_text(problems) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_rule_has_its_bad_rehearsal() -> None:
    """A rule without an example that breaks it may have stopped to watch."""
    assert set(SCENARIO_RULES) <= {path.stem for path in BAD}


def test_the_schema_takes_a_good_rehearsal() -> None:
    """Editors complete and check with what the models say."""
    import yaml  # noqa: PLC0415 - the language is the only home of YAML in the product

    schema = json.loads(scenario_schema_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(yaml.load(SCENARIO, Loader=yaml.BaseLoader) | {"tocsin": 1})  # noqa: S506, TID251 - every scalar stays a text


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_a_scenario_or_problems(data: bytes) -> None:
    """Never a traceback."""
    loaded = load_scenario(data, path="x.yaml")
    assert loaded.scenario is not None or loaded.problems
