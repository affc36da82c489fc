"""Views: what consulted roles say before something is decided."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.intake import take
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true, title: Incident commander}
      counsel: {title: Counsel}
      privacy: {title: Privacy lead}
    phases:
      contain:
        steps:
          - id: notify
            title: Do we notify?
            decision: Decide whether people are told.
            by: [commander]
            CONSULT
"""
COUNSEL, PRIVACY, DECISION = "notify.view_counsel.1", "notify.view_privacy.1", "notify.decision.1"


class Consulting(Story):
    """An incident in which others are asked for their view."""

    roles = {"commander": ["ana"], "counsel": ["carla"], "privacy": ["emi"]}  # noqa: RUF012 - read only


def told(consult: str) -> Consulting:
    """Begin a decision on which others are consulted."""
    return Consulting(PLAYBOOK.replace("CONSULT", f"consult: {consult}"))


def say(story: Story, person: str, target: str, **more: Any) -> Any:  # noqa: ANN401 events or a refusal
    """Let a person answer; what is accepted goes on the timeline."""
    command = cmd.Answer(target=target, **more)
    outcome = take(story.plan, story.incident, command, cmd.Who(person=person), now=story.now)
    if not isinstance(outcome, Refusal):
        story.write(*outcome)
        story.turn()
    return outcome


def last(story: Story) -> ev.AskAnswered:
    """The newest answer."""
    return next(event for event in reversed(story.told) if isinstance(event, ev.AskAnswered))


def test_views_are_asked_for_when_the_decision_opens() -> None:
    """Each role is asked by itself; whoever names the step gives the view that they are asked for."""
    story = told("[counsel, privacy]")
    assert story.open_asks() == [DECISION, COUNSEL, PRIVACY]
    say(story, "carla", "notify", values={"view": "Yes: names are in it."})
    say(story, "emi", PRIVACY, reason="Yes, within 72 hours.")
    assert last(story).values == {"view": "Yes, within 72 hours."}
    say(story, "ana", "notify", verdict="yes", reason="both say so")
    assert last(story).without == []
    assert story.states() == {"notify": "done"}


def test_a_decision_without_a_view_says_so() -> None:
    """It can be made all the same; whoever was asked is not asked any more, and is told that it is decided."""
    story = told("[counsel, privacy]")
    say(story, "carla", COUNSEL, verdict="decline", reason="not mine to say")
    say(story, "ana", "notify", verdict="yes", reason="no time")
    assert last(story).without == ["counsel", "privacy"]
    assert story.open_asks() == []
    assert story.incident.asks[PRIVACY].outcome == "superseded"
    refusal = say(story, "emi", PRIVACY, reason="Wait!")
    assert (refusal.rule, refusal.message) == ("closed_ask", "This is decided already.")


def test_only_the_consulted_role_gives_its_view() -> None:
    """Not the commander, and nobody decides because they are consulted."""
    story = told("counsel")
    refusal = say(story, "ana", COUNSEL, reason="I think so")
    assert (refusal.rule, refusal.message) == ("not_asked", "Counsel gives a view on this.")
    assert say(story, "emi", "notify", reason="me too").rule == "not_asked"
    assert say(story, "carla", COUNSEL).rule == "form"


@pytest.mark.parametrize("late", [False, True])
def test_views_come_first_for_so_long(late: bool) -> None:  # noqa: FBT001 - it is one of two cases
    """The decision opens when all views are there, or when their time has passed; a late view still counts."""
    story = told("{roles: [counsel, privacy], first: 30m}")
    assert story.open_asks() == [COUNSEL, PRIVACY]
    assert story.states() == {}
    assert say(story, "ana", "notify", verdict="yes").rule == "nothing_asked"
    say(story, "carla", COUNSEL, reason="Yes")
    assert DECISION not in story.open_asks()
    if late:
        story.waits(minutes=30)
        assert any(isinstance(event, ev.TargetMissed) and event.ask == PRIVACY for event in story.told)
        assert story.open_asks() == [PRIVACY, DECISION]
    say(story, "emi", PRIVACY, reason="No")
    assert story.open_asks() == [DECISION]
    say(story, "ana", "notify", verdict="yes", reason="settled")
    assert last(story).without == []


def test_a_view_is_asked_for_once_however_often_the_decision_is() -> None:
    """Given, it stays; left open, it is asked again with a decision that is asked again."""
    story = told("[counsel, privacy]")
    say(story, "carla", COUNSEL, reason="Yes")
    say(story, "ana", "notify", verdict="yes", reason="done")
    story.tells(ev.RedoOrdered(step="notify", by="ana"))
    assert story.open_asks() == ["notify.decision.2", "notify.view_privacy.2"]
