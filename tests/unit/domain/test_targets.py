"""A target is moved by those who may; the law's date by nobody; another timer follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.chain import instant_text
from engine.domain.intake import take
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {required: true}, counsel: {required: true}}
    phases:
      contain:
        steps:
          - {id: audit, title: Audit, task: Look., owner: counsel, due: 1h}
          - {id: later, title: Later, task: Wait., owner: counsel, needs: [audit]}
          - {id: last, title: Last, task: End., owner: counsel}
"""
LATER = instant_text(START + timedelta(days=3))


def given(story: Story, command: cmd.AnyCommand, who: str) -> object:
    """Return what a command comes to."""
    return take(story.plan, story.incident, command, cmd.Who(person=who), now=story.now)


@pytest.mark.parametrize("who", ["ana", "carla"])
def test_the_owner_and_the_commander_move_it(who: str) -> None:
    """It is not missed at its old time, and missed at its new one."""
    story = Story(PLAYBOOK)
    taken = given(story, cmd.MoveTarget(step="audit", due=LATER), who)
    assert isinstance(taken, tuple)
    story.tells(taken[0])
    story.waits(hours=2)
    assert not story.incident.asks["audit.task.1"].missed
    story.waits(days=3)
    assert story.incident.asks["audit.task.1"].missed
    assert sum(isinstance(event, ev.TargetMissed) for event in story.told) == 1


@pytest.mark.parametrize(
    ("command", "who", "rule"),
    [
        (cmd.MoveTarget(step="audit", due=LATER), "ben", "not_allowed"),
        (cmd.MoveTarget(step="audit", due="soon"), "ana", "value"),
        (cmd.MoveTarget(step="audit", due=""), "ana", "value"),
        (cmd.MoveTarget(step="later", due=LATER), "ana", "no_target"),
        (cmd.MoveTarget(step="nothing", due=LATER), "ana", "unknown_step"),
        (cmd.RedoStep(step="audit"), "ana", "state"),
    ],
)
def test_what_cannot_be_moved_or_asked_again_is_refused(command: cmd.AnyCommand, who: str, rule: str) -> None:
    """With the rule that says why."""
    refused = given(Story(PLAYBOOK), command, who)
    assert isinstance(refused, Refusal)
    assert refused.rule == rule


def test_a_legal_date_is_moved_by_nobody() -> None:
    """A step that fulfils a stage of a regime has one."""
    story = Story(PLAYBOOK)
    step = replace(story.plan.steps["audit"], stops=("eu-gdpr.authority",))
    story.plan = replace(story.plan, steps={**story.plan.steps, "audit": step})
    refused = given(story, cmd.MoveTarget(step="audit", due=LATER), "ana")
    assert isinstance(refused, Refusal)
    assert refused.rule == "legal_date"


def test_done_again_it_is_asked_in_a_further_round() -> None:
    """By the same people; what followed from it stays."""
    story = Story(PLAYBOOK)
    story.answers("audit.task.1", "carla", verdict="done")
    story.answers("later.task.1", "carla", verdict="done")
    taken = given(story, cmd.RedoStep(step="audit", reason="one was left"), "carla")
    assert isinstance(taken, tuple)
    story.tells(taken[0])
    assert story.incident.asks["audit.task.2"].open
    assert story.incident.step("later").status.value == "done"
    story.answers("audit.task.2", "carla", verdict="done")
    assert story.incident.step("audit").status.value == "done"
