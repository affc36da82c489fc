"""Rehearsals of approvals that are late, and of views that are heard before a decision."""

from __future__ import annotations

from tests.unit.rehearsal.cases import SCENARIO, came, played, states

ALONE = """
- id: lock
  title: Lock it
  action: http.request
  with: {method: POST, url: "https://a.example/lock"}
  undo: {action: http.request, with: {method: POST, url: "https://a.example/unlock"}}
  approve: {by: [counsel], break_glass: {after: 15m}}
"""
FURTHER = """
- id: lock
  title: Lock it
  action: http.request
  with: {method: POST, url: "https://a.example/lock"}
  undo: {action: http.request, with: {method: POST, url: "https://a.example/unlock"}}
  approve: {by: [counsel], expires: 8h, escalate: {after: 30m, to: [commander]}}
"""
HEARD = """
- id: words
  title: Which words?
  decision: Say which.
  by: [commander]
  consult: {roles: [counsel], first: 2h}
  form: {text: {type: text}}
"""
ASLEEP = "injects: [{at: 0s, asleep: carla, until: 6h}]\n"
TWO = SCENARIO.replace("carla: {roles", "cem: {roles: [counsel], responds: 5m}\n      carla: {roles")


def test_somebody_goes_ahead_alone_and_others_ratify_it() -> None:
    """After the wait, with a reason; who did it is not who ratifies it."""
    more = """
    answers: {approve/lock: {verdict: silence}, ratify/lock: {by: carla, after: 1h}}
    injects: [{at: 20m, alone: {step: lock, reason: Copies are spreading.}, by: cem}]
    """
    found = played(ALONE, more, scenario=TWO)
    assert states(found)["lock"] == "done"
    assert found.stage.incident.status.value == "closed"
    assert [ask.last.by for ask in found.stage.incident.asks.values() if ask.ratifies and ask.last] == ["carla"]


def test_nobody_goes_ahead_alone_before_the_wait() -> None:
    """Who tries is refused, and it is shown."""
    more = """
    answers: {approve/lock: {after: 1h}}
    injects: [{at: 5m, alone: lock, by: carla}]
    """
    assert [one["person"] for one in came(ALONE, more).refused] == ["carla"]


def test_who_may_approve_later_turns_to_it_then() -> None:
    """Further roles are asked when nobody has approved for a while."""
    found = played(FURTHER, ASLEEP)
    ask = next(iter(found.stage.incident.asks.values()))
    assert ask.last is not None
    assert ask.last.by == "ana"
    assert (ask.last.at - ask.opened_at).total_seconds() > 30 * 60


def test_views_are_given_before_a_decision_and_missed_when_nobody_gives_them() -> None:
    """What a consulted role thinks is scripted under view/STEP."""
    found = played(HEARD, "answers: {view/words: {after: 10m, values: {view: Rather not.}}}")
    view, decision = found.stage.incident.asks.values()
    assert view.last is not None
    assert view.last.values == {"view": "Rather not."}
    assert (decision.opened_at - view.opened_at).total_seconds() == 600
    late = played(HEARD, "answers: {view/words: {verdict: silence}}")
    view, decision = late.stage.incident.asks.values()
    assert (decision.opened_at - view.opened_at).total_seconds() == 7200
    assert late.stage.incident.status.value == "closed"
