"""An incident on hold: nothing automatic begins, people go on, and everything continues once it is released."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.conducting.holding import ACTS
from engine.domain.intake import take
from tests.unit.domain.story import HEAD, Story, story

LOCK = """
      contain:
        steps:
          - {id: lock, title: Lock, ACT, undo: {ACT}}
          - {id: next, title: Next, ACT, needs: [lock]}
          - {id: ask, title: Ask, task: Ask them., owner: commander, due: 1h}
"""
HOLD, RELEASE = ev.HoldOrdered(reason="wrong link", by="ben"), ev.HoldReleased(by="ana")


def begun(told: Story) -> list[str]:
    """The acts that are being performed."""
    return sorted(move.subject for move in told.pending.values())


def give(told: Story, command: cmd.AnyCommand, person: str) -> Any:  # noqa: ANN401 events or a refusal
    """Let a person give a command; what is accepted goes on the timeline."""
    taken = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if not isinstance(taken, Refusal):
        told.write(*taken)
        told.turn()
    return taken


def test_what_is_under_way_ends_and_nothing_follows_until_the_release() -> None:
    """The act that had begun is recorded; the next one waits, and begins once."""
    told = story(LOCK)
    told.tells(HOLD)
    told.does("lock")
    assert (told.states()["lock"], begun(told)) == ("done", [])
    told.tells(RELEASE)
    assert begun(told) == ["next"]
    told.does("next")
    assert told.states()["next"] == "done"


def test_a_failed_act_is_tried_again_only_after_the_release() -> None:
    """The moment of the next attempt may come; the attempt does not."""
    told = story(LOCK)
    told.tells(HOLD)
    told.fails("lock", retry_in=timedelta(seconds=10))
    told.waits(minutes=5)
    assert (told.states()["lock"], begun(told)) == ("retrying", [])
    told.tells(RELEASE)
    assert begun(told) == ["lock"]


def test_nothing_is_taken_back_under_a_hold() -> None:
    """Neither on order nor because the incident is called off."""
    told = story(LOCK)
    told.does("lock")
    told.tells(HOLD)
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    assert begun(told) == ["next"]
    told.does("next")
    told.tells(ev.CancelOrdered(reason="false alarm", undo=True, by="ana"))
    assert (told.status(), begun(told)) == ("declared", [])
    told.tells(RELEASE)
    assert begun(told) == ["lock"]
    told.does("lock")
    assert told.status() == "cancelled"


def test_an_approval_leads_to_no_act() -> None:
    """It stands, and counts after the release."""
    told = story("""
      contain:
        steps:
          - {id: tell, title: Tell, action: slack.post, with: {text: Wait.}, approve: {by: [counsel]}}
    """)
    told.tells(HOLD)
    told.answers("tell.approval.1", "carla", verdict="approve")
    assert begun(told) == []
    told.tells(RELEASE)
    assert begun(told) == ["tell"]


def test_what_was_learned_under_a_hold_counts_when_it_ends() -> None:
    """An act that has not been written out is written from what is known then."""
    told = story(
        """
      contain:
        steps:
          - {id: first, title: First, ACT}
          - {id: lock, title: Lock, needs: [first], action: http.request,
             with: {url: "https://a.example/{{ inputs.minor }}"}}
    """
    )
    told.tells(HOLD)
    told.does("first")
    told.tells(ev.FactRevised(name="minor", value="no", by="ana", reason="known now"))
    told.tells(RELEASE)
    assert "no" in str(told.incident.step("lock").params)


def test_people_are_asked_and_time_passes_under_a_hold() -> None:
    """A task is opened, its target is missed, a wait ends, and a phase settles."""
    told = story(
        """
      contain:
        steps:
          - {id: first, title: First, task: Do it., owner: commander, due: 1h}
          - {id: pause, title: Pause, wait: {for: 1h}}
          - {id: then, title: Then, task: Do it., owner: commander, due: 1h, needs: [first]}
    """.replace("{for: 1h}", "1h")
    )
    told.tells(HOLD)
    told.answers("first.task.1", verdict="done")
    assert told.open_asks() == ["then.task.1"]
    told.waits(hours=2)
    assert told.incident.asks["then.task.1"].missed
    assert told.states()["pause"] == "done"


def test_an_incident_on_hold_does_not_close_by_itself() -> None:
    """Whoever stopped it is the one who says that it is over."""
    told = story("""
      contain:
        steps:
          - {id: first, title: First, task: Do it., owner: commander, due: 1h}
      review:
        steps:
          - {id: last, title: Last, task: Do it., owner: commander, due: 1h}
    """)
    told.tells(HOLD)
    told.answers("first.task.1", verdict="done")
    told.answers("last.task.1", verdict="done")
    assert told.status() == "resolved"
    told.tells(RELEASE)
    assert told.status() == "closed"


def test_whoever_takes_part_holds_and_few_release() -> None:
    """The commander, or whoever did it; anybody else is told whom to ask."""
    told = story(LOCK)
    outsider = give(told, cmd.HoldIncident(), "kim")
    assert (outsider.rule, outsider.ask) == ("not_allowed", ("ana", "ben", "carla"))
    assert not isinstance(give(told, cmd.HoldIncident(reason="wrong link"), "ben"), Refusal)
    assert told.incident.hold is not None
    assert (told.incident.hold.by, told.incident.hold.reason) == ("ben", "wrong link")
    assert give(told, cmd.HoldIncident(), "carla").rule == "on_hold"
    assert give(told, cmd.ReleaseIncident(), "carla").ask == ("ana", "ben")
    assert not isinstance(give(told, cmd.ReleaseIncident(), "ben"), Refusal)
    assert give(told, cmd.ReleaseIncident(), "ana").rule == "not_on_hold"
    give(told, cmd.HoldIncident(), "carla")
    assert not isinstance(give(told, cmd.ReleaseIncident(reason="all right"), "ana"), Refusal)
    assert [(hold.by, hold.released_by) for hold in told.incident.holds] == [("ben", "ben"), ("carla", "ana")]


@pytest.mark.parametrize(("end", "taken"), [("closed", True), ("cancelled", False)])
def test_what_is_over_is_held_only_while_follow_ups_go_on(end: str, *, taken: bool) -> None:
    """A closed incident may still do something; a cancelled one does nothing."""
    told = story(LOCK)
    told.tells(ev.IncidentAdvanced(state=end))  # type: ignore[arg-type] # one of the states
    assert isinstance(give(told, cmd.HoldIncident(), "ana"), Refusal) is not taken


def test_what_is_cancelled_is_on_hold_no_more() -> None:
    """There is nothing left to begin."""
    told = story(LOCK)
    told.does("lock")
    told.does("next")
    told.tells(HOLD)
    told.tells(ev.CancelOrdered(reason="a drill", by="ana"))
    assert (told.status(), told.incident.hold) == ("cancelled", None)


PLAYBOOK = (
    HEAD
    + """
      contain:
        steps:
          - {id: lock, title: Lock, ACT}
          - {id: keep, title: Keep, action: http.request, for_each: inputs.urls, with: {url: "{{ item }}"}}
          - {id: tell, title: Tell, action: slack.post, with: {text: Wait.}, needs: [lock], approve: {by: [counsel]}}
          - {id: sure, title: Sure?, decision: Is it?, by: [commander], due: 1h, marks: contained, needs: [keep]}
      harden:
        steps:
          - {id: fix, title: Fix, ACT}
      review:
        steps:
          - {id: sum, title: Sum up, task: Write., owner: commander, due: 1h}
"""
).replace("ACT", 'action: http.request, with: {url: "https://a.example"}')
THINGS = st.sampled_from(["ends", "fails", "answers", "waits", "grows", "hold", "release"])


def happens(told: Story, thing: str) -> None:
    """Let something happen that may happen now."""
    urls = told.incident.fact("urls")
    match thing:
        case "ends" if told.pending:
            told.does(min(move.subject for move in told.pending.values()))
        case "fails" if told.pending:
            told.fails(min(move.subject for move in told.pending.values()), retry_in=timedelta(seconds=9))
        case "answers" if told.open_asks():
            ask = told.incident.asks[told.open_asks()[0]]
            verdict: Any = {"approval": "approve", "task": "done"}.get(ask.kind, "yes")
            told.answers(ask.id, "carla" if ask.kind == "approval" else "ana", verdict=verdict, answer=True)
        case "waits":
            told.waits(minutes=1)
        case "grows" if len(urls) < 3:
            told.tells(ev.FactAdded(name="urls", values=[f"https://a.example/{len(urls) + 1}"], by="ben"))
        case "hold":
            told.tells(HOLD)
        case "release":
            told.tells(RELEASE)


@settings(max_examples=150)
@given(st.lists(THINGS, max_size=30))
def test_no_act_begins_under_a_hold_and_each_is_done_once_in_the_end(things: list[str]) -> None:
    """Whatever happens in whatever order."""
    told = Story(PLAYBOOK, urls=["https://a.example/1"], minor="unknown")
    for thing in things:
        happens(told, thing)
    told.tells(RELEASE)
    for _ in range(100):
        happens(told, "ends")
        happens(told, "answers")
        happens(told, "waits")
    assert told.status() == "closed"
    held, done = False, list[str]()
    for event in told.told:
        match event:
            case ev.HoldOrdered() | ev.HoldReleased():
                held = isinstance(event, ev.HoldOrdered)
            case ev.EffectIntended(kind=kind):
                assert not (held and kind in ACTS)
            case ev.EffectDone(key=key):
                done.append(key)
    assert len(done) == len(set(done)) == len(told.incident.fact("urls")) + 3
