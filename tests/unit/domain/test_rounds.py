"""Steps that are done again until something is so, one rule of `conducting.rounds` at a time."""

from __future__ import annotations

from datetime import date, timedelta

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.chain import instant_text
from engine.domain.intake import take
from tests.unit.domain.story import ACT, HEAD, START, Story, story
from tests.unit.domain.test_clocks import Office

UNTIL = """repeat: {until: 'output.state == "gone"', every: 6h, max: 3}"""
ASKED = 'form: {state: {type: choice, options: ["there", "gone"]}}'


def told(kind: str, keys: str = UNTIL) -> Story:
    """Begin a story with one step that repeats, and another that needs it."""
    return story(f"""
      contain:
        steps:
          - {{id: look, title: Look, {kind}, {keys}}}
          - {{id: after, title: After, ACT, needs: [look]}}
    """)


def test_an_act_is_done_again_with_another_key_until_it_is_so() -> None:
    """Each round is an effect of its own; the last one's output is the step's."""
    one = told("ACT")
    first = next(iter(one.pending))
    one.does("look", state="there")
    assert one.states() == {"look": "awaiting_time"}
    assert one.told[-2] == ev.RoundEnded(
        step="look", round=1, output={"state": "there"}, again=instant_text(START + timedelta(hours=6))
    )
    one.waits(hours=5)
    assert not one.pending
    one.waits(hours=1)
    second = next(iter(one.pending))
    assert (one.pending[second].round, one.pending[second].attempt) == (2, 1)
    assert second != first
    one.does("look", state="gone")
    assert one.states() == {"look": "done", "after": "running"}
    assert one.incident.step("look").output == {"state": "gone"}


def test_a_round_is_tried_again_under_its_own_key() -> None:
    """A failure that may be tried again belongs to the round it happened in."""
    one = told("ACT")
    one.does("look", state="there")
    one.waits(hours=6)
    key = next(iter(one.pending))
    one.fails("look", retry_in=timedelta(seconds=5))
    one.waits(seconds=6)
    assert (one.pending[key].round, one.pending[key].attempt) == (2, 2)


def test_a_step_has_failed_when_its_rounds_are_used_up() -> None:
    """The reason says how often it was looked and what was not so; a retry looks once more."""
    one = told("ACT")
    for _ in range(3):
        one.does("look", state="there")
        one.waits(hours=6)
    assert one.states() == {"look": "failed", "after": "blocked"}
    reason = 'after 3 rounds it was not so: output.state == "gone" is not true'
    assert one.incident.step("look").because == reason
    one.tells(ev.RetryOrdered(step="look", by="ana"))
    one.does("look", state="gone")
    assert one.states() == {"look": "done", "after": "running"}


def test_what_a_round_does_not_tell_is_not_so() -> None:
    """A result without the value is looked for again, and the failure names it."""
    one = told("ACT", "repeat: {until: output.there, every: 6h, max: 1}")
    one.does("look")
    assert one.incident.step("look").because == "after 1 round it was not so: output.there is not known"


def test_a_condition_that_cannot_be_worked_out_fails_the_step() -> None:
    """Nobody waits for rounds that can come to nothing."""
    one = told("ACT", "repeat: {until: output.state > 3, every: 6h, max: 3}")
    one.does("look", state="there")
    assert one.incident.step("look").because.startswith("when it ends cannot be worked out: ")


def test_a_task_is_asked_again_in_a_round_of_its_own() -> None:
    """The second ask is a new one, and its answer may end it."""
    one = told(f"task: Look., owner: commander, due: 1h, {ASKED}")
    one.answers("look.task.1", verdict="done", state="there")
    assert one.states() == {"look": "awaiting_time"}
    assert one.open_asks() == []
    one.waits(hours=6)
    assert one.open_asks() == ["look.task.2"]
    one.answers("look.task.2", verdict="done", state="gone")
    assert one.states() == {"look": "done", "after": "running"}


def test_a_person_need_not_wait_to_be_asked_again() -> None:
    """Between two rounds, another answer takes the place of the last one and may end the step."""
    one = told(f"decision: Is it gone?, by: [commander], {ASKED}")
    one.answers("look.decision.1", state="there")
    one.waits(hours=1)
    command = cmd.Answer(target="look", values={"state": "gone"})
    events = take(one.plan, one.incident, command, cmd.Who(person="ana"), now=one.now)
    assert not isinstance(events, Refusal)
    one.tells(events[0])
    assert one.states() == {"look": "done", "after": "running"}


def test_the_same_answer_again_moves_nothing() -> None:
    """The next round comes when it was to come."""
    one = told(f"decision: Is it gone?, by: [commander], {ASKED}")
    one.answers("look.decision.1", state="there")
    one.waits(hours=1)
    one.answers("look.decision.1", state="there")
    assert one.open_asks() == []
    one.waits(hours=5)
    assert one.open_asks() == ["look.decision.2"]


def test_an_answer_that_is_approved_may_still_be_asked_for_again() -> None:
    """Each round's answer is approved; the step is over with one that is so."""
    one = told(f"task: Look., owner: commander, {ASKED}, approve: {{by: [counsel]}}")
    one.answers("look.task.1", verdict="done", state="there")
    one.answers("look.approval.1", "carla", verdict="approve")
    assert one.states() == {"look": "awaiting_time"}
    one.waits(hours=6)
    one.answers("look.task.2", verdict="done", state="gone")
    one.answers("look.approval.2", "carla", verdict="approve")
    assert one.states()["look"] == "done"


def test_tasks_that_are_never_so_fail_at_the_cap() -> None:
    """People are not asked for ever."""
    one = told(f"task: Look., owner: commander, {ASKED}")
    for number in (1, 2, 3):
        one.answers(f"look.task.{number}", verdict="done", state="there")
        one.waits(hours=6)
    assert one.states() == {"look": "failed", "after": "blocked"}


def test_a_step_between_two_rounds_can_be_left_out() -> None:
    """A skip ends it, and what needs it goes on."""
    one = told("ACT")
    one.does("look", state="there")
    events = take(
        one.plan, one.incident, cmd.SkipStep(step="look", reason="we know"), cmd.Who(person="ana"), now=one.now
    )
    assert not isinstance(events, Refusal)
    one.tells(events[0])
    assert one.states() == {"look": "skipped", "after": "running"}
    one.waits(hours=6)
    assert not [move for move in one.pending.values() if move.subject == "look"]


def test_a_person_can_say_that_it_is_done_between_two_rounds() -> None:
    """Then the last round's output is the step's."""
    one = told("ACT")
    one.does("look", state="there")
    command = cmd.ResolveStep(step="look", outcome="done", reason="we saw it")
    events = take(one.plan, one.incident, command, cmd.Who(person="ana"), now=one.now)
    assert not isinstance(events, Refusal)
    one.tells(events[0])
    assert one.states()["look"] == "done"
    assert one.incident.step("look").output == {"state": "there"}


def test_a_wait_cannot_be_said_to_be_done() -> None:
    """Only what repeats is settled by hand while it awaits time."""
    one = told("wait: 3h", "follow_up: false")
    command = cmd.ResolveStep(step="look", outcome="done", reason="we saw it")
    taken = take(one.plan, one.incident, command, cmd.Who(person="ana"), now=one.now)
    assert isinstance(taken, Refusal)


def test_no_round_begins_under_a_hold() -> None:
    """The act of the next round is written out after the release."""
    one = told("ACT")
    one.does("look", state="there")
    one.tells(ev.HoldOrdered(by="ana"))
    one.waits(hours=6)
    assert not one.pending
    one.tells(ev.HoldReleased(by="ana"))
    assert [move.round for move in one.pending.values()] == [2]


def test_an_approval_holds_for_every_round_of_the_same_bytes() -> None:
    """What was approved and has not changed is not asked about again."""
    one = told("ACT, approve: {by: [counsel]}")
    one.answers("look.approval.1", "carla", verdict="approve")
    one.does("look", state="there")
    one.waits(hours=6)
    assert [move.round for move in one.pending.values()] == [2]


def test_the_pauses_may_grow_and_the_last_one_holds() -> None:
    """An hour, then four, then a day, and a day again."""
    one = told("ACT", """repeat: {until: 'output.state == "gone"', every: [1h, 4h, 1d], max: 9}""")
    for hours in (1, 4, 24, 24):
        one.does("look", state="there")
        pause = one.incident.timers[f"round:look:{one.incident.step('look').round}"]
        assert pause.at == one.now + timedelta(hours=hours)
        one.waits(hours=hours - 0.5)
        assert not one.pending
        one.waits(hours=0.5)
        assert [move.subject for move in one.pending.values()] == ["look"]


def test_a_pause_may_be_business_days_of_a_calendar() -> None:
    """From a Tuesday, over two holidays and a weekend."""
    phases = f"""
      contain:
        steps:
          - {{id: look, title: Look, {ACT}, repeat: {{until: output.there, every: [1h, 1bd in us-federal], max: 9}}}}
    """
    one = Office(HEAD + phases, urls=["https://a.example/1"], minor="no")
    one.does("look")
    one.waits(hours=1)
    one.does("look")
    assert one.incident.timers["round:look:2"].at.date() == date(2026, 11, 27)
    repeat = one.plan.steps["look"].repeat
    assert repeat is not None
    assert repeat.rhythm == "after 1h, then every 1bd in us-federal"
