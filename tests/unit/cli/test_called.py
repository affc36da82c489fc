"""What `lint` and `plan` say of a playbook that calls another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.terminal import Run

CALLED = Path(__file__).parents[2] / "goldens/playbooks/called/takedown.yaml"
CALLING = """\
tocsin: 1
playbook: leak
title: A leak
version: 1
inputs:
  urls: {type: url, list: true, min: 1}
roles:
  commander: {required: true}
phases:
  contain:
    steps:
      - {id: takedown, title: Have each copy removed, call: takedown, for_each: inputs.urls, with: {url: "{{ item }}"}}
"""


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    """Return a playbook that calls the one beside it."""
    shutil.copy(CALLED, tmp_path)
    path = tmp_path / "leak.yaml"
    path.write_text(CALLING, encoding="utf-8")
    return path


def test_what_is_called_is_found_beside_the_file_and_checked_too(tocsin: Run, leak: Path) -> None:
    """Lint reads both, each once, and says what is wrong at its own place."""
    assert tocsin("lint", str(leak)).out == "2 files: 0 errors, 0 warnings\n"
    assert tocsin("lint", str(leak.parent)).out == "2 files: 0 errors, 0 warnings\n"
    called = leak.with_name("takedown.yaml")
    called.write_text(called.read_text(encoding="utf-8").replace("due: 1bd", "due: soon"), encoding="utf-8")
    ran = tocsin("lint", str(leak))
    assert ran.code == 1
    assert f"{leak}:12:61: error PB243 takedown has an error: PB401 in line 23" in ran.out
    assert f"{called}:23:14: error PB401" in ran.out
    assert ran.out.endswith("2 files: 2 errors, 0 warnings\n")


def test_the_plan_shows_what_is_called_inside_the_call(tocsin: Run, leak: Path) -> None:
    """Its steps stand under the step that calls, with their paths, for eyes, for programs and in the graph."""
    (call,) = tocsin("plan", str(leak), "--json").json["phases"][0]["steps"]
    assert (call["kind"], call["call"]["playbook"], call["call"]["outputs"]) == ("call", "takedown", ["removed"])
    assert [step["id"] for step in call["call"]["steps"]] == ["takedown/report", "takedown/verify"]
    assert call["call"]["steps"][1]["needs"] == [{"step": "takedown/report", "any_end": False}]
    text = tocsin("plan", str(leak)).out
    assert "calls takedown, version 1" in text
    assert "takedown/report  Report the copy" in text
    graph = tocsin("plan", str(leak), "--format", "mermaid").out.splitlines()
    assert '    subgraph in_takedown_["takedown"]' in graph
    assert "  takedown__report_ --> takedown__verify_" in graph
    assert "  takedown_ -. calls .- in_takedown_" in graph


def test_the_plan_names_the_laws_that_only_what_is_called_names(tocsin: Run, leak: Path) -> None:
    """They apply to the incident, whichever file names them."""
    called = leak.with_name("takedown.yaml")
    text = called.read_text(encoding="utf-8")
    called.write_text(text.replace("inputs:", "deadlines: [eu-gdpr]\ninputs:", 1), encoding="utf-8")
    assert tocsin("plan", str(leak), "--json").json["leaves"]["deadlines"] == [
        {"regime": "eu-gdpr", "started_by": [], "stopped_by": []}
    ]
