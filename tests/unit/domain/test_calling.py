"""Calling people: who is called, when, and what ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import timeline as ev
from engine.domain.conductor import advance
from engine.domain.surfaces import PAGE, Connected
from engine.domain.waking import CallRule, Waking
from tests.unit.domain.story import HEAD, START, Story

ASKED = """
      contain:
        steps:
          - {id: close, title: Close it, task: Close., owner: counsel, due: 2h}
          - {id: open, title: No due, task: Look., owner: counsel}
      communicate:
        steps:
          - id: words
            title: Words
            task: Write.
            owner: counsel
            due: 4h
            form: {severity: {type: choice, options: [sev1, sev2]}}
            approve: {by: [counsel, commander]}
"""
CONTAIN = CallRule(windows=(timedelta(minutes=10), timedelta(minutes=5)), phases=frozenset({"contain"}))


class Called(Story):
    """An incident whose counsel are Carla and Dev, and whose commanders Ana and Jo."""

    waking = Waking(rules=(CONTAIN,), pagers={"carla": ("duty", "own"), "ana": ("own",)})
    roles: ClassVar = {"commander": ["ana", "jo"], "counsel": ["carla", "dev"]}

    def calls(self, ask: str) -> list[tuple[int, str, str, datetime]]:
        """Who was called for an ask: level, person, why, when."""
        return [(call.level, call.person, call.because, call.at) for call in self.incident.asks[ask].calls]

    def people(self, ask: str) -> list[str]:
        """Who was called for an ask, in order."""
        return [call.person for call in self.incident.asks[ask].calls]

    def passes(self, minutes: int) -> None:
        """Time passes minute by minute."""
        for _ in range(minutes):
            self.waits(minutes=1)


def called(*, exercise: bool = False, waking: Waking = Called.waking) -> Called:
    """Begin an incident under these rules."""
    kind: type[Called] = type("Begun", (Called,), {"waking": waking, "exercise": exercise})
    inputs: dict[str, Any] = {"urls": ["https://a.example/1"], "minor": "unknown"}
    return kind(HEAD + ASKED, **inputs)


def after(minutes: int) -> datetime:
    """An instant of the story."""
    return START + timedelta(minutes=minutes)


def test_the_next_is_called_level_by_level_then_the_commanders() -> None:
    """The first window is the first level's; the last one holds for all that follow; each is called once."""
    told = called()
    told.passes(40)
    assert told.calls("open.task.1") == [
        (1, "carla", "unacknowledged", after(10)),
        (2, "dev", "unacknowledged", after(15)),
        (3, "ana", "unacknowledged", after(20)),
        (4, "jo", "unacknowledged", after(25)),
    ]
    pagers = [call.pagers for call in told.incident.asks["open.task.1"].calls]
    assert pagers == [("duty", "own"), (), ("own",), ()]


def test_an_ask_that_no_rule_names_calls_nobody() -> None:
    """Nor does anything without rules."""
    told = called()
    told.passes(60)
    assert told.people("words.task.1") == []
    quiet = called(waking=Waking(pagers={"carla": ("duty",)}))
    quiet.passes(60)
    assert quiet.people("close.task.1") == []


def test_who_is_on_it_ends_the_calling_until_the_due_time() -> None:
    """What passes its due calls the next at once, and ends for good when somebody is on it again."""
    told = called()
    told.passes(16)
    told.tells(ev.AskAcknowledged(ask="close.task.1", by="dev"))
    told.tells(ev.AskAcknowledged(ask="open.task.1", by="dev"))
    told.passes(103)
    assert told.people("close.task.1") == ["carla", "dev"]
    told.passes(2)
    assert told.calls("close.task.1")[2:] == [(3, "ana", "overdue", after(120))]
    told.tells(ev.AskAcknowledged(ask="close.task.1", by="ana"))
    told.passes(60)
    assert told.people("close.task.1") == ["carla", "dev", "ana"]
    assert told.people("open.task.1") == ["carla", "dev"]


def test_an_answer_ends_the_calling() -> None:
    """Nobody is called for what is answered."""
    told = called()
    told.passes(11)
    told.answers("close.task.1", by="carla", verdict="done")
    told.passes(60)
    assert told.people("close.task.1") == ["carla"]


def test_a_due_before_the_window_calls_at_the_due() -> None:
    """The window of the first level need not have passed."""
    told = called(waking=Waking(rules=(CallRule(windows=(timedelta(hours=3),)),)))
    told.passes(121)
    assert told.calls("close.task.1") == [(1, "carla", "overdue", after(120))]


def test_what_was_late_is_called_once_and_its_window_runs_from_then() -> None:
    """An engine that was away for an hour does not call everybody at once."""
    told = called()
    told.waits(hours=1)
    assert told.people("close.task.1") == ["carla"]
    told.passes(4)
    assert told.people("close.task.1") == ["carla"]
    told.passes(1)
    assert told.people("close.task.1") == ["carla", "dev"]


def test_exercises_page_only_where_that_is_wanted() -> None:
    """People are called in the chat all the same."""
    told = called(exercise=True)
    told.passes(11)
    assert [call.pagers for call in told.incident.asks["close.task.1"].calls] == [()]
    wanted = Waking(rules=(CONTAIN,), pagers={"carla": ("duty",)}, exercises=True)
    loud = called(exercise=True, waking=wanted)
    loud.passes(11)
    assert [call.pagers for call in loud.incident.asks["close.task.1"].calls] == [("duty",)]


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        (CallRule(windows=(timedelta(0),)), {"close.task.1", "open.task.1", "words.task.1"}),
        (CallRule(windows=(timedelta(0),), kinds=frozenset({"approval"})), set()),
        (
            CallRule(windows=(timedelta(0),), severities=frozenset({"sev1"})),
            {"close.task.1", "open.task.1", "words.task.1"},
        ),
        (CallRule(windows=(timedelta(0),), phases=frozenset({"communicate"})), {"words.task.1"}),
    ],
)
def test_a_rule_names_phases_kinds_and_severities(rule: CallRule, asks: set[str]) -> None:
    """A severity that is not known yet counts as fitting; without a window people are called at once."""
    told = called(waking=Waking(rules=(rule,)))
    assert {ask.id for ask in told.incident.asks.values() if ask.calls} == asks


def test_once_the_severity_is_known_it_decides() -> None:
    """The latest answer to `severity` counts; the author of what is approved is not called for it."""
    severe = CallRule(windows=(timedelta(minutes=10),), severities=frozenset({"sev1"}))
    told = called(waking=Waking(rules=(severe,)))
    told.answers("words.task.1", by="carla", severity="sev2")
    told.answers("words.approval.1", by="ana", verdict="approve")
    told.passes(20)
    assert told.people("close.task.1") == []
    grave = called(waking=Waking(rules=(severe,), pagers={"dev": ("duty", "own")}))
    grave.answers("words.task.1", by="carla", severity="sev1")
    grave.passes(50)
    assert grave.people("words.approval.1") == ["dev", "ana", "jo"]


def test_what_is_on_hold_calls_and_pages_all_the_same() -> None:
    """Holding stops what the engine does by itself, and not people being woken."""
    told = called()
    told.tells(ev.HoldOrdered(reason="look first", by="ana"))
    told.passes(11)
    assert told.people("close.task.1") == ["carla"]
    turn = advance(told.plan, told.incident, now=told.now, connected=Connected(pagers=True), waking=told.waking)
    assert {move.subject for move in turn.performs if move.kind == PAGE} == {
        f"{ask}#1:{pager}" for ask in ("close.task.1", "open.task.1") for pager in ("duty", "own")
    }


DOING = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 90)),
    st.tuples(st.sampled_from(["take", "answer"]), st.sampled_from(["carla", "dev", "ana", "jo"])),
    st.tuples(st.just("assign"), st.permutations(["carla", "dev", "jo"])),
)


@given(doings=st.lists(DOING, max_size=25), windows=st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_whatever_people_and_time_do(doings: list[tuple[str, Any]], windows: list[int]) -> None:
    """Each is called once, by level, never before the window, after the answer, or while somebody is on it."""
    spans = tuple(timedelta(minutes=minutes) for minutes in windows)
    told = called(waking=Waking(rules=(CallRule(windows=spans),)))
    taken: list[datetime] = []
    for kind, what in doings:
        ask = told.incident.asks["close.task.1"]
        match kind:
            case "wait":
                told.waits(minutes=what)
            case "assign":
                told.tells(ev.RoleAssigned(role="counsel", people=what, by="ana"))
            case "take" if ask.open:
                taken.append(told.now)
                told.tells(ev.AskAcknowledged(ask=ask.id, by=what))
            case "answer" if ask.open:
                told.answers(ask.id, by=what, verdict="done")
    ask = told.incident.asks["close.task.1"]
    assert ask.due is not None
    assert [call.level for call in ask.calls] == list(range(1, len(ask.calls) + 1))
    assert len({call.person for call in ask.calls}) == len(ask.calls)
    before = ask.opened_at
    for call in ask.calls:
        assert ask.closed_at is None or call.at <= ask.closed_at
        waited = call.at - before >= spans[min(call.level, len(spans)) - 1]
        assert waited or (call.because == "overdue" and before < ask.due <= call.at)
        relevant = [moment for moment in taken if moment < call.at and (moment >= ask.due or call.at < ask.due)]
        assert relevant == []
        before = call.at
