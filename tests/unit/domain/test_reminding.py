"""Reminders: when they come, to whom, and when they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.domain import timeline as ev
from engine.domain.authority import ladder
from engine.domain.calendar import WEEKDAYS
from engine.domain.chain import instant_text
from engine.domain.hours import Hours, works_at
from engine.domain.surfaces import reminded as reminded_of
from engine.domain.surfaces import reminder_of
from engine.domain.waking import Waking
from tests.unit.domain.story import HEAD, START, Story

OFFICE = Hours(WEEKDAYS[:5], time(9), time(17), "Europe/Berlin")
SHARES = (50, 75, 90)
ASKED = """
      contain:
        steps:
          - {id: close, title: Close it, task: Close., owner: commander, due: 10h}
      communicate:
        steps:
          - {id: words, title: Words, task: Write., owner: commander, due: 10h}
"""
START_OF_DAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Reminded(Story):
    """An incident whose people keep office hours and are reminded."""

    waking = Waking(shares=SHARES, hours={"ana": OFFICE, "carla": OFFICE})

    def reminders(self, step: str) -> list[tuple[int, datetime]]:
        """Which shares of a step's ask were told, and when."""
        return [(reminder.share, reminder.at) for reminder in self.incident.asks[f"{step}.task.1"].reminders]

    def waits_hourly(self, hours: float) -> None:
        """Time passes in pieces of six minutes, so that every timer fires when it is due."""
        for _ in range(int(hours * 10)):
            self.waits(minutes=6)


def reminded(phases: str = ASKED) -> Reminded:
    """Begin at 03:10 in Berlin, a Tuesday."""
    given_: dict[str, Any] = {"urls": ["https://a.example/1"], "minor": "unknown"}
    return Reminded(HEAD + phases, **given_)


def test_containment_reminds_at_any_hour_and_a_target_when_work_begins() -> None:
    """Half of ten hours has passed at 08:10, before anybody works: only containment is told then."""
    told = reminded()
    told.waits_hourly(9.9)
    assert told.reminders("close") == [
        (50, START + timedelta(hours=5)),
        (75, START + timedelta(hours=7.5)),
        (90, START + timedelta(hours=9)),
    ]
    assert told.reminders("words") == [
        (50, START_OF_DAY + timedelta(minutes=4)),
        (75, START + timedelta(hours=7.5)),
        (90, START + timedelta(hours=9)),
    ]


def test_what_comes_late_is_told_once() -> None:
    """An engine that was away tells of the latest share, and of none once the target is missed."""
    late = reminded()
    late.waits(hours=9.5)
    assert [share for share, _ in late.reminders("close")] == [90]
    later = reminded()
    later.waits(hours=12)
    assert later.reminders("close") == []
    assert later.incident.asks["close.task.1"].missed


def test_who_is_on_it_is_left_alone_for_that_stretch() -> None:
    """An acknowledgement of the first half silences the half, and not what comes after."""
    told = reminded()
    told.waits_hourly(1)
    told.tells(ev.AskAcknowledged(ask="close.task.1", by="ana"))
    told.waits_hourly(8.9)
    assert [share for share, _ in told.reminders("close")] == [75, 90]


def test_nobody_is_reminded_of_what_is_answered() -> None:
    """An answer ends it."""
    told = reminded()
    told.waits_hourly(6)
    told.answers("close.task.1", verdict="done")
    told.waits_hourly(4)
    assert [share for share, _ in told.reminders("close")] == [50]


def test_of_several_only_who_works_is_named() -> None:
    """The first whose work begins is enough; an approval reminds nobody who wrote it or has given theirs."""
    told = reminded("""
      communicate:
        steps:
          - {id: words, title: Words, decision: Choose., by: [commander, counsel], due: 10h}
    """)
    early = Hours(WEEKDAYS[:5], time(5), time(10), "Europe/Berlin")
    told.waking = Waking(shares=SHARES, hours={"ana": OFFICE, "carla": early})
    told.waits_hourly(9.9)
    asked = told.incident.asks["words.decision.1"]
    assert [(reminder.share, reminder.people) for reminder in asked.reminders] == [
        (50, ("carla",)),
        (75, ("ana",)),
        (90, ("ana",)),
    ]


def test_a_target_that_was_moved_reminds_anew() -> None:
    """At the shares of its new time, also of those that were told before; its post is another one."""
    told = reminded()
    told.waits_hourly(8)
    told.tells(ev.TargetMoved(ask="close.task.1", due=instant_text(START + timedelta(hours=20)), by="ana"))
    told.waits_hourly(11.9)
    ask = told.incident.asks["close.task.1"]
    assert [(reminder.share, reminder.at - START) for reminder in ask.reminders] == [
        (50, timedelta(hours=5)),
        (75, timedelta(hours=7.5)),
        (50, timedelta(hours=10)),
        (75, timedelta(hours=15)),
        (90, timedelta(hours=18)),
    ]
    names = [reminder_of(ask, reminder) for reminder in ask.reminders]
    assert names[1:3] == ["close.task.1:75", "close.task.1:50:1"]
    assert reminded_of(told.incident, names[2]) == (ask, ask.reminders[2])


def test_whom_the_ticket_was_given_to_is_reminded_alone_and_called_first() -> None:
    """If they are asked; somebody else's ticket changes nobody's part."""
    told = reminded("""
      contain:
        steps:
          - {id: close, title: Close it, decision: Close., by: [commander, counsel], due: 10h}
    """)
    ask = told.incident.asks["close.decision.1"]
    assert ladder(told.plan, told.incident, ask) == ("ana", "carla")
    assert ladder(told.plan, told.incident, replace(ask, given_to="carla")) == ("carla", "ana")
    assert ladder(told.plan, told.incident, replace(ask, given_to="zed")) == ("ana", "carla")
    told.tells(ev.TicketChanged(ticket="SEC-1", ask=ask.id, change="reassigned", person="carla", by="ana"))
    told.waits_hourly(6)
    assert [reminder.people for reminder in told.incident.asks[ask.id].reminders] == [("carla",)]


def test_without_hours_and_without_shares() -> None:
    """Who names no hours may be reminded at any time; without shares there are no reminders and no timers."""
    told = reminded()
    told.waking = Waking(shares=(50,))
    told.waits_hourly(6)
    assert [share for share, _ in told.reminders("words")] == [50]
    quiet = Story(HEAD + ASKED, urls=["https://a.example/1"], minor="unknown")
    quiet.waits(hours=9)
    assert not any(isinstance(event, ev.AskReminded) for event in quiet.told)
    assert not any(timer.startswith("remind") for timer in quiet.incident.timers)


HOURS = st.builds(
    Hours,
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
    start=st.sampled_from([time(0), time(6), time(9), time(22)]),
    end=st.sampled_from([time(0), time(6), time(17), time(18, 30)]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
)
DOING = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 600)),
    st.tuples(st.sampled_from(["take", "answer"]), st.sampled_from(["close", "words"])),
    st.tuples(st.just("assign"), st.sampled_from(["ana", "carla"])),
)


@given(ana=HOURS, carla=HOURS, doings=st.lists(DOING, max_size=25))
def test_nobody_is_reminded_in_their_quiet_hours_nor_after_the_answer(
    ana: Hours, carla: Hours, doings: list[tuple[str, Any]]
) -> None:
    """Whatever people and time do: each share once, rising, before the due, to those who work unless it is allowed."""
    told = reminded()
    hours = {"ana": ana, "carla": carla}
    told.waking = Waking(shares=SHARES, hours=hours)
    for kind, what in doings:
        if kind == "wait":
            told.waits(minutes=what)
        elif kind == "assign":
            told.tells(ev.RoleAssigned(role="commander", people=[what], by="ana"))
        elif told.incident.asks[f"{what}.task.1"].open:
            if kind == "take":
                told.tells(ev.AskAcknowledged(ask=f"{what}.task.1", by="ana"))
            else:
                told.answers(f"{what}.task.1", verdict="done")
    for ask in told.incident.asks.values():
        shares = [reminder.share for reminder in ask.reminders]
        assert shares == sorted(set(shares))
        for reminder in ask.reminders:
            assert ask.due is not None
            assert reminder.at < ask.due
            assert ask.closed_at is None or reminder.at <= ask.closed_at
            assert reminder.people
            if ask.step == "words":
                assert all(works_at(hours[person], reminder.at) for person in reminder.people)
