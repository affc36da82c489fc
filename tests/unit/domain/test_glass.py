"""Going ahead alone, one rule of `domain.glass` and `conducting.glass` at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.intake import take
from engine.domain.waking import Waking
from engine.reports.status import status
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    inputs: {link: {type: url}, ready: {type: boolean, optional: true}}
    roles: {commander: {}, counsel: {}, hr: {}}
    separation: [{roles: [counsel, hr], why: One advises and the other decides.}]
    phases:
      contain:
        steps:
          - {id: lock, title: Lock, action: http.request, with: {url: "{{ inputs.link }}"},
             undo: {action: http.request, with: {url: "https://a.example/undo"}},
             approve: {by: [counsel], GLASS}}
      review:
        steps:
          - {id: sum_up, title: Sum up, task: Write., owner: commander, due: 1h}
"""
ASK, RATIFICATION = "lock.approval.1", "lock.ratification.1"


class Night(Story):
    """An incident at night: a commander, counsel, and nobody else awake."""

    roles: ClassVar = {"commander": ["ana"], "counsel": ["carla", "cem"], "hr": ["hana"]}
    waking = Waking(shares=(50,))


def night(glass: str = "break_glass: true") -> Night:
    """Begin an incident whose first act waits to be approved."""
    return Night(PLAYBOOK.replace("GLASS", glass), link="https://a.example/1")


def gives(told: Story, person: str, command: cmd.AnyCommand) -> str:
    """Give a command as a person; return the rule by which it is refused, empty when it is taken."""
    taken = take(told.plan, told.incident, command, cmd.Who(person=person), now=told.now)
    if isinstance(taken, Refusal):
        return taken.rule
    told.tells(taken[0])
    return ""


def alone(person: str = "ana", reason: str = "counsel is asleep") -> tuple[str, cmd.AnyCommand]:
    """A person goes ahead alone."""
    return person, cmd.BreakGlass(target="lock", reason=reason)


def attention(told: Story) -> dict[str, str]:
    """What needs a person, by kind."""
    found = status(told.plan, told.incident, now=told.now)["attention"]
    return {item["kind"]: item["text"] for item in found}


def broken() -> Night:
    """Return an incident in which the commander went ahead alone."""
    told = night()
    told.waits(minutes=15)
    assert gives(told, *alone()) == ""
    return told


def test_one_person_goes_ahead_after_the_wait() -> None:
    """Before it is refused; afterwards the act begins, and the timeline says who did not wait and why."""
    told = night()
    told.waits(minutes=14)
    assert gives(told, *alone()) == "too_early"
    assert "break_glass" not in attention(told)
    told.waits(minutes=1)
    assert attention(told)["break_glass"].endswith("`tocsin break-glass INC-1 'lock' --reason ...`")
    assert gives(told, *alone()) == ""
    assert told.states() == {"lock": "running"}
    assert told.incident.asks[ASK].outcome == "broken"
    assert [event.reason for event in told.told if isinstance(event, ev.GlassBroken)] == ["counsel is asleep"]


def test_the_wait_is_what_the_playbook_says() -> None:
    """And a timer comes then, so that the card is brought up to date."""
    told = night("break_glass: {after: 40m}")
    assert any(name.startswith(f"glass:{ASK}@") for name in told.incident.timers)
    told.waits(minutes=30)
    assert gives(told, *alone()) == "too_early"
    told.waits(minutes=10)
    assert gives(told, *alone()) == ""


def test_nobody_goes_ahead_where_the_playbook_does_not_say_so() -> None:
    """Nor without a reason, nor twice, nor after it was approved."""
    told = night("quorum: 1")
    told.waits(hours=5)
    assert gives(told, *alone()) == "no_glass"
    told = night("break_glass: false")
    told.waits(hours=5)
    assert gives(told, *alone()) == "no_glass"
    told = night()
    told.waits(hours=1)
    assert gives(told, *alone(reason="  ")) == "reason"
    assert gives(told, *alone()) == ""
    assert gives(told, *alone("carla")) == "closed_ask"
    assert gives(told, "ana", cmd.BreakGlass(target="sum_up", reason="why")) == "nothing_asked"


def test_whoever_may_approve_and_the_commander_may_and_nobody_else() -> None:
    """Also whoever is kept apart from the role may not."""
    for person, rule in (("carla", ""), ("ana", ""), ("ben", "not_allowed"), ("hana", "not_allowed")):
        told = night()
        told.waits(minutes=15)
        assert gives(told, *alone(person)) == rule
    told = night()
    told.tells(ev.RoleAssigned(role="hr", people=["ana"], by="ana"))
    told.waits(minutes=15)
    assert gives(told, *alone("ana")) == "separated"


def test_whoever_wrote_it_may_go_ahead_and_neither_they_nor_the_other_ratify() -> None:
    """Four eyes look at it all the same, afterwards."""
    told = night("break_glass: true}, when: inputs.ready is defined, keep: {x: status")
    told.tells(ev.FactRevised(name="link", value="https://a.example/2", reason="new", by="carla"))
    told.tells(ev.FactRevised(name="ready", value=True, reason="looked", by="ana"))
    told.waits(minutes=15)
    assert told.incident.asks[ASK].requesters == ("carla",)
    assert gives(told, *alone("ana")) == ""
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="approve")) == "own_change"
    assert gives(told, "cem", cmd.Answer(target="lock", verdict="approve")) == ""


def test_others_are_asked_to_ratify_within_four_hours() -> None:
    """Those who may approve it and the commander, but never the one who did not wait; reminded like for anything."""
    told = broken()
    ask = told.incident.asks[RATIFICATION]
    assert (ask.kind, ask.by, ask.requesters) == ("approval", ("counsel", "commander"), ("ana",))
    assert ask.due == START + timedelta(minutes=15, hours=4)
    told.does("lock")
    assert RATIFICATION in told.open_asks()
    told.waits(hours=2)
    reminded = [event for event in told.told if isinstance(event, ev.AskReminded) and event.ask == RATIFICATION]
    assert [event.people for event in reminded] == [["carla", "cem"]]
    told.waits(hours=2)
    assert told.incident.asks[RATIFICATION].missed
    assert told.incident.asks[RATIFICATION].open


def test_somebody_else_ratifies() -> None:
    """The same person is refused, also as the commander; then it is closed, and nothing needs anybody."""
    told = broken()
    told.does("lock")
    assert gives(told, "ana", cmd.Answer(target="lock", verdict="approve")) == "own_change"
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="approve")) == ""
    assert told.incident.asks[RATIFICATION].outcome == "approved"
    assert told.states()["lock"] == "done"
    assert attention(told) == {}


def test_an_objection_needs_a_reason_and_takes_nothing_back_by_itself() -> None:
    """It stands among what needs a person until the act was taken back."""
    told = broken()
    told.does("lock")
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="decline")) == "reason"
    assert gives(told, "carla", cmd.Answer(target="lock", verdict="decline", reason="it was the wrong one")) == ""
    assert told.states()["lock"] == "done"
    words = "“Lock” was done alone, and carla objects (it was the wrong one). `tocsin undo INC-1 'lock'` takes it back."
    assert attention(told)["objected"] == words
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    told.answers("lock.approval.2", "carla", verdict="approve")
    told.does("lock")
    assert told.states()["lock"] == "undone"
    assert "objected" not in attention(told)


def test_nobody_takes_something_back_alone() -> None:
    """An undo waits for its approval."""
    told = broken()
    told.does("lock")
    told.answers(RATIFICATION, "carla", verdict="approve")
    told.tells(ev.UndoOrdered(step="lock", by="ana"))
    told.waits(hours=1)
    assert "lock.approval.2" in told.open_asks()
    assert gives(told, "ana", cmd.BreakGlass(target="lock.approval.2", reason="quick")) == "no_glass"


def test_a_failed_act_is_tried_again_with_the_same_bytes_and_no_other_approval() -> None:
    """One ratification is enough for one text."""
    told = broken()
    told.fails("lock")
    told.tells(ev.RetryOrdered(step="lock", by="ana"))
    assert told.states()["lock"] == "running"
    assert not any(ask.startswith("lock.approval") for ask in told.open_asks())


def test_the_incident_waits_for_the_ratification_before_it_closes() -> None:
    """A person can close it all the same, and the end of the incident ends the question."""
    told = broken()
    told.does("lock")
    told.answers("sum_up.task.1", verdict="done")
    assert told.status() == "resolved"
    told.answers(RATIFICATION, "carla", verdict="approve")
    assert told.status() == "closed"
    for event in (ev.CloseOrdered(reason="enough", by="ana"), ev.CancelOrdered(reason="false", undo=True, by="ana")):
        told = broken()
        told.does("lock")
        told.tells(event)
        assert not told.incident.asks[RATIFICATION].open


def test_under_a_hold_it_is_recorded_and_begins_after_the_release() -> None:
    """A hold stops every act."""
    told = night()
    told.waits(minutes=15)
    told.tells(ev.HoldOrdered(by="ana"))
    assert gives(told, *alone()) == ""
    assert not told.pending
    told.tells(ev.HoldReleased(by="ana"))
    assert [move.subject for move in told.pending.values()] == ["lock"]


ALONE = """
    tocsin: 1
    playbook: alone
    title: Close it
    version: 1
    roles: {commander: {}, counsel: {}}
    phases:
      contain:
        steps:
          - {id: lock, title: Lock, action: http.request, with: {url: "https://a.example"},
             undo: {action: http.request, with: {url: "https://a.example/undo"}},
             approve: {by: [counsel], break_glass: true}}
"""


class Called(Story):
    """An incident that calls a playbook in which one may go ahead alone."""

    called: ClassVar[dict[str, str]] = {"alone": ALONE}


def test_what_is_called_may_be_done_alone_only_where_it_contains() -> None:
    """The phase that counts is the one from which it is called."""
    for phase, rule in (("contain", ""), ("legal", "no_glass")):
        told = Called(f"""
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {{commander: {{}}, counsel: {{}}}}
    phases:
      {phase}:
        steps:
          - {{id: close, title: Close it, call: alone}}
    """)
        told.waits(minutes=15)
        assert gives(told, "ana", cmd.BreakGlass(target="close/lock", reason="it spreads")) == rule
