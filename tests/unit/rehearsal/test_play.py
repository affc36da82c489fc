"""Rehearsals: an incident from its beginning to its end, in memory."""

from __future__ import annotations

from engine.domain.timeline import SkipOrdered
from tests.unit.rehearsal.cases import HEAD, SCENARIO, came, played, states

ASKS = """
- id: words
  title: Which words?
  decision: Say which.
  by: [commander]
  due: 15m
  form: {text: {type: text}, kind: {type: choice, options: [first, second]}}
"""
ACTS = """
- id: lock
  title: Lock it
  action: http.request
  with: {method: POST, url: "https://a.example/lock"}
  undo: {action: http.request, with: {method: POST, url: "https://a.example/unlock"}}
  approve: {by: [counsel]}
- id: each
  title: Report each
  task: Report it.
  owner: commander
  for_each: inputs.urls
  due: 1h
"""


def test_an_incident_is_played_to_its_end() -> None:
    """People who are not scripted answer with what a form takes first, and the incident closes."""
    found = played(ASKS)
    assert found.ending == "over"
    assert found.stage.incident.status.value == "closed"
    assert found.stage.incident.step("words").output == {"text": "Rehearsed.", "kind": "first"}
    assert found.stage.incident.exercise


def test_an_answer_is_given_by_whom_when_and_as_the_scenario_says() -> None:
    """The time after which it is given takes the place of the drawn one; the rest of the form is made up."""
    found = played(ASKS, "answers: {words: {by: ana, after: 4m, values: {kind: second}}}")
    ask = next(iter(found.stage.incident.asks.values()))
    assert ask.last is not None
    assert (ask.last.by, (ask.last.at - ask.opened_at).total_seconds()) == ("ana", 240)
    assert found.stage.incident.step("words").output == {"text": "Rehearsed.", "kind": "second"}


def test_who_may_not_answer_is_refused_and_that_is_shown() -> None:
    """A scripted answer goes through the same authorisation as any; afterwards, somebody who may answers."""
    found = came(ASKS, "answers: {words: {by: carla, after: 1m}}")
    assert [(one["person"], one["step"]) for one in found.refused] == [("carla", "words")]
    assert "carla" in {line["who"] for line in found.timeline if line["kind"] == "answer_refused"}
    assert found.status == "closed"


def test_nothing_is_asked_of_a_real_system() -> None:
    """A request that no reply was written for is answered with nothing in it, and named."""
    found = came(ACTS)
    assert found.unscripted == {"POST https://a.example/lock": 1}
    assert found.status == "closed"


def test_systems_reply_what_the_scenario_says() -> None:
    """Replies are given in order, the last one stays."""
    found = played(
        ACTS,
        """
        world:
          - {match: "POST */lock", replies: [{status: 403}, {status: 200}]}
        injects:
          - {at: 2h, retry: lock}
        """,
    )
    assert states(found)["lock"] == "done"
    assert found.stage.web.unscripted == {}


def test_a_lost_reply_is_looked_up_and_not_guessed() -> None:
    """Where nobody can tell, the step is unconfirmed until a person says so."""
    found = played(
        ACTS,
        """
        world:
          - {match: "POST */lock", replies: [{fails: lost}]}
        injects:
          - {at: 5h, resolve: {step: lock, outcome: done, reason: Seen there.}}
        """,
    )
    assert "unconfirmed" in {event.event.type.partition("_")[2] for event in found.stage.chronicle.entries}
    assert states(found)["lock"] == "done"


def test_what_was_answered_with_a_fault_was_not_done_and_is_done_again() -> None:
    """Looked up under its key it is surely not there; a lost reply of the same request would be."""
    steps = """
    - id: lock
      title: Lock it
      action: http.request
      with:
        method: POST
        url: "https://rec.example/lock"
        find: {url: "https://rec.example/api/requests/{{ idempotency_key }}"}
      undo: {none: Locking twice is no harm.}
    """
    for reply, sent in (("status: 503", 2), ("fails: lost", 1)):
        found = played(steps, f'world: [{{match: "POST */lock", replies: [{{{reply}}}, {{status: 200}}]}}]')
        assert states(found)["lock"] == "done"
        assert found.stage.web.used == {"POST */lock": sent}


def test_a_list_grows_meanwhile() -> None:
    """An inject is a command like any other: a new address is worked on too."""
    found = played(ACTS, 'injects: [{at: 10m, add: {urls: "https://mirror.example/v"}}]')
    assert states(found)["each[2]"] == "done"


def test_an_approval_is_declined_by_an_inject() -> None:
    """Whoever may approve declines it, at once or as soon as it is asked for."""
    found = played(ACTS, "injects: [{at: 1s, decline: {approval: lock, reason: Not this one.}}]")
    assert states(found)["lock"] == "declined"


def test_a_scripted_list_is_used_up_in_order() -> None:
    """Asked a second time, the second answer is given."""
    steps = """
    - id: over
      title: Is it over?
      decision: Is it?
      by: [commander]
      due: 1h
      marks: contained
    """
    found = played(steps, "answers: {over: [{verdict: no, reason: Not yet., after: 1m}, {verdict: yes, after: 1m}]}")
    verdicts = [ask.last.values["answer"] for ask in found.stage.incident.asks.values() if ask.last]
    assert verdicts == [False, True]


def test_what_cannot_go_on_stands_still_and_says_why() -> None:
    """A failed step that nobody settles leaves the incident open."""
    found = came(ACTS, 'world: [{match: "POST */lock", replies: [{status: 403}]}]')
    assert (found.ending, found.status) == ("still", "resolved")
    assert found.open == ("lock is failed: The other system answered 403.",)


def test_the_same_seed_gives_the_same_rehearsal() -> None:
    """What is drawn depends on the seed and on nothing else."""
    assert came(ASKS + ACTS) == came(ASKS + ACTS)
    assert came(ASKS + ACTS) != came(ASKS + ACTS, "seed: 2")


def test_the_report_is_that_of_an_incident_and_says_that_it_is_an_exercise() -> None:
    """The same code writes it, from a sealed timeline that verifies."""
    texts = played(ASKS).stage.reports.texts()
    assert set(texts) == {"html", "md", "json"}
    assert "xercise" in texts["md"]
    assert '"verified": true' in texts["json"]


def test_a_file_is_made_up_too() -> None:
    """Of the name that the scenario gives, or of another; its bytes are in the vault."""
    steps = """
    - id: sent
      title: Send it
      task: Send it.
      owner: commander
      form: {receipt: {type: file}, copy: {type: file}}
    """
    found = played(steps, "answers: {sent: {values: {receipt: receipt.pdf}}}")
    output = found.stage.incident.step("sent").output
    assert output is not None
    assert [output[name]["name"] for name in ("receipt", "copy")] == ["receipt.pdf", "rehearsed.txt"]
    assert found.stage.incident.status.value == "closed"
    assert found.stage.reports.texts()


def test_a_scripted_reason_is_the_why_of_a_yes_or_no() -> None:
    """What the file says stands on the timeline, not something made up."""
    steps = """
    - id: over
      title: Is it over?
      decision: Is it?
      by: [commander]
      due: 1h
      marks: contained
    """
    found = played(steps, "answers: {over: [{verdict: no, reason: Not yet., after: 1m}, {verdict: yes, after: 1m}]}")
    whys = [ask.last.values["why"] for ask in found.stage.incident.asks.values() if ask.last]
    assert whys == ["Not yet.", "Rehearsed."]


def test_a_reason_may_stand_beside_what_is_done_with_a_step() -> None:
    """The short form of an inject takes the reason that stands with it."""
    found = played(ASKS, "injects: [{at: 1s, skip: words, reason: Nobody needs it.}]")
    told = [entry.event for entry in found.stage.chronicle.entries]
    assert [event.reason for event in told if isinstance(event, SkipOrdered)] == ["Nobody needs it."]


def test_who_holds_two_roles_that_are_kept_apart_keeps_the_first() -> None:
    """The cast is distributed like people when a real incident is declared."""
    text = HEAD.replace(
        "phases:", "separation:\n      - {roles: [counsel, hr], why: One advises.}\n    phases:"
    ).replace("roles:\n      commander", "roles:\n      hr: {}\n      commander", 1)
    found = played(ASKS, head=text, scenario=SCENARIO.replace("[counsel]", "[counsel, hr]"))
    assert found.stage.incident.roles == {"hr": ("carla",), "commander": ("ana",)}
