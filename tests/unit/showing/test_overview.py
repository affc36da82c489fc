"""What somebody reads who opens the epic the next morning."""

from __future__ import annotations

from engine.domain import timeline as ev
from engine.runtime.showing.words.overview import checklist
from engine.runtime.showing.words.scene import Scene
from engine.settings.people import read_people
from tests.architecture.sources import ROOT
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true}
      counsel: {else: commander}
    phases:
      contain:
        steps:
          - {id: host, title: Write to the host, task: Write., owner: commander, due: 2h}
          - {id: told, title: Who was told?, task: List them., owner: counsel, due: 1d}
          - {id: tell, title: Tell them, task: Call., owner: counsel, due: 1d, needs: [host]}
          - {id: hush, title: Hush, task: Hush., owner: counsel, due: 3d, sensitivity: restricted}
          - {id: later, title: Later, task: Wait., owner: counsel, due: 1d, needs: [told]}
"""


def test_the_plan_says_how_each_step_stands_whom_it_waits_for_and_until_when() -> None:
    """With the day, since nobody edits it at midnight. Only what ended badly has a cross.

    What is restricted says no more than that it is asked.
    """
    told = Story(PLAYBOOK)
    told.tells(ev.AskAnswered(ask="host.task.1", verdict="done", by="ana"))
    told.tells(ev.AskAnswered(ask="told.task.1", verdict="decline", by="carla", reason="no"))
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    assert checklist(scene, channel="https://chat.example/C1").splitlines() == [
        "State: declared · commander: Ana Ruiz",
        "Declared Tue 24 Nov, 02:10 (UTC) by Ben Osei",
        "Next target: Wed 25 Nov, 02:10, Tell them: Carla Weiss",
        "In Slack: https://chat.example/C1",
        "",
        "h2. Contain (open)",
        "* (/) Write to the host: done",
        "* (x) Who was told? declined",
        "* (!) Tell them: waits for Carla Weiss, due Wed 25 Nov, 02:10",
        "* (!) A restricted step (hush): awaiting person",
        "* (x) Later: blocked",
    ]
