"""What people may do, and what they are told when they may not."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, holders, vacant
from engine.domain.intake import refused, take
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs:
      urls: {type: url, list: true, min: 1}
      minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
    roles:
      commander: {required: true, title: Incident commander}
      counsel: {required: true, title: Counsel}
      privacy: {title: Privacy lead, else: counsel}
      comms: {title: Communications lead}
    phases:
      contain:
        steps:
          - id: look
            title: Look
            task: Look.
            owner: comms
            due: 1h
            form: {reference: {type: text}, at: {type: datetime}}
          - {id: report, title: Report, task: Report., owner: commander, due: 1h, approve: {by: [counsel, commander]}}
          - {id: tell, title: Tell, action: slack.post, with: {text: Please wait.}, approve: {by: [counsel, commander]}}
          - {id: yes_no, title: Sure?, decision: Are you sure?, by: [privacy], due: 1h}
          - {id: lock, title: Lock, action: http.request, with: {url: "https://a.example"}}
          - {id: each, title: Each, task: Each., owner: commander, due: 1h, for_each: inputs.urls}
"""


@pytest.fixture
def told() -> Story:
    """An incident in which everything is asked at once."""
    return Story(PLAYBOOK, urls=["https://a.example/1", "https://a.example/2"], minor="unknown")


def give(told: Story, command: Any, person: str = "ana", **who: Any) -> Any:  # noqa: ANN401 any command, events or a refusal
    """Let a person give a command; what is accepted goes on the timeline."""
    connected = who.pop("connected", False)
    outcome = take(told.plan, told.incident, command, cmd.Who(person=person, **who), now=told.now, connected=connected)
    if not isinstance(outcome, Refusal):
        told.write(*outcome)
        told.turn()
    return outcome


def test_a_vacant_role_falls_to_its_else_then_to_the_commander(told: Story) -> None:
    """Vacant work is shown as vacant and done by somebody."""
    assert vacant(told.plan, told.incident) == ("privacy", "comms")
    assert holders(told.plan, told.incident, "privacy") == ("carla",)
    assert holders(told.plan, told.incident, "comms") == ("ana",)


def test_whoever_declared_is_acting_commander_while_nobody_is(told: Story) -> None:
    """A vacant commander never refuses an incident."""
    told.tells(ev.RoleAssigned(role="commander", people=[], by="ana"))
    assert holders(told.plan, told.incident, "comms") == ("ben",)


def test_an_answer_by_somebody_who_is_not_asked_is_refused_and_kept(told: Story) -> None:
    """The refusal says who may, and can be kept on the timeline."""
    answer = cmd.Answer(target="yes_no", verdict="yes", reason="sure")
    outcome = give(told, answer, "ben")
    assert outcome == Refusal("not_asked", "Privacy lead decides this.", ask=("carla",))
    event = refused(answer, cmd.Who(person="ben"), outcome)
    assert (event.rule, event.step, event.by) == ("not_asked", "yes_no", "ben")


def test_nobody_approves_what_they_wrote(told: Story) -> None:
    """The person who answered is the requester, whatever role they hold besides."""
    give(told, cmd.Answer(target="report", verdict="done"))
    outcome = give(told, cmd.Answer(target="report", verdict="approve"))
    assert outcome.rule == "own_change"
    assert give(told, cmd.Answer(target="report", verdict="approve"), "carla")[0].ask == "report.approval.1"
    assert told.states()["report"] == "done"


def test_a_form_is_accepted_whole_or_not_at_all(told: Story) -> None:
    """Every bad field is named at once; a moment without a zone takes the person's own, in a chat and nowhere else."""
    wrong = give(told, cmd.Answer(target="look", verdict="done", values={"at": "2026-11-24 05:00", "refrence": "x"}))
    assert [name for name, _ in wrong.fields] == ["refrence", "reference", "at"]
    assert "did you mean reference?" in wrong.message
    typed = {"at": "2026-11-24 05:00", "reference": "PR-1"}
    shell = give(told, cmd.Answer(target="look", verdict="done", values=typed), zone="Europe/Berlin", via="cli")
    assert [name for name, _ in shell.fields] == ["at"]
    right = give(told, cmd.Answer(target="look", verdict="done", values=typed), zone="Europe/Berlin", via="slack")
    assert right[0].values["at"] == {"$instant": "2026-11-24T04:00:00Z", "zone": "Europe/Berlin"}
    assert told.states()["look"] == "done"


def test_an_answer_to_a_closed_ask_is_told_who_was_first(told: Story) -> None:
    """The first answer wins, later ones hear of it."""
    give(told, cmd.Answer(target="yes_no", verdict="yes", reason="sure"), "carla")
    assert told.incident.step("yes_no").output == {"answer": True, "why": "sure"}
    outcome = give(told, cmd.Answer(target="yes_no", verdict="no", reason="not"), "carla")
    assert (outcome.rule, outcome.message) == ("closed_ask", "This was answered by carla already.")


def test_the_first_answer_counts_before_anything_has_followed_from_it(told: Story) -> None:
    """The engine has had no turn yet; an answer that is still to be approved may be replaced."""

    def given(target: str, person: str, verdict: Any) -> Any:  # noqa: ANN401 events or a refusal
        command = cmd.Answer(target=target, verdict=verdict, reason="sure")
        return take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)

    told.write(*given("yes_no", "carla", "yes"), *given("report", "ana", "done"))
    assert isinstance(given("yes_no", "carla", "no"), Refusal)
    assert not isinstance(given("report", "ana", "done"), Refusal)


def test_what_outsiders_see_is_not_approved_from_a_shell_where_a_chat_is_set_up(told: Story) -> None:
    """Outward approvals need a sure identity, unless there is no other way in."""
    approve = cmd.Answer(target="tell", verdict="approve")
    assert give(told, approve, "carla", connected=True).rule == "weak_identity"
    assert give(told, approve, "carla", connected=True, strength="slack-signed")[0].verdict == "approve"
    assert told.states()["tell"] == "running"


def test_declining_needs_a_reason(told: Story) -> None:
    """A decline without a reason teaches nobody anything."""
    assert give(told, cmd.Answer(target="tell", verdict="decline"), "carla").rule == "reason"
    give(told, cmd.Answer(target="tell", verdict="decline", reason="it guesses"), "carla")
    assert told.states()["tell"] == "declined"


@pytest.mark.parametrize(
    ("command", "person", "rule"),
    [
        (cmd.ReviseFact(name="minor", value="no", reason="list"), "hana", "not_allowed"),
        (cmd.ReviseFact(name="minor", value="no", reason=""), "ana", "reason"),
        (cmd.ReviseFact(name="minor", value="perhaps", reason="x"), "ana", "value"),
        (cmd.ReviseFact(name="minr", value="no", reason="x"), "ana", "unknown_fact"),
        (cmd.ReviseFact(name="urls", value=[], reason="x"), "ana", "list_fact"),
        (cmd.AddToFact(name="minor", values=["no"]), "ana", "no_list"),
        (cmd.AddToFact(name="urls", values=["https://a.example/1"]), "ana", "known"),
        (cmd.AddToFact(name="urls", values=["ftp://a.example/1"]), "ana", "value"),
        (cmd.AddToFact(name="urls", values=["https://a.example/9"]), "nobody", "not_allowed"),
        (cmd.AssignRole(role="cook", people=["ben"]), "ana", "unknown_role"),
        (cmd.SkipStep(step="lock", reason="x"), "ana", "state"),
        (cmd.RetryStep(step="lock"), "ana", "state"),
        (cmd.ResolveStep(step="lock", outcome="done", reason="x"), "ana", "state"),
        (cmd.UndoStep(step="lock"), "ana", "state"),
        (cmd.SkipStep(step="nowhere", reason="x"), "ana", "unknown_step"),
        (cmd.SkipStep(step="look", reason="x"), "carla", "not_allowed"),
        (cmd.CancelIncident(reason="x"), "carla", "not_allowed"),
        (cmd.ReopenIncident(reason="x"), "ana", "not_closed"),
        (cmd.Answer(target="each", verdict="done"), "ana", "which"),
        (cmd.Answer(target="lock", verdict="done"), "ana", "nothing_asked"),
        (cmd.Answer(target="tell", verdict="done"), "ana", "nothing_asked"),
        (cmd.Answer(target="lokk", verdict="done"), "ana", "unknown_step"),
        (cmd.Answer(target="tell.approval.1", verdict="done"), "carla", "verdict"),
    ],
)
def test_refusals_say_which_rule_and_change_nothing(told: Story, command: Any, person: str, rule: str) -> None:  # noqa: ANN401 any command
    """Each refusal has a stable rule and a sentence, and leaves the timeline as it was."""
    before = len(told.told)
    outcome = give(told, command, person)
    assert isinstance(outcome, Refusal)
    assert (outcome.rule, len(told.told)) == (rule, before)
    assert outcome.message


def test_orders_that_fit_the_state_are_taken(told: Story) -> None:
    """Skip, retry, resolve, undo without a way back, notes, roles, growing lists."""
    give(told, cmd.SkipStep(step="look", reason="nothing to see"))
    told.fails("lock")
    give(told, cmd.RetryStep(step="lock"))
    told.loses("lock")
    give(told, cmd.ResolveStep(step="lock", outcome="done", reason="it is locked"))
    give(told, cmd.AddNote(text="quiet so far"))
    give(told, cmd.AssignRole(role="comms", people=["dev"]))
    give(told, cmd.AddToFact(name="urls", values=["https://a.example/3"]), "ben")
    states = told.states()
    assert (states["look"], states["lock"], states["each[3]"]) == ("skipped", "done", "awaiting_person")
    assert told.incident.asks["look.task.1"].outcome == "superseded"
    assert give(told, cmd.UndoStep(step="lock")).rule == "no_undo"
    assert told.incident.roles["comms"] == ("dev",)


def test_a_closed_incident_takes_notes_and_answers_until_it_is_reopened(told: Story) -> None:
    """Closed means closed; reopening is an order of its own."""
    give(told, cmd.CloseIncident(reason="handed over"))
    assert told.status() == "closed"
    assert give(told, cmd.AddToFact(name="urls", values=["https://a.example/9"])).rule == "closed"
    assert give(told, cmd.AddNote(text="late remark"))
    give(told, cmd.ReopenIncident(reason="another copy"))
    told.does("lock")
    assert told.status() == "resolved"
    give(told, cmd.AddToFact(name="urls", values=["https://a.example/9"]))
    assert told.states()["each[3]"] == "awaiting_person"


def test_cancel_is_the_commanders(told: Story) -> None:
    """The commander ends it; what runs is let end first."""
    give(told, cmd.CancelIncident(reason="false alarm"))
    assert told.status() == "declared"
    told.does("lock")
    assert told.status() == "cancelled"
