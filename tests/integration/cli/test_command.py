"""Holding an incident and handing its command over, from a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.cli.conftest import carry

if TYPE_CHECKING:
    from tests.terminal import Run


def test_a_held_incident_says_so_first_until_it_is_released(tocsin: Run, incident: str) -> None:
    """In words and for programs; only those who may release it do."""
    assert (
        tocsin("hold", incident, "--reason", "wrong link").out == f"{incident} is on hold; `tocsin release` ends it.\n"
    )
    tocsin("hold", incident).said(3, f"{incident} is on hold already")
    status = tocsin("status", incident)
    assert "On hold since" in status.out.splitlines()[2]
    assert "Wrong link." in status.out.splitlines()[2]
    found = tocsin("status", incident, "--json").json
    assert (found["hold"]["by"], found["hold"]["reason"]) == ("ben", "wrong link")
    assert found["attention"][0]["kind"] == "on_hold"
    tocsin("release", incident, "--as", "dev").said(3, "whoever put it on hold")
    assert tocsin("release", incident, "--reason", "it is right", "--json").json["accepted"] == ["hold_released"]
    assert tocsin("status", incident, "--json").json["hold"] is None
    told = tocsin("timeline", incident).out
    assert "Put the incident on hold: nothing automatic begins until it is released. Wrong link." in told
    assert "Released the incident from its hold. It is right." in told


def test_the_command_is_offered_declined_and_accepted(tocsin: Run, incident: str) -> None:
    """Whoever is offered it finds it in their inbox; the summary stands on the timeline."""
    tocsin("handover", incident, "--to", "jo").said(3, "The commander decides this.")
    tocsin("handover", incident, "--to", "nobody", "--as", "ana").said(3, "nobody cannot hold a role here.")
    offered = tocsin("handover", incident, "--to", "kim", "--note", "Call the host.", "--as", "ana")
    first, state, *lines = offered.out.splitlines()
    assert first.startswith("Offered to kim; you have the command until they accept.")
    assert state.startswith("  State: declared; began ")
    assert any(line.startswith("  Open: The statement, Dev Patel, due ") for line in lines)
    (mine,) = tocsin("inbox", "--as", "kim", "--json").json["asks"]
    assert (mine["kind"], mine["people"]) == ("handover", ["kim"])
    assert f"tocsin accept {incident}" in tocsin("inbox", "--as", "kim").out
    assert tocsin("status", incident, "--json").json["handover"]["to"] == "kim"
    tocsin("accept", incident, "--as", "dev").said(3, "Only the person to whom the command is offered")
    assert tocsin("decline", incident, "--reason", "on a train", "--as", "kim").code == 0
    assert tocsin("inbox", "--as", "kim").out == "Nothing waits for you.\n"
    assert tocsin("status", incident, "--json").json["roles"]["commander"] == ["ana", "jo"]
    tocsin("accept", incident, "--as", "kim").said(3, "Nobody offers you the command now.")
    tocsin("handover", incident, "--to", "kim", "--as", "ana")
    accepted = tocsin("accept", incident, "--as", "kim", "--json").json["accepted"]
    assert accepted == ["handover_accepted", "role_assigned"]
    assert tocsin("status", incident, "--json").json["roles"]["commander"] == ["kim", "ana", "jo"]
    told = tocsin("timeline", incident).out
    assert "Offered the command to Kim Tran. Call the host. Where it stood: State: declared" in told
    assert "Declined to take over the command. On a train." in told
    assert "Accepted the handover and has the command." in told
    assert tocsin("verify", incident).code == 0


def test_an_offer_waits_in_the_inbox_of_an_incident_that_asks_nothing_else(tocsin: Run, incident: str) -> None:
    """Also after the read models were made again."""
    for step in ("look", "lock", "words"):
        assert tocsin("skip", incident, step, "--reason", "x", "--as", "ana").code == 0
    carry()
    tocsin("reopen", incident, "--reason", "another copy", "--as", "ana")
    tocsin("handover", incident, "--to", "kim", "--as", "ana")
    assert [ask["kind"] for ask in tocsin("inbox", "--as", "kim", "--json").json["asks"]] == ["handover"]
    tocsin("rebuild")
    assert [ask["kind"] for ask in tocsin("inbox", "--as", "kim", "--json").json["asks"]] == ["handover"]
    tocsin("assign", incident, "commander", "ana", "--as", "ana")
    assert tocsin("inbox", "--all", "--json").json["asks"] == []


def test_the_tasks_of_an_incident_begin_with_ones_own(tocsin: Run, incident: str) -> None:
    """For whom and until when, with the command that answers; somebody nobody knows may read."""
    tocsin("handover", incident, "--to", "dev", "--as", "ana")
    found = tocsin("tasks", incident, "--as", "dev", "--json").json["tasks"]
    assert [(task["kind"], task["step"], task["mine"]) for task in found] == [
        ("handover", "", True),
        ("task", "words", True),
        ("decision", "look", False),
        ("task", "lock", False),
    ]
    lines = tocsin("tasks", incident, "--as", "dev").out.splitlines()
    assert lines[0] == "▸ handover: take the command from Ana Ruiz? (Dev Patel; no due time)"
    assert lines[2].startswith("▸ task: The statement (Dev Patel; due ")
    assert f"    tocsin answer {incident} look" in lines
    assert tocsin("tasks", "INC-99").code == 3
