"""The command of an incident is handed over: offered, accepted or declined, and kept until then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, holders
from engine.domain.handing import handover_number, handover_subject
from engine.domain.intake import take
from engine.reports.handover import handover_summary
from tests.unit.domain.story import Story, story


@pytest.fixture
def told() -> Story:
    """An incident that Ana commands and Ben declared."""
    return story("""
      contain:
        steps:
          - {id: lock, title: Lock, ACT}
          - {id: call, title: Call the host, task: Call them., owner: counsel, due: 1h}
          - {id: names, title: Who is shown?, task: Say it., owner: commander, sensitivity: restricted}
          - {id: then, title: Tell everybody, task: Do it., owner: commander, needs: [call]}
    """)


def give(told: Story, command: cmd.AnyCommand, person: str) -> Any:  # noqa: ANN401 events or a refusal
    """Let a person give a command; what is accepted goes on the timeline."""
    taken = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if not isinstance(taken, Refusal):
        told.write(*taken)
        told.turn()
    return taken


def commanders(told: Story) -> tuple[str, ...]:
    """Who has the command, the first one first."""
    return holders(told.plan, told.incident, "commander")


def test_whoever_accepts_has_the_command_first(told: Story) -> None:
    """Until then the one before has it; afterwards they stand behind."""
    give(told, cmd.OfferHandover(to="jo", note=" The host answers at eight. ", summary=["State: declared"]), "ana")
    assert commanders(told) == ("ana",)
    offer = told.incident.handover
    assert offer is not None
    assert (offer.to, offer.note, offer.summary) == ("jo", "The host answers at eight.", ("State: declared",))
    accepted, assigned = give(told, cmd.AcceptHandover(number=1), "jo")
    assert (accepted.by, assigned.people, assigned.reason) == ("jo", ["jo", "ana"], "accepted the handover from ana")
    assert commanders(told) == ("jo", "ana")
    assert [(one.outcome, one.ended_at) for one in told.incident.handovers] == [("accepted", told.now)]
    assert told.incident.handover is None


def test_declining_needs_a_reason_and_changes_nothing(told: Story) -> None:
    """Whoever offered it keeps the command."""
    give(told, cmd.OfferHandover(to="jo"), "ana")
    assert give(told, cmd.DeclineHandover(reason=" "), "jo").rule == "reason"
    give(told, cmd.DeclineHandover(reason="on a train"), "jo")
    (offer,) = told.incident.handovers
    assert (offer.outcome, offer.reason, commanders(told)) == ("declined", "on a train", ("ana",))


def test_only_a_commander_offers_and_only_whoever_is_asked_answers(told: Story) -> None:
    """Refusals say whom to ask."""
    assert give(told, cmd.OfferHandover(to="jo"), "ben").ask == ("ana",)
    assert give(told, cmd.OfferHandover(to="ana"), "ana").rule == "in_command"
    assert give(told, cmd.AcceptHandover(), "jo").rule == "no_handover"
    give(told, cmd.OfferHandover(to="jo"), "ana")
    for command in (cmd.AcceptHandover(), cmd.DeclineHandover(reason="no")):
        assert give(told, command, "ana").ask == ("jo",)


@pytest.mark.parametrize("person", ["jo", "kim"])
def test_a_later_offer_takes_the_place_of_the_earlier(told: Story, person: str) -> None:
    """A press on the old one counts for nothing, also by the same person."""
    give(told, cmd.OfferHandover(to="jo", note="first"), "ana")
    give(told, cmd.OfferHandover(to=person, note="second"), "ana")
    assert [one.outcome for one in told.incident.handovers] == ["replaced", ""]
    stale = give(told, cmd.AcceptHandover(number=1), person)
    assert (stale.rule, stale.message) == ("no_handover", "This handover has been replaced by another one already.")
    assert not isinstance(give(told, cmd.AcceptHandover(number=2), person), Refusal)


def test_an_offer_lapses_when_the_command_is_given_another_way(told: Story) -> None:
    """Another role changes nothing about it."""
    give(told, cmd.OfferHandover(to="jo"), "ana")
    give(told, cmd.AssignRole(role="counsel", people=["kim"]), "ana")
    assert told.incident.handover is not None
    give(told, cmd.AssignRole(role="commander", people=["ben"]), "ana")
    assert told.incident.handover is None
    assert give(told, cmd.AcceptHandover(), "jo").rule == "no_handover"


def test_an_offer_ends_with_the_incident(told: Story) -> None:
    """Nobody takes the command of what is over."""
    give(told, cmd.OfferHandover(to="jo"), "ana")
    told.does("lock")
    give(told, cmd.CancelIncident(reason="a drill"), "ana")
    assert (told.status(), [one.outcome for one in told.incident.handovers]) == ("cancelled", ["lapsed"])
    assert give(told, cmd.AcceptHandover(), "jo").rule == "closed"


def test_the_summary_says_what_failed_what_is_open_and_what_comes_next(told: Story) -> None:
    """A restricted step is counted as such; times are the incident's."""
    told.fails("lock")
    told.tells(ev.HoldOrdered(reason="wrong link", by="ben"))
    lines = handover_summary(told.plan, told.incident, now=told.now, name=str.title)
    assert lines == [
        "On hold since Tue 24 Nov 2026, 02:10 by Ben: nothing automatic begins. Wrong link.",
        "State: declared; began Tue 24 Nov 2026, 02:10; contain open",
        "Failed: Lock (refused)",
        "Open: Call the host, Carla, due Tue 24 Nov 2026, 03:10",
        "Open: A restricted step (names), Ana",
        "Next: Tell everybody",
    ]


def test_a_title_that_ends_as_a_question_takes_no_comma(told: Story) -> None:
    """`Who is shown? Ana` reads better than `Who is shown?, Ana`."""
    steps = {name: replace(step, title=f"{step.title}?") for name, step in told.plan.steps.items()}
    asked = replace(told.plan, steps=steps)
    lines = handover_summary(asked, told.incident, now=told.now, name=str.title)
    assert "Open: Call the host? Carla, due Tue 24 Nov 2026, 03:10" in lines


def test_an_offer_is_named_by_its_number() -> None:
    """Nothing else is taken for one."""
    assert handover_number(handover_subject(12)) == 12
    assert [handover_number(text) for text in ("handover", "handover:x", "scope.decision.1", "hold")] == [None] * 4
