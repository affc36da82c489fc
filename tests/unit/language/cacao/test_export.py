"""Playbooks become files that other tools can follow, and come back the same."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from engine.language.api import check
from engine.language.cacao.checks import faults, leads_to
from engine.language.cacao.exporting import exported, written
from engine.language.cacao.importing import imported
from engine.language.cacao.order import layers, waits_for
from engine.language.cacao.vocabulary import EXTENSION, STEP_TYPES, VARIABLE
from engine.settings.folders import Folders
from tests.architecture.sources import ROOT
from tests.unit.language.cacao.files import ACTIONS

if TYPE_CHECKING:
    from engine.domain.plan import Plan

LIBRARY = Folders([ROOT / "playbooks"])
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yaml"))
SCHEMAS = Path(os.environ.get("CACAO_SCHEMAS", ROOT / "schemas-are-not-kept-here"))
"""The published schemas, where somebody has them: the folder that holds `playbook.json`."""
SMALL = """\
tocsin: 1
playbook: small
title: A small leak
version: 3
inputs:
  url: {type: url}
  kind: {type: choice, options: [meeting, other], default: other}
roles: {commander: {required: true}, counsel: {title: Counsel}}
phases:
  contain:
    steps:
      - id: lock
        title: Close it
        action: http.request
        with:
          method: POST
          url: "https://rec.example:8443/api/{{ inputs.kind }}"
          headers: {Authorization: {secret: REC_TOKEN, prefix: "Bearer "}}
          json: {url: "{{ inputs.url }}"}
        approve: {by: [counsel]}
        when: inputs.kind == "meeting"
      - {id: ask, title: Ask them, task: Ask them., owner: counsel, due: 1h}
      - {id: pause, title: Wait a little, wait: 2h, needs: [ask]}
"""


def plan_of(text: str, name: str) -> tuple[Any, Plan]:
    """Return a playbook and its plan."""
    checked = check(text.encode(), path=f"{name}.yaml", actions=ACTIONS, library=LIBRARY)
    assert checked.plan is not None, checked.problems
    return checked.playbook, checked.plan


def small() -> dict[str, Any]:
    """The small playbook as a CACAO file."""
    return exported(*plan_of(SMALL, "small"))


def named(found: dict[str, Any], name: str) -> dict[str, Any]:
    """The step of that name."""
    return dict(next(step for step in found["workflow"].values() if step["name"] == name))


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_playbook_comes_back_the_same(path: Path) -> None:
    """Nothing that runs is lost between a file of ours and the playbook that is read back from it."""
    playbook, plan = plan_of(path.read_text(encoding="utf-8"), path.stem)
    text = written(exported(playbook, plan))
    back = imported(text.encode(), path="file.json", actions=ACTIONS, library=LIBRARY)
    assert (back.name, back.lost, back.ours) == (path.stem, (), True)
    _, again = plan_of(back.text, back.name)
    assert placeless(again) == placeless(plan)


def placeless(plan: Plan) -> Plan:
    """A plan without where in which file it stands."""
    return replace(plan, digest="", steps={name: replace(step, line=0) for name, step in plan.steps.items()})


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_file_of_ours_is_sound(path: Path) -> None:
    """Nothing dangles, everything is reached, no step goes in a circle, and what is read is defined."""
    found = exported(*plan_of(path.read_text(encoding="utf-8"), path.stem))
    assert faults(found) == []
    body = json.dumps({key: value for key, value in found.items() if key != "playbook_extensions"})
    assert set(VARIABLE.findall(body)) <= set(found["playbook_variables"])
    assert {step["type"] for step in found["workflow"].values()} <= set(STEP_TYPES)
    assert all(step["type"] == "end" or leads_to(step) for step in found["workflow"].values())


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_file_of_ours_fits_the_published_schemas(path: Path) -> None:
    """As draft-07, which is what they say they are."""
    if not SCHEMAS.is_dir():
        pytest.skip("CACAO_SCHEMAS does not name the folder of the published schemas")
    loaded = [json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.rglob("*.json")]
    known = [(one["$id"], Resource.from_contents(one, default_specification=DRAFT7)) for one in loaded]
    schema = json.loads((SCHEMAS / "playbook.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema, registry=Registry().with_resources(known))
    found = exported(*plan_of(path.read_text(encoding="utf-8"), path.stem))
    assert [error.message for error in validator.iter_errors(found)] == []


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_layers_keep_every_order(path: Path) -> None:
    """A step stands in a later layer than everything it waits for, and each stands in exactly one."""
    _, plan = plan_of(path.read_text(encoding="utf-8"), path.stem)
    found = layers(plan)
    place = {step.id: number for number, layer in enumerate(found) for step in layer}
    assert sorted(place) == sorted(plan.steps)
    assert [
        (step.id, other)
        for step in plan.steps.values()
        for other in waits_for(plan, step)
        if place[other] >= place[step.id]
    ] == []


def test_a_request_has_its_host_as_target_and_no_secret() -> None:
    """Inputs and secrets are variables; a secret has no value."""
    found = small()
    step = named(found, "Close it")
    assert step["commands"] == [
        {
            "type": "http-api",
            "command": "POST /api/__kind__:value HTTP/1.1",
            "headers": {"Authorization": ["Bearer __REC_TOKEN__:value"]},
            "content": '{"url": "__url__:value"}',
            "playbook_activity": "restrict-access",
        }
    ]
    (target,) = step["targets"]
    assert found["target_definitions"][target] == {
        "type": "http-api",
        "name": "rec.example:8443",
        "address": {"dname": ["rec.example"]},
        "port": "8443",
    }
    assert "value" not in found["playbook_variables"]["__REC_TOKEN__"]
    assert found["playbook_variables"]["__kind__"] == {
        "type": "string",
        "description": "One of: meeting, other.",
        "value": "other",
        "external": True,
    }


def test_conditions_and_approvals_stand_around_their_step() -> None:
    """First whether it is done at all, then who says so, then the act; without the approval it is passed by."""
    found = small()
    only = named(found, "Only if: Close it")
    assert only["condition"] == "__kind__:value = 'meeting'"
    asked = found["workflow"][only["on_true"]]
    assert asked["commands"][0]["command"] == "Approve or decline, exactly as it is written: Close it"
    gate = found["workflow"][asked["on_completion"]]
    assert gate["condition"] == "__approved_lock__:value = 'true'"
    assert found["workflow"][gate["on_true"]]["name"] == "Close it"
    assert found["workflow"][found["workflow"][gate["on_true"]]["on_completion"]]["type"] == "end"


def test_people_and_time_have_their_words() -> None:
    """A task is a manual command of its role's group, a wait a delay in milliseconds."""
    found = small()
    task = named(found, "Ask them")
    assert (task["commands"], found["agent_definitions"][task["agent"]]["name"]) == (
        [{"type": "manual", "command": "Ask them.", "playbook_activity": "restrict-access"}],
        "Counsel",
    )
    assert named(found, "Wait a little")["delay"] == 7_200_000
    assert task["step_extensions"][EXTENSION] == {
        "id": "ask",
        "phase": "contain",
        "kind": "task",
        "needs": [],
        "due": "1h",
    }


def test_the_same_playbook_gives_the_same_bytes_and_a_newer_one_is_newer() -> None:
    """Versions are told apart by when they were made, which CACAO orders them by."""
    assert written(small()) == written(small())
    moments = [
        exported(*plan_of(SMALL.replace("version: 3", f"version: {number}"), "small"))["modified"]
        for number in (1, 2, 90)
    ]
    assert all(earlier < later for earlier, later in pairwise(moments))


def test_a_file_that_was_changed_elsewhere_is_read_as_what_it_is_now() -> None:
    """Its Tocsin part no longer counts, and that is said."""
    found = small()
    next(step for step in found["workflow"].values() if step["name"] == "Ask them")["name"] = "Ask them twice"
    back = imported(json.dumps(found).encode(), path="file.json", actions=ACTIONS)
    assert not back.ours
    assert "the file was changed after Tocsin wrote it, so its Tocsin part is not used" in [
        one.what for one in back.lost
    ]
    assert "Ask them twice" in back.text


def test_a_workflow_that_hides_what_its_playbook_does_is_named() -> None:
    """Whoever puts another playbook behind harmless steps can make the digest fit, and is seen all the same."""
    found = small()
    found["playbook_extensions"][EXTENSION]["playbook"]["phases"]["contain"]["steps"][1]["task"] = "Pay them."
    back = imported(json.dumps(found).encode(), path="file.json", actions=ACTIONS)
    assert back.ours
    assert ["or the two do not belong together" in one.what for one in back.lost] == [True]
