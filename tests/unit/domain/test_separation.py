"""Roles that one person never holds together, from the beginning to the last answer."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import commands as cmd
from engine.domain.authority import COMMANDER, Refusal, holders
from engine.domain.intake import take
from engine.domain.separation import distributed
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true, title: Incident commander}
      liaison: {title: Liaison}
      hr: {title: HR}
    separation:
      - {roles: [liaison, hr], why: "One cares, the other may decide on discipline."}
    phases:
      contain:
        steps:
          - {id: care, title: Care, task: Care., owner: liaison, due: 1h}
          - {id: weigh, title: Weigh, task: Weigh., owner: hr, due: 1h}
"""


class Apart(Story):
    """An incident in which nobody holds hr."""

    roles = {"commander": ["ana", "kim"], "liaison": ["carla"]}  # noqa: RUF012 - read only


@pytest.fixture
def told() -> Apart:
    """An incident in which both are asked at once."""
    return Apart(PLAYBOOK)


def give(told: Story, command: Any, person: str) -> Any:  # noqa: ANN401 any command, events or a refusal
    """Let a person give a command; what is accepted goes on the timeline."""
    outcome = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if not isinstance(outcome, Refusal):
        told.write(*outcome)
        told.turn()
    return outcome


def test_the_later_role_goes_on_to_its_next_and_may_be_left_vacant(told: Apart) -> None:
    """Of two roles that are kept apart the one named first keeps its people; whom the other passes over is told."""
    held, passed = distributed(told.plan, {"liaison": ["ana"], "hr": ["ana", "jo"]}, first=COMMANDER)
    assert (held, passed) == ({"liaison": ["ana"], "hr": ["jo"]}, {"hr": ["ana"]})
    held, passed = distributed(told.plan, {"liaison": ["ana"], "hr": ["ana"]}, first=COMMANDER)
    assert (held, passed) == ({"liaison": ["ana"]}, {"hr": ["ana"]})


def test_the_commander_keeps_the_command_wherever_the_role_is_named(told: Apart) -> None:
    """Somebody has to command, so the other role gives way."""
    held, passed = distributed(told.plan, {"hr": ["ana"], "liaison": ["ana"]}, first="liaison")
    assert (held, passed) == ({"liaison": ["ana"]}, {"hr": ["ana"]})


def test_a_role_is_not_given_to_somebody_who_holds_the_other(told: Apart) -> None:
    """The refusal says what they hold and why the two are kept apart."""
    refusal = give(told, cmd.AssignRole(role="hr", people=["carla"]), "ana")
    assert refusal.rule == "separated"
    assert refusal.message == (
        "carla holds Liaison, and nobody holds that and HR together: One cares, the other may decide on discipline."
    )
    give(told, cmd.AssignRole(role="hr", people=["jo"]), "ana")
    assert told.incident.roles["hr"] == ("jo",)


def test_who_answered_for_one_role_does_not_answer_for_the_other(told: Apart) -> None:
    """A commander who cared as a stand-in does not weigh, although the work of a vacant role falls to them."""
    assert holders(told.plan, told.incident, "hr") == ("ana", "kim")
    give(told, cmd.Answer(target="care", verdict="done"), "ana")
    assert holders(told.plan, told.incident, "hr") == ("kim",)
    refusal = give(told, cmd.Answer(target="weigh", verdict="done"), "ana")
    assert refusal.rule == "separated"
    assert refusal.message.startswith("You have acted for Liaison, and nobody holds that and HR together: One cares")
    assert give(told, cmd.AssignRole(role="hr", people=["ana"]), "kim").rule == "separated"
    give(told, cmd.Answer(target="weigh", verdict="done"), "kim")
    assert told.states() == {"care": "done", "weigh": "done"}


def test_work_that_falls_to_nobody_is_asked_of_nobody() -> None:
    """When all whom a vacant role falls to are kept apart from it, nobody does it until it is given to somebody."""
    told = Apart(PLAYBOOK.replace("[liaison, hr]", "[commander, hr]"))
    give(told, cmd.AssignRole(role="commander", people=["ana", "ben"]), "ana")
    assert holders(told.plan, told.incident, "hr") == ()
    assert give(told, cmd.Answer(target="weigh", verdict="done"), "ana").rule == "separated"
    give(told, cmd.AssignRole(role="hr", people=["jo"]), "ana")
    assert holders(told.plan, told.incident, "hr") == ("jo",)


def test_the_command_is_not_offered_to_somebody_who_may_not_have_it() -> None:
    """Whoever holds a role that is kept apart from the command cannot take it over."""
    told = Apart(PLAYBOOK.replace("[liaison, hr]", "[liaison, commander]"))
    assert give(told, cmd.OfferHandover(to="carla"), "ana").rule == "separated"
