"""What `tocsin plan` says of a step: everything that its author wrote, for programs whole and for eyes shortly."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from engine.domain.plan import ApprovePlan, RetryPlan, StepPlan
from engine.domain.plan_people import ConsultPlan
from tests.terminal import Run

PLAYBOOK = """\
tocsin: 1
playbook: said
title: All that is said
version: 1
sensitivity: restricted
inputs:
  urls: {type: url, list: true, min: 1, max: 9}
roles:
  commander: {required: true}
  counsel: {}
  comms: {}
separation:
  - {roles: [counsel, comms], why: Whoever advises does not speak.}
phases:
  contain:
    steps:
      - id: hide
        title: Hide the copy
        action: http.request
        for_each: inputs.urls
        max_parallel: 2
        join: 3
        with: {method: POST, url: "https://host.example/hide"}
        timeout: 20s
        retry: {attempts: 3, within: 1m, if: attempt < 3}
        keep: {state: json.state, owner: {from: json.owner, sensitivity: restricted}}
        undo: {action: http.request, with: {method: POST, url: "https://host.example/show"}}
        approve:
          by: [counsel, comms]
          quorum: 2
          expires: 4h
          on_expiry: decline
          escalate: {after: 1h, to: [commander]}
          break_glass: {after: 30m}
        on_failure: stop
        controls: [iso-27001-2022.A.5.28]
      - id: tell
        title: Tell them?
        decision: Say whether they are told.
        by: [commander]
        consult: {roles: [counsel], first: 2h}
        form: {told: {type: boolean}, name: {type: text, sensitivity: restricted, optional: true}}
        controls: [iso-27001-2022.A.5.24]
"""
LINES = (
    "All that is said (said, version 1, restricted)",
    "counsel, comms  Whoever advises does not speak.",
    "for each of inputs.urls, 2 at a time, done once 3 of them are",
    "approved by 2 of counsel (Carla Weiss), comms (Dev Patel)",
    "not approved after 4 h, it is taken as declined",
    "after 1 h also by commander",
    "after 30 min one person may go ahead alone, with a reason",
    "tried up to 3 times in 1 min if attempt < 3, each up to 20 s",
    "keeps state, owner (restricted)",
    "after a failure nothing new begins until somebody decides",
    "evidence for iso-27001-2022.A.5.28",
    "asks counsel (Carla Weiss) for a view first, and waits up to 2 h for it",
    "asks for told, name (optional, restricted)",
)
CHANGES = (
    ("expires: 4h", "expires: 5h", "approve.expires: 4h → 5h"),
    ("on_expiry: decline", "on_expiry: ask_again", "approve.on_expiry: decline → ask_again"),
    ("to: [commander]", "to: [commander, comms]", "approve.escalate.to: +comms"),
    ("after: 30m", "after: 45m", "approve.break_glass.after: 30m → 45m"),
    ("max_parallel: 2", "max_parallel: 4", "max_parallel: 2 → 4"),
    ("join: 3", "join: any", "join: 3 → any"),
    ("A.5.24", "A.5.26", "controls: -iso-27001-2022.A.5.24 +iso-27001-2022.A.5.26"),
    ("first: 2h", "first: 3h", "consult.first: 2h → 3h"),
    ("state: json.state", "state: json.now", "keep.state.from: json.state → json.now"),
    ("Whoever advises does not speak.", "Two people.", "Whoever advises does not speak."),
)
NAMES = {
    "phase": None,
    "handlers": "on_failure",
    "owner": "who",
    "by": "who",
    "with_": "with",
    "traits": "reach",
    "closed": None,
}
"""What of a step stands elsewhere in its JSON: under its phase, under another name, or is worked out from the rest."""


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """Return a playbook whose two steps use every key of this test."""
    path = tmp_path / "said.yaml"
    path.write_text(PLAYBOOK, encoding="utf-8")
    return path


def steps_of(tocsin: Run, path: Path) -> list[dict[str, Any]]:
    """Return the steps of the plan as programs read them."""
    found: list[dict[str, Any]] = tocsin("plan", str(path), "--json").json["phases"][0]["steps"]
    return found


def test_the_tree_says_shortly_what_the_author_wrote(tocsin: Run, said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key has its line, at the step to which it belongs."""
    monkeypatch.setenv("COLUMNS", "200")
    out = tocsin("plan", str(said)).out
    assert [line for line in LINES if line not in out] == []


def test_the_picture_tells_the_same_to_whoever_points_at_a_box(tocsin: Run, said: Path) -> None:
    """What does not fit into the box stands in its title."""
    picture = tocsin("plan", str(said), "--format", "svg").out
    told = ("not approved after 4 h", "2 at a time", "evidence for iso-27001-2022.A.5.28", "keeps state, owner")
    assert [line for line in (*told, "asks counsel") if line not in picture] == []


def test_programs_read_all_that_a_step_says(tocsin: Run, said: Path) -> None:
    """A key that is added to a step is missing here until the plan says it."""
    step, decision = steps_of(tocsin, said)
    names = {field.name: NAMES.get(field.name, field.name) for field in fields(StepPlan)}
    assert {key for key in names.values() if key} - step.keys() == set()
    assert {field.name for field in fields(ApprovePlan)} == step["approve"].keys()
    assert {field.name for field in fields(ConsultPlan)} == decision["consult"].keys()
    assert {field.name for field in fields(RetryPlan)} - {"only_if"} == step["retry"].keys() - {"if"}
    assert (step["approve"]["expires"], step["approve"]["asks_again"]) == (14_400, False)
    assert step["way_back"]["with"] == {"method": "POST", "url": "https://host.example/show"}
    assert step["keep"][1] == {
        "name": "owner",
        "from": "json.owner",
        "type": None,
        "list": False,
        "sensitivity": "restricted",
    }
    whole = tocsin("plan", str(said), "--json").json
    assert whole["separation"] == [{"roles": ["counsel", "comms"], "why": "Whoever advises does not speak."}]
    assert (whole["inputs"][0]["max"], whole["sensitivity"]) == (9, "restricted")


@pytest.mark.parametrize(("before", "after", "line"), CHANGES)
def test_a_difference_in_any_of_them_is_shown(
    tocsin: Run, said: Path, tmp_path: Path, before: str, after: str, line: str
) -> None:
    """Key by key, in the author's words."""
    newer = tmp_path / "new" / "said.yaml"
    newer.parent.mkdir()
    newer.write_text(PLAYBOOK.replace(before, after, 1), encoding="utf-8")
    assert line in tocsin("plan", str(newer), "--diff", str(said)).out
