"""Everything that people can say to an incident, brought by a scenario and judged as it always is."""

from __future__ import annotations

from textwrap import dedent

import pytest

from engine.domain import timeline as ev
from engine.domain.commands import AnyCommand
from engine.domain.injects import DEEDS
from engine.rehearsal.expecting import differences
from tests.unit.rehearsal.cases import SCENARIO, came, played, states
from tests.unit.rehearsal.test_play import ACTS, ASKS

LATER = """
- id: audit
  title: Audit it
  task: Look at it again.
  owner: commander
  due: 30d
  follow_up: true
"""
OPEN = LATER.replace("  follow_up: true\n", "")
"""Something that keeps an incident open for a while."""
ALONE = """
- id: lock
  title: Lock it
  action: http.request
  with: {method: POST, url: "https://a.example/lock"}
  undo: {action: http.request, with: {method: POST, url: "https://a.example/unlock"}}
  approve: {by: [counsel], break_glass: {after: 15m}}
"""
TEAM = SCENARIO.replace("carla: {", "jo: {roles: [commander], responds: 5m}\n      carla: {")
WORDS = "answers: {words: {by: ana, after: 20m}}\n"


def test_every_command_of_people_can_be_brought() -> None:
    """The set of commands is closed, and each has its key."""
    keys = {"break_glass": "alone", "target": "due", "acknowledge": "ack", "decline_handover": "decline"}
    kinds = [command.model_fields["kind"].default for command in AnyCommand.__origin__.__args__]  # type: ignore[attr-defined]  # a union behind its annotation
    assert {keys.get(kind, kind) for kind in kinds} <= set(DEEDS)


def test_a_step_is_asked_again_though_it_was_done() -> None:
    """Who is asked answers once more."""
    found = played(ASKS + OPEN, f"{WORDS}injects: [{{at: 1h, redo: words, reason: They misled.}}]")
    asked = [ask for ask in found.stage.incident.asks.values() if ask.step == "words"]
    assert [ask.outcome for ask in asked] == ["answered", "answered"]


def test_an_answer_takes_the_place_of_another_until_it_is_approved() -> None:
    """The answer that was given again is what is approved; nobody else answers before it comes."""
    steps = f"{ASKS.strip()}\n  approve: {{by: [counsel]}}"
    more = """
    answers: {approve/words: {after: 2h}}
    injects:
      - {at: 5m, by: ana, answer: {step: words, values: {kind: first}}}
      - {at: 10m, by: ana, answer: {step: words, values: {kind: second}}}
    """
    found = played(steps, more)
    answers = [entry.event.values for entry in found.stage.chronicle.entries
               if isinstance(entry.event, ev.AskAnswered) and entry.event.values]  # fmt: skip
    assert [answer["kind"] for answer in answers] == ["first", "second"]
    output = found.stage.incident.step("words").output
    assert output is not None
    assert output["kind"] == "second"


def test_a_target_is_moved() -> None:
    """What is answered before the later target is not missed."""
    more = "answers: {words: {after: 2h}}\ninjects: [{at: 5m, due: {step: words, to: 3h, reason: They wait.}}]\n"
    assert [target.missed for target in came(ASKS, more).targets] == [False]


def test_what_a_person_is_on_is_said() -> None:
    """An acknowledgement answers nothing."""
    found = played(ASKS, f"{WORDS}injects: [{{at: 1m, by: ana, ack: words}}]")
    assert [ask.on_it.by for ask in found.stage.incident.asks.values() if ask.on_it] == ["ana"]


def test_a_closed_incident_is_opened_again_and_closed() -> None:
    """What comes after the end is played too."""
    more = """
    injects:
      - {at: 10d, reopen: Another copy.}
      - {at: 10d1m, add: {urls: "https://b.example/2"}}
      - {at: 11d, close: It is down.}
    """
    found = played(ASKS + ACTS, more)
    kinds = [entry.event.type for entry in found.stage.chronicle.entries]
    assert kinds.count("incident_closed") + kinds.count("incident_advanced") > 1
    assert states(found)["each[2]"] == "done"
    assert found.stage.incident.status.value == "closed"


def test_who_is_kept_out_does_nothing_and_others_go_on() -> None:
    """Whoever else holds the role turns to what is open; who was kept out is refused until let back in."""
    more = """
    answers: {words: {verdict: silence}}
    injects:
      - {at: 1m, by: carla, exclude: ana, reason: It is about a meeting of hers.}
      - {at: 2m, by: ana, note: I was there., refused: kept_out}
      - {at: 3m, by: carla, admit: ana}
      - {at: 4m, by: ana, note: I was not there.}
    """
    found = played(ASKS + ACTS, more, scenario=TEAM)
    assert differences(found) == []
    texts = [entry.event.text for entry in found.stage.chronicle.entries if isinstance(entry.event, ev.NoteAdded)]
    assert texts == ["I was not there."]


def test_what_somebody_who_is_kept_out_was_to_do_is_done_by_who_comes_next() -> None:
    """The role's next takes it over, though only the first had it at the beginning."""
    found = played(ASKS, "injects: [{at: 1s, by: carla, exclude: ana}]", scenario=TEAM)
    assert [answer.by for ask in found.stage.incident.asks.values() for answer in ask.answers] == ["jo"]


def test_what_is_scripted_for_whoever_answers_is_said_by_who_comes_next() -> None:
    """It is not lost with the person who had begun to work on it."""
    more = """
    answers: {words: {values: {kind: second}}}
    effort: {decision: 1h}
    injects: [{at: 30m, by: carla, exclude: ana}]
    """
    found = played(ASKS, more, scenario=TEAM)
    assert [
        (answer.by, answer.values["kind"]) for ask in found.stage.incident.asks.values() for answer in ask.answers
    ] == [("jo", "second")]
    assert found.stage.denied == []


def test_the_command_is_handed_over() -> None:
    """It is declined once, then taken by whom it is offered to, with where the incident stands."""
    more = """
    injects:
      - {at: 1m, handover: {to: jo, note: The host answers at eight.}}
      - {at: 2m, decline: {reason: On a train.}}
      - {at: 3m, handover: jo}
      - {at: 4m, accept: true}
    """
    found = played(ASKS, WORDS + dedent(more), scenario=TEAM)
    offers = found.stage.incident.handovers
    assert [(offer.to, offer.outcome) for offer in offers] == [("jo", "declined"), ("jo", "accepted")]
    assert offers[0].summary
    assert found.stage.incident.roles["commander"] == ("jo", "ana")


def test_a_role_that_is_given_to_nobody_goes_to_who_holds_it() -> None:
    """As to whoever is on call or listed, in a real incident."""
    more = "injects: [{at: 1m, assign: {commander: jo}}, {at: 2m, by: jo, assign: {commander: []}}]"
    found = played(ASKS, WORDS + dedent(more), scenario=TEAM)
    assert found.stage.incident.roles["commander"] == ("ana", "jo")


def test_a_cancelled_incident_takes_back_what_was_done() -> None:
    """Where its end says so."""
    more = "injects: [{at: 1h, cancel: {reason: A false alarm., undo: true}}]"
    found = played(ALONE + OPEN, f"answers: {{approve/lock: {{after: 1m}}}}\n{more}")
    assert states(found)["lock"] == "undone"
    assert found.stage.incident.status.value == "cancelled"


def test_a_fact_is_revised_and_withdrawn() -> None:
    """Empty, it is not known any more."""
    head = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs: {recording: {type: text, optional: true}}
    roles: {commander: {required: true}, counsel: {}}
    phases:
      contain:
        steps:
    """
    more = """
    injects:
      - {at: 1m, fact: {recording: REC-1}, reason: From the calendar.}
      - {at: 2m, fact: {recording: ""}, reason: It was another meeting.}
    """
    found = played(ASKS, WORDS + dedent(more), head=head)
    values = [entry.event.value for entry in found.stage.chronicle.entries if isinstance(entry.event, ev.FactRevised)]
    assert values == ["REC-1", None]
    assert found.stage.incident.fact("recording") is None


def test_a_follow_up_is_done_after_the_end() -> None:
    """The rehearsal goes on for as long as the scenario has something to bring."""
    found = came(ASKS + LATER, "answers: {audit: {after: 40d}}")
    audit = next(target for target in found.targets if target.step == "audit")
    assert (found.status, audit.missed, audit.answered) == ("closed", True, 40 * 86_400)


def test_others_object_to_what_somebody_did_alone() -> None:
    """An objection is an answer too, and takes nothing back by itself."""
    more = """
    answers: {approve/lock: {verdict: silence}}
    injects:
      - {at: 20m, by: ana, alone: lock, reason: It spreads.}
      - {at: 1h, by: carla, answer: {step: ratify/lock, verdict: decline, reason: It was not ours.}}
    """
    found = played(ALONE, more)
    assert [ask.outcome for ask in found.stage.incident.asks.values() if ask.ratifies] == ["declined"]
    assert states(found)["lock"] == "done"


def test_what_is_refused_is_shown_where_it_happened() -> None:
    """Also what a real timeline does not keep: a slip, or something that is not possible where it stands."""
    found = came(ASKS, f"{WORDS}injects: [{{at: 5m, release: It is right.}}]")
    line = next(line for line in found.timeline if line["kind"] == "refused")
    assert (line["who"], line["since"]) == ("ana", 300)
    assert line["text"] == "was refused (release): REHEARSAL-1 is not on hold."


@pytest.mark.parametrize(
    ("inject", "told"),
    [
        ("release: Go on.", "injects.0: expected that it is taken, got REHEARSAL-1 is not on hold. (not_on_hold)"),
        ("release: It is right., refused: true", ""),
        ("release: It is right., refused: not_on_hold", ""),
        ("release: It is right., refused: closed",
         "injects.0: expected that it is refused (closed), got REHEARSAL-1 is not on hold. (not_on_hold)"),
        ("hold: Wait., refused: true", "injects.0: expected that it is refused, got that it is taken"),
        ("by: carla, skip: words, refused: not_allowed", ""),
    ],
)  # fmt: skip
def test_a_refusal_is_expected_where_it_is_said(inject: str, told: str) -> None:
    """And nowhere else: whatever is brought must be taken, unless it says that it must not be."""
    found = differences(played(ASKS, f"{WORDS}injects: [{{at: 5m, {inject}}}]"))
    assert [one.told() for one in found] == [told] * bool(told)
