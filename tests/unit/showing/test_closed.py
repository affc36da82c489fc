"""What is restricted is not shown where it is approved, wherever it came from."""

from __future__ import annotations

from engine.runtime.showing.words.asking import card
from engine.runtime.showing.words.scene import Scene
from engine.settings.people import read_people
from tests.architecture.sources import ROOT
from tests.unit.domain.story import Story

CANARY = "canary-71c0"
PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs: {seen_by: {type: text, sensitivity: restricted, optional: true}}
    roles: {commander: {required: true}, counsel: {}}
    phases:
      contain:
        steps:
          - id: look
            title: Look it up
            action: http.request
            with: {url: "https://a.example"}
            keep: {owner: {from: json.owner, type: text, sensitivity: restricted}, count: {from: json.n, type: number}}
          - id: block
            title: Block it
            action: http.request
            needs: [look]
            approve: {by: [counsel]}
            with:
              method: POST
              url: "https://a.example/{{ steps.look.output.count }}"
              json: {owner: "{{ steps.look.output.owner }}", seen: [{by: "{{ inputs.seen_by | default('nobody') }}"}]}
"""


def test_a_key_that_something_restricted_flows_into_is_only_recorded() -> None:
    """The address, which holds nothing of it, is there to be read."""
    told = Story(PLAYBOOK)
    told.does("look", owner=CANARY, count="4")
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    lines = [line for section in card(scene, told.incident.asks["block.approval.1"]).sections for line in section.lines]
    assert CANARY not in "\n".join(lines)
    assert "Json: recorded, restricted" in lines
    assert "Url: hxxps://a[.]example/4" in lines
