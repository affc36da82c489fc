"""Saying that one is on it: who may, what it changes, and what it leaves as it was."""

from __future__ import annotations

from typing import Any

from engine.domain import commands as cmd
from engine.domain.authority import Refusal, ladder
from engine.domain.intake import refused, take
from tests.unit.domain.story import Story, story

ASKED = """
      contain:
        steps:
          - {id: look, title: Look, task: Look., owner: counsel, due: 1h}
          - id: report
            title: Report
            task: Report.
            owner: counsel
            due: 1h
            approve: {by: [commander, counsel]}
          - {id: later, title: Later, task: Later., owner: counsel, due: 1h, needs: [look]}
"""


def says(told: Story, target: str, person: str) -> Any:  # noqa: ANN401 events or a refusal
    """Let a person say that they are on it; what is accepted goes on the timeline."""
    came = take(told.plan, told.incident, cmd.Acknowledge(target=target), cmd.Who(person=person), now=told.now)
    if not isinstance(came, Refusal):
        told.write(*came)
        told.turn()
    return came


def rule(came: object) -> str:
    """The rule of a refusal."""
    assert isinstance(came, Refusal)
    return came.rule


def test_who_is_on_it_is_known_and_it_stays_open() -> None:
    """An acknowledgement answers nothing, and the due time passes as it would have."""
    told = story(ASKED)
    says(told, "look", "carla")
    ask = told.incident.asks["look.task.1"]
    assert ask.on_it is not None
    assert (ask.on_it.by, ask.on_it.at, ask.open) == ("carla", told.now, True)
    told.waits(hours=2)
    assert told.incident.asks["look.task.1"].missed


def test_the_commander_may_be_on_what_others_are_asked() -> None:
    """They are called when nobody else answers; who said it last is on it."""
    told = story(ASKED)
    says(told, "look", "carla")
    says(told, "look", "ana")
    on_it = told.incident.asks["look.task.1"].on_it
    assert on_it is not None
    assert on_it.by == "ana"


def test_nobody_else_may_and_nobody_twice() -> None:
    """A refusal says who is asked; what is closed or not asked yet cannot be acknowledged."""
    told = story(ASKED)
    came = says(told, "look", "ben")
    assert rule(came) == "not_asked"
    assert came.ask == ("ana", "carla")
    kept = refused(cmd.Acknowledge(target="look.task.1"), cmd.Who(person="ben"), came)
    assert (kept.command, kept.step, kept.ask) == ("acknowledge", "look", "look.task.1")
    says(told, "look", "carla")
    assert rule(says(told, "look", "carla")) == "on_it"
    assert rule(says(told, "later", "carla")) == "nothing_asked"
    assert rule(says(told, "nothing", "carla")) == "unknown_step"
    told.answers("look.task.1", by="carla", verdict="done")
    assert rule(says(told, "look.task.1", "ana")) == "closed_ask"


def test_after_its_due_time_it_may_be_said_again() -> None:
    """What passes its due is called again, so the same person may say that they are still on it."""
    told = story(ASKED)
    says(told, "look", "carla")
    told.waits(hours=2)
    says(told, "look", "carla")
    on_it = told.incident.asks["look.task.1"].on_it
    assert on_it is not None
    assert on_it.at == told.now
    assert rule(says(told, "look", "carla")) == "on_it"


def test_an_approval_is_called_for_without_whoever_wrote_it() -> None:
    """The step means its open approval; its author is on no list for it."""
    told = story(ASKED)
    told.answers("report.task.1", by="carla", verdict="done")
    approval = told.incident.asks["report.approval.1"]
    assert ladder(told.plan, told.incident, approval) == ("ana",)
    assert rule(says(told, "report", "carla")) == "not_asked"
    says(told, "report", "ana")
    assert told.incident.asks["report.approval.1"].on_it is not None
