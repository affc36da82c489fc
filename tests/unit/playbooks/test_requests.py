"""What the engine would be told to do: each action's parameters, worked out from facts, are ones it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.actions.registry import REGISTRY
from engine.domain.fields import FieldSpec, accept
from engine.domain.plan import StepPlan
from engine.domain.values import Instant, Json, Value
from tests.unit.playbooks.cases import FILES, plan_of

NOW = Instant(datetime(2026, 3, 3, 2, 10, tzinfo=UTC))
GIVEN: Mapping[str, Json] = {
    "summary": "A recording is outside.",
    "urls": ["https://copies.example/1"],
    "recording": "rec 7/a",
    "device": "NB-0042",
    "key_id": "key 7/a",
    "account": "a@example.com",
    "payee": "payee 7/a",
    "store": "exports 7/a",
    "hosts": ["host 7/a"],
    "recording_system": "http://127.0.0.1:8080",
}
OUTPUTS: Mapping[str, Mapping[str, Value]] = {
    "snapshot_sharing": {"links": ["public", "guest"], "open": Decimal(2)},
    "lock_readback": {"open": Decimal(0)},
    "scope": {"next_update": NOW},
    "holding_text": {"text": "We are aware.", "use": "publish"},
    "holding_publish": {"id": "p-1"},
    "source": {"accounts": ["a@example.com"]},
    "statement": {"text": "We are aware.", "use": "publish"},
    "choices": {"account": "a@example.com"},
    "measures": {"accounts": ["a@example.com"]},
}
ACTING = [
    (path.stem, step.id) for path in FILES for step in plan_of(path.stem).steps.values() if step.action is not None
]


def value(spec: FieldSpec) -> Value:
    """Return what an input is when nobody gives more than the least."""
    return accept(spec, GIVEN.get(spec.name), name=spec.name, zone=None, now=NOW)


def rendered(playbook: str, step: StepPlan, *, undo: bool = False) -> Value:
    """Work out what an action, or its undo, is given."""
    template = step.undo.with_ if undo and step.undo is not None else step.with_
    assert template is not None
    return template.render(
        {
            "inputs": {name: value(spec) for name, spec in plan_of(playbook).inputs.items()},
            "steps": {name: {"output": output} for name, output in OUTPUTS.items()},
            "incident": {"id": "INC-1"},
            "item": "https://copies.example/1",
            "idempotency_key": "k-1",
        }
    )


@pytest.mark.parametrize(("playbook", "name"), ACTING)
def test_what_an_action_is_given_is_what_it_takes(playbook: str, name: str) -> None:
    """Least inputs suffice: nothing waits for an input that nobody has to give."""
    step = plan_of(playbook).steps[name]
    assert step.action is not None
    REGISTRY[step.action].params.model_validate_json(json.dumps(rendered(playbook, step), default=float))
    if step.undo is not None and step.undo.action is not None:
        given = json.dumps(rendered(playbook, step, undo=True), default=float)
        REGISTRY[step.undo.action].params.model_validate_json(given)


def test_the_recording_system_is_the_one_that_was_named() -> None:
    """An identifier with a slash stays one part of the path."""
    request = rendered("video-leak", plan_of("video-leak").steps["lock_original"])
    assert isinstance(request, dict)
    assert request["url"] == "http://127.0.0.1:8080/api/recordings/rec%207%2Fa/lock"
    assert request["json"] == {"incident": "INC-1", "downloads": False}


def test_undoing_the_lock_brings_back_what_was_recorded() -> None:
    """The links come from the reading before the change."""
    request = rendered("video-leak", plan_of("video-leak").steps["lock_original"], undo=True)
    assert isinstance(request, dict)
    assert request["json"] == {"links": ["public", "guest"]}
