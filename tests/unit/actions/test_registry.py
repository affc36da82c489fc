"""Every action keeps to the seam, its example runs, and the published schema knows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.actions.interface import Params
from engine.actions.registry import REGISTRY
from engine.language.facts import facts_of
from engine.language.schema import schema_text
from engine.ports.lookup import Absent, CannotTell
from tests.unit.actions.fakes import FakeChat, FakeHttp, FakeReports, answer, context

SCHEMA = Path(__file__).parents[3] / "playbooks" / "playbook.schema.json"
NAMES = sorted(REGISTRY)


def world() -> FakeHttp:
    """Return a world that answers every example."""
    examples = [dict(action.example) for action in REGISTRY.values()]
    return FakeHttp(
        {str(example["url"]): answer("{}", kind="application/json") for example in examples if "url" in example}
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_action_stands_under_its_own_name(name: str) -> None:
    """The registry's word and the action's are one; it says what it does in one sentence."""
    action = REGISTRY[name]
    assert action.name == name
    assert action.summary.endswith(".")
    assert issubclass(action.params, Params)


@pytest.mark.parametrize("name", NAMES)
async def test_an_example_runs(name: str) -> None:
    """What the reference shows can be done as it stands, and what is always kept is in the result."""
    action = REGISTRY[name]
    params = action.params.model_validate_json(json.dumps(action.example))
    result = await action.do(params, context(http=world(), chat=FakeChat(), reports=FakeReports()))
    assert isinstance(result, action.result)
    assert set(action.keeps or ()) <= set(result.as_json())


@pytest.mark.parametrize("name", NAMES)
async def test_a_look_up_never_raises(name: str) -> None:
    """In a world where nothing can be reached, a look-up still answers; what writes to the world never says absent."""
    action = REGISTRY[name]
    params = action.params.model_validate(dict(action.example))
    found = await action.find(params, context())
    outside = name in ("http.request", "slack.post")
    assert isinstance(found, CannotTell if outside else Absent)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_says_what_it_is(name: str) -> None:
    """An editor shows a sentence for each."""
    assert [key for key, field in REGISTRY[name].params.model_fields.items() if not field.description] == []


def test_the_language_reads_the_registry() -> None:
    """The facts are the registry's, action by action."""
    facts = facts_of(REGISTRY)
    assert sorted(facts) == NAMES
    assert facts["http.request"].generic
    assert facts["evidence.capture"].traits.minor_gate
    assert facts["http.request"].outputs == frozenset({"status"})


def test_the_published_schema_is_fresh() -> None:
    """Editors see the actions there are; `python -m engine.entrypoints.docs` makes the file again."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(facts_of(REGISTRY))
