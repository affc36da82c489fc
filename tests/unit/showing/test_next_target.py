"""The pinned message says what comes next, and not what has passed."""

from __future__ import annotations

from engine.domain import timeline as ev
from engine.runtime.showing.words.overview import living
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
    phases:
      contain:
        steps:
          - {id: look, title: Look at it, task: Look., owner: commander, due: 1h}
          - {id: tell, title: Tell them, task: Tell., owner: commander, due: 2h}
"""


def test_a_target_that_was_missed_is_not_the_next_one() -> None:
    """It stands among what needs a person."""
    told = Story(PLAYBOOK)
    assert "Look at it" in next_target(told)
    told.tells(ev.TargetMissed(ask="look.task.1", step="look", due="2026-11-24T02:10:00Z"))
    assert "Tell them" in next_target(told)


def next_target(told: Story) -> str:
    """Return the line of the pinned message."""
    scene = Scene(told.plan, told.incident, read_people(ROOT / "config" / "people.yaml"), told.now)
    lines = [line for section in living(scene).sections for line in section.lines]
    return next(line for line in lines if line.startswith("Next target"))
