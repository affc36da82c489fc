"""Rehearsals of playbooks that call another."""

from __future__ import annotations

import asyncio
from textwrap import dedent

import pytest

from engine.domain.plan import Plan
from engine.language.api import compile_playbook
from engine.language.library import Texts
from engine.language.scenario import load_scenario
from engine.language.writing import yaml_text
from engine.rehearsal.expecting import differences
from engine.rehearsal.naming import names_of
from engine.rehearsal.play import Played, play
from engine.rehearsal.recording import record
from tests.unit.rehearsal.cases import ACTIONS, SCENARIO

CALLED = """
    tocsin: 1
    playbook: takedown
    title: One copy
    version: 1
    inputs: {url: {type: url}}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - id: draft
            title: Draft it
            task: Write it.
            owner: commander
            due: 1h
            form: {words: {type: text}}
          - id: sent
            title: Is it sent?
            decision: Say so.
            by: [commander]
            needs: [draft]
            when: steps.draft.output.words is defined
"""
CALLS = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs: {urls: {type: url, list: true, min: 1}}
    roles: {commander: {required: true}, counsel: {required: true}}
    phases:
      contain:
        steps:
          - id: takedown
            title: Have each copy removed
            call: takedown
            for_each: inputs.urls
            with: {url: "{{ item }}"}
"""
BOTH = 'inputs: {urls: ["https://a.example/1", "https://a.example/2"]}\n'


@pytest.fixture
def plan() -> Plan:
    """A playbook that calls another once for each address."""
    library = Texts({"takedown": dedent(CALLED).encode()})
    return compile_playbook(dedent(CALLS).encode(), path="story.yaml", actions=ACTIONS, library=library)


def run(plan: Plan, text: str) -> Played:
    """Play a scenario of it."""
    return asyncio.run(play(plan, load_scenario(text.encode(), path="r.yaml").checked(plan)))


def test_what_a_called_playbook_asks_is_answered_and_expected_by_its_path(plan: Plan) -> None:
    """One instance, or all there are; a path that is not there is told."""
    answers = """
    answers:
      takedown[2]/draft: {after: 2h, values: {words: The second.}}
      takedown/draft: {after: 10m, values: {words: All others.}}
    expect:
      status: closed
      steps: {takedown: done, "takedown[2]/draft": done, takedown/sent: done}
      order: ["takedown[1]/draft", "takedown[2]/draft"]
      missed: [takedown/draft]
    """
    found = run(plan, dedent(SCENARIO) + BOTH + dedent(answers))
    assert [one.told() for one in differences(found)] == []
    assert found.stage.incident.step("takedown[2]/draft").output == {"words": "The second."}
    wrong = load_scenario((dedent(SCENARIO) + "answers: {takedown/drft: {after: 1m}}").encode(), path="r.yaml")
    assert [item.rule for item in wrong.problems_beside(plan)] == ["PB701"]


def test_a_run_with_calls_is_recorded_by_its_paths(plan: Plan) -> None:
    """Played again, it comes to the same end."""
    first = run(plan, dedent(SCENARIO) + BOTH)
    stage = first.stage
    text = yaml_text(record({plan.digest: plan}, stage.incident, stage.chronicle.entries, name="recorded").scenario)
    assert "takedown[1]/draft" in text
    assert [one.told() for one in differences(run(plan, text))] == []


@pytest.mark.parametrize(
    ("instance", "names"),
    [
        ("lock", ("lock",)),
        ("each[2]", ("each[2]", "each")),
        ("takedown[2]/capture[1]", ("takedown[2]/capture[1]", "takedown[2]/capture", "takedown/capture")),
    ],
)
def test_an_instance_is_meant_by_several_names(instance: str, names: tuple[str, ...]) -> None:
    """The narrowest first."""
    assert names_of(instance) == names
