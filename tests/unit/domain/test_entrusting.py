"""A task whose ticket was given to somebody: who may finish it then, and for how long they take part."""

from __future__ import annotations

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, participants
from engine.domain.intake import take
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true}
      counsel: {title: Counsel}
    phases:
      contain:
        steps:
          - {id: look, title: Look, task: Look., owner: counsel, due: 1h}
          - {id: settle, title: Settle, decision: Settled?, by: [counsel], due: 1h}
"""
LOOK, SETTLE = "look.task.1", "settle.decision.1"


def given(told: Story, ask: str, *, by: str, to: str) -> None:
    """Let a ticket be given to somebody in the tracker."""
    told.tells(ev.TicketChanged(ticket="SEC-2", ask=ask, change="reassigned", person=to, by=by, change_id="7"))


def done(told: Story, ask: str, person: str) -> object:
    """Let somebody finish what is asked."""
    return take(told.plan, told.incident, cmd.Answer(target=ask, verdict="done"), cmd.Who(person=person), now=told.now)


@pytest.mark.parametrize("by", ["carla", "ana"])
def test_whoever_gets_a_task_from_its_owner_or_the_commander_may_finish_it(by: str) -> None:
    """And takes part until it is finished."""
    told = Story(PLAYBOOK)
    assert isinstance(done(told, LOOK, "emi"), Refusal)
    given(told, LOOK, by=by, to="emi")
    assert not isinstance(done(told, LOOK, "emi"), Refusal)
    assert "emi" in participants(told.plan, told.incident)
    told.answers(LOOK, by="emi", verdict="done")
    assert "emi" not in participants(told.plan, told.incident)


def test_whoever_gets_it_from_somebody_else_may_not() -> None:
    """Nobody gives away what is not theirs."""
    told = Story(PLAYBOOK)
    given(told, LOOK, by="kim", to="emi")
    assert isinstance(done(told, LOOK, "emi"), Refusal)
    assert "emi" not in participants(told.plan, told.incident)


def test_a_decision_stays_with_its_role() -> None:
    """Whoever has its ticket works on it; the role decides."""
    told = Story(PLAYBOOK)
    given(told, SETTLE, by="carla", to="emi")
    assert isinstance(done(told, SETTLE, "emi"), Refusal)


def test_a_role_that_goes_to_somebody_else_takes_its_tasks_along() -> None:
    """Whoever had one of them has it no more."""
    told = Story(PLAYBOOK)
    given(told, LOOK, by="carla", to="emi")
    told.tells(ev.RoleAssigned(role="counsel", people=["jo"], by="ana"))
    assert isinstance(done(told, LOOK, "emi"), Refusal)
