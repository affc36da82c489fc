"""What the conductor decides about people: what they are asked, what their answers lead to, what they order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from engine.domain import timeline as ev
from engine.domain.conductor import advance
from engine.domain.fold import fold
from tests.unit.domain.story import START, story

APPROVED_TASK = """
      contain:
        steps:
          - id: write
            title: Write
            task: Write it.
            owner: commander
            due: 1h
            approve: {by: [counsel], quorum: 1}
            form: {words: {type: text}}
"""


def test_approval_of_a_task_follows_the_answer_and_binds_to_it() -> None:
    """The answer is what is approved; a decline sends it back; another answer needs another approval."""
    told = story(APPROVED_TASK)
    told.answers("write.task.1", words="first")
    assert told.open_asks() == ["write.approval.1"]
    first = told.incident.asks["write.approval.1"]
    assert first.requesters == ("ana",)
    told.answers("write.approval.1", by="carla", verdict="decline")
    assert told.open_asks() == ["write.task.2"]
    told.answers("write.task.2", words="second")
    assert told.incident.asks["write.approval.2"].digest != first.digest
    told.answers("write.approval.2", by="carla", verdict="approve")
    assert told.incident.step("write").output == {"words": "second"}


def test_a_voided_approval_is_asked_again_for_the_new_words() -> None:
    """An answer changed while its approval is open voids it."""
    told = story(APPROVED_TASK)
    told.answers("write.task.1", words="first")
    told.answers("write.task.1", words="changed")
    assert told.incident.asks["write.approval.1"].outcome == "voided"
    assert told.open_asks() == ["write.approval.2"]


def test_an_action_is_approved_as_the_exact_bytes_it_will_send() -> None:
    """The approval of an action binds to the digest of what was written out; a quorum counts distinct people."""
    told = story("""
      contain:
        steps:
          - id: tell
            title: Tell
            action: slack.post
            with: {text: Please wait.}
            approve: {by: [commander, counsel], quorum: 2}
    """)
    ask = told.incident.asks["tell.approval.1"]
    assert ask.digest == told.incident.step("tell").digest
    told.answers(ask.id, by="ana", verdict="approve")
    told.answers(ask.id, by="ana", verdict="approve")
    assert not told.pending
    told.answers(ask.id, by="carla", verdict="approve")
    assert told.states() == {"tell": "running"}


def test_a_marked_decision_is_asked_again_after_a_no() -> None:
    """No does not contain anything: the question comes back later, and yes opens harden."""
    told = story("""
      contain:
        steps:
          - {id: contained, title: Contained?, decision: Is it?, by: [commander], due: 2h, marks: contained}
      harden:
        steps:
          - {id: audit, title: Audit, task: Look., owner: commander, due: 1h}
    """)
    told.answers("contained.decision.1", answer=False, why="one copy left")
    assert told.open_asks() == []
    told.waits(hours=2)
    assert told.open_asks() == ["contained.decision.2"]
    told.answers("contained.decision.2", answer=True, why="closed")
    assert told.incident.moments["contained"] == START + timedelta(hours=2)
    assert told.open_asks() == ["audit.task.1"]


def test_a_target_that_passes_is_missed_once_and_stays_missed() -> None:
    """An ask that is open at its due time is marked, and may still be answered."""
    told = story("""
      contain:
        steps:
          - {id: look, title: Look, task: Look., owner: commander, due: 1h}
    """)
    told.waits(hours=2)
    told.waits(hours=2)
    assert [event.type for event in told.told].count("target_missed") == 1
    told.answers("look.task.1", verdict="done")
    assert told.states() == {"look": "done"}


def test_an_answer_may_revise_a_fact() -> None:
    """A form field with `revises` changes the fact when its step is done."""
    told = story("""
      contain:
        steps:
          - id: depicted
            title: Who?
            decision: Say who.
            by: [commander]
            due: 15m
            form:
              anyone: {type: choice, options: ["no", "yes", unknown], revises: inputs.minor}
              count: {type: number}
          - {id: keep, title: Keep, ACT, when: inputs.minor == "no"}
    """)
    told.answers("depicted.decision.1", anyone="no", count=Decimal(3))
    assert told.incident.fact("minor") == "no"
    assert told.states()["keep"] == "running"


def test_an_unconfirmed_effect_is_settled_by_a_person() -> None:
    """Unconfirmed holds the phase; a person says done, failed, or try again with the same key."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, ACT}
    """)
    key = next(iter(told.pending))
    told.loses("one")
    assert told.states() == {"one": "unconfirmed"}
    assert told.status() == "declared"
    told.tells(ev.StepResolved(step="one", outcome="retry", reason="not there", by="ana"))
    assert list(told.pending) == [key]
    told.does("one")
    assert told.status() == "closed"


def test_cancel_with_undo_takes_back_in_reverse_order_of_doing() -> None:
    """What was done last is taken back first; then the incident is cancelled."""
    undo = "undo: {ACT}"
    told = story(f"""
      contain:
        steps:
          - {{id: one, title: One, ACT, {undo}}}
          - {{id: two, title: Two, ACT, needs: [one], {undo}}}
          - {{id: three, title: Three, task: Go on., owner: commander, due: 1h, needs: [two]}}
    """)
    told.does("one")
    told.does("two")
    told.tells(ev.CancelOrdered(reason="false alarm", undo=True, by="ana"))
    assert [move.subject for move in told.pending.values()] == ["two"]
    told.does("two")
    assert [move.subject for move in told.pending.values()] == ["one"]
    told.does("one")
    assert told.states() == {"one": "undone", "two": "undone", "three": "cancelled"}
    assert told.status() == "cancelled"


def test_close_by_a_person_ends_what_is_open_and_leaves_follow_ups() -> None:
    """Closing with a reason cancels open work; a follow-up stays open and can still be answered."""
    told = story("""
      contain:
        steps:
          - {id: one, title: One, task: Do., owner: commander, due: 1h}
          - {id: two, title: Two, task: Watch., owner: commander, due: 90d, follow_up: true}
    """)
    told.tells(ev.CloseOrdered(reason="handed over", by="ana"))
    assert told.status() == "closed"
    assert told.open_asks() == ["two.task.1"]
    told.answers("two.task.1", verdict="done")
    assert told.states() == {"one": "cancelled", "two": "done"}


def test_handlers_run_only_when_what_they_handle_has_failed() -> None:
    """A handler is skipped when its step is done and runs when it fails."""
    text = """
      contain:
        steps:
          - {id: one, title: One, ACT, on_failure: [by_hand]}
          - {id: by_hand, title: By hand, task: Do it., owner: commander, due: 1h}
    """
    well = story(text)
    well.does("one")
    assert well.states()["by_hand"] == "skipped"
    badly = story(text)
    badly.fails("one")
    assert badly.open_asks() == ["by_hand.task.1"]


def test_waiting_for_a_time_ends_when_the_time_has_come() -> None:
    """A wait is a timer on the timeline."""
    told = story("""
      contain:
        steps:
          - {id: pause, title: Pause, wait: 2h}
    """)
    assert told.states() == {"pause": "awaiting_time"}
    told.waits(hours=3)
    assert told.states() == {"pause": "done"}


def test_the_same_events_give_the_same_state_and_nothing_more_to_do() -> None:
    """Replaying the timeline gives the state, and a turn on a state at rest is empty of events."""
    told = story(APPROVED_TASK)
    told.answers("write.task.1", words="first")
    replayed = None
    for place, event in enumerate(told.told, start=1):
        replayed = fold(replayed, event, at=START, seq=place)
    assert replayed == told.incident
    assert advance(told.plan, told.incident, now=told.now).events == ()
