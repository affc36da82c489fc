"""Somebody is kept out of an incident: by whom, what they lose, and what nobody can give them until they are let in."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, holders, may_see, participants
from engine.domain.fold import fold_all
from engine.domain.intake import take
from engine.reports.reader import Reader
from engine.reports.wording import WORDS
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs: {}
    roles: {commander: {required: true}, counsel: {required: true}, hr: {else: counsel}}
    phases:
      contain:
        steps:
          - {id: call, title: Call the host, task: Call them., owner: counsel, due: 1h}
          - {id: talk, title: Talk to them, task: Talk., owner: hr}
"""


class Team(Story):
    """Ana and Jo command, Carla and Dev are counsel, Kim is of the people team; Ben declared it and holds no role."""

    roles: ClassVar = {"commander": ["ana", "jo"], "counsel": ["carla", "dev"], "hr": ["kim"]}


@pytest.fixture
def told() -> Team:
    """An incident that has just been declared."""
    return Team(PLAYBOOK)


def give(told: Story, command: cmd.AnyCommand, person: str) -> Any:  # noqa: ANN401 events or a refusal
    """Let a person give a command; what is accepted goes on the timeline."""
    taken = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if not isinstance(taken, Refusal):
        told.write(*taken)
        told.turn()
    return taken


def out(person: str, reason: str = "it is about a meeting of theirs") -> cmd.ExcludePerson:
    """The order to keep somebody out."""
    return cmd.ExcludePerson(person=person, reason=reason)


def test_whoever_is_kept_out_holds_nothing_and_does_nothing(told: Team) -> None:
    """Their roles go to the next, their tickets and what they were on are free again, and they are refused."""
    give(told, cmd.Acknowledge(target="call"), "carla")
    told.write(ev.TicketChanged(ticket="S-1", ask="call.task.1", change="reassigned", person="carla", by="ana"))
    give(told, out("carla"), "ana")
    assert told.incident.roles == {"commander": ("ana", "jo"), "counsel": ("dev",), "hr": ("kim",)}
    ask = told.incident.asks["call.task.1"]
    assert (ask.on_it, ask.given_to) == (None, None)
    assert "carla" not in participants(told.plan, told.incident)
    assert not may_see(told.plan, told.incident, "carla")
    for command in (cmd.Answer(target="call", verdict="done"), cmd.AddNote(text="x"), out("ana"), cmd.HoldIncident()):
        assert give(told, command, "carla").rule == "kept_out"


def test_nobody_gives_them_anything_until_they_are_let_in(told: Team) -> None:
    """Neither a role nor the command; let in, they get their role by being given it."""
    give(told, out("dev"), "carla")
    for command in (cmd.AssignRole(role="counsel", people=["jo", "dev"]), cmd.OfferHandover(to="dev", summary=["x"])):
        assert give(told, command, "ana").rule == "kept_out"
    give(told, cmd.AdmitPerson(person="dev", reason="she was not there"), "ana")
    assert told.incident.roles["counsel"] == ("carla",)
    give(told, cmd.AssignRole(role="counsel", people=["dev"]), "ana")
    assert told.incident.roles["counsel"] == ("dev",)


def test_the_commander_or_counsel_decides_and_everybody_may_step_aside(told: Team) -> None:
    """Others are told whom to ask; a reason is needed, and each is kept out once."""
    assert give(told, out("carla"), "kim").ask == ("ana", "carla", "dev", "jo")
    assert give(told, out("kim", " "), "ana").rule == "reason"
    give(told, out("kim"), "kim")
    assert give(told, out("kim"), "ana").rule == "kept_out"
    assert give(told, cmd.AdmitPerson(person="jo"), "ana").rule == "not_kept_out"


def test_somebody_who_can_take_the_command_remains(told: Team) -> None:
    """A role nobody is left of goes to its `else`; whoever declared it is acting commander unless kept out too."""
    give(told, out("kim"), "ana")
    assert holders(told.plan, told.incident, "hr") == ("carla", "dev")
    for person in ("ana", "jo"):
        give(told, out(person), "carla")
    assert holders(told.plan, told.incident, "commander") == ("ben",)
    give(told, out("ben"), "carla")
    assert holders(told.plan, told.incident, "commander") == ("carla",)
    give(told, out("dev"), "carla")
    assert give(told, out("carla"), "carla").rule == "last"


def test_an_offer_of_the_command_ends_with_either_side(told: Team) -> None:
    """What was offered to somebody who is kept out cannot be accepted."""
    give(told, cmd.OfferHandover(to="kim", summary=["State: declared"]), "ana")
    give(told, out("kim"), "ana")
    assert [offer.outcome for offer in told.incident.handovers] == ["lapsed"]


def test_the_reason_is_shown_to_few(told: Team) -> None:
    """The timeline that everybody reads names who is kept out, and not why."""
    (event,) = give(told, out("kim"), "ana")
    open_to_all, full = (Reader(told.plan, str, show_restricted=shown) for shown in (False, True))
    assert WORDS[type(event)](event, open_to_all) == "Kept kim out of the incident: the reason is recorded, restricted."
    assert WORDS[type(event)](event, full) == "Kept kim out of the incident: it is about a meeting of theirs."


def test_the_state_is_the_same_folded_at_once(told: Team) -> None:
    """Many events in a row come to what each by itself comes to."""
    give(told, out("carla"), "ana")
    give(told, cmd.AdmitPerson(person="carla"), "ana")
    give(told, out("carla"), "ana")
    assert fold_all(None, [(seq, START, event) for seq, event in enumerate(told.told, start=1)]) == told.incident
