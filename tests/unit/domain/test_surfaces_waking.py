"""What is posted and paged to wake somebody: in its time, and never for what is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain import timeline as ev
from engine.domain.conductor import advance
from engine.domain.incident import effect_key
from engine.domain.surfaces import (
    CALL,
    CHANNEL,
    LIVING,
    PAGE,
    PAGE_ENDED,
    PAGE_TAKEN,
    REMINDER,
    WAKING,
    Connected,
    called,
)
from engine.domain.waking import CallRule, Waking
from tests.unit.domain.story import HEAD, Story

ASK = "look.task.1"
FIRST, SECOND = f"{ASK}#1:duty", f"{ASK}#2:duty"
EVERYTHING = Connected(chat=True, tracker=True, pagers=True)
PHASES = """
      contain:
        steps:
          - {id: look, title: Look, task: Look., owner: commander, due: 2h}
"""


class Woken(Story):
    """An incident of two commanders whose pager is `duty`."""

    waking = Waking(
        shares=(50, 75, 90),
        rules=(CallRule(windows=(timedelta(minutes=10),)),),
        pagers={"ana": ("duty",), "jo": ("duty",)},
    )
    roles = {"commander": ["ana", "jo"]}  # noqa: RUF012 - declared as the class's own in Story

    def shown(self, connected: Connected = EVERYTHING) -> set[tuple[str, str]]:
        """What is to wake somebody now."""
        turn = advance(self.plan, self.incident, now=self.now, connected=connected, waking=self.waking)
        return {(move.kind, move.subject) for move in turn.performs if move.kind in WAKING}

    def makes(self, kind: str, subject: str) -> None:
        """Something was posted or sent."""
        self.begins(kind, subject)
        key = effect_key("INC-1", subject, kind)
        self.write(ev.EffectDone(key=key, kind=kind, subject=subject, attempt=1))

    def begins(self, kind: str, subject: str) -> None:
        """Something is about to be posted or sent."""
        key = effect_key("INC-1", subject, kind)
        self.write(ev.EffectIntended(key=key, kind=kind, subject=subject, attempt=1))

    def fails_surely(self, kind: str, subject: str) -> None:
        """Something was surely not sent, for now."""
        self.begins(kind, subject)
        key = effect_key("INC-1", subject, kind)
        self.write(ev.EffectFailed(key=key, kind=kind, subject=subject, attempt=1, message="no", retry_at="2027-01-01"))


@pytest.fixture
def told() -> Woken:
    """The first is called; the channel is there."""
    story = Woken(HEAD + PHASES, urls=["https://a.example/1"], minor="unknown")
    for kind in (CHANNEL, LIVING):
        story.makes(kind, kind)
    story.waits(minutes=10)
    return story


def test_a_call_is_posted_and_paged(told: Woken) -> None:
    """By what is connected; a name leads back to its call."""
    assert told.shown() == {(CALL, f"{ASK}#1"), (PAGE, FIRST)}
    assert told.shown(Connected(pagers=True)) == {(PAGE, FIRST)}
    assert told.shown(Connected()) == set()
    ask, call, pager = called(told.incident, FIRST)
    assert (ask.id, call.person, pager) == (ASK, "ana", "duty")
    assert called(told.incident, f"{ASK}#1")[2] == ""


def test_of_several_calls_only_the_latest_is_still_posted_and_all_are_paged(told: Woken) -> None:
    """A chat that was away brings no row of old calls; a pager wakes each person."""
    told.waits(minutes=10)
    assert told.shown() == {(CALL, f"{ASK}#2"), (PAGE, FIRST), (PAGE, SECOND)}


def test_who_is_on_it_ends_what_was_not_sent_and_acknowledges_what_was(told: Woken) -> None:
    """Nothing further is posted."""
    told.makes(PAGE, FIRST)
    told.waits(minutes=10)
    told.tells(ev.AskAcknowledged(ask=ASK, by="jo"))
    assert told.shown() == {(PAGE_TAKEN, FIRST)}
    told.makes(PAGE_TAKEN, FIRST)
    assert told.shown() == set()


def test_an_answer_ends_what_was_sent(told: Woken) -> None:
    """Also what nobody had acknowledged; what was never sent is not."""
    told.makes(PAGE, FIRST)
    told.waits(minutes=10)
    told.fails_surely(PAGE, SECOND)
    told.answers(ASK, verdict="done")
    assert told.shown() == {(PAGE_ENDED, FIRST)}
    told.makes(PAGE_ENDED, FIRST)
    assert told.shown() == set()


def test_what_may_have_been_sent_is_brought_to_its_end(told: Woken) -> None:
    """The page is looked after once more, and then ended like any other."""
    told.begins(PAGE, FIRST)
    told.answers(ASK, verdict="done")
    assert told.shown() == {(PAGE, FIRST)}
    told.write(ev.EffectDone(key=effect_key("INC-1", FIRST, PAGE), kind=PAGE, subject=FIRST, attempt=1))
    assert told.shown() == {(PAGE_ENDED, FIRST)}


def test_only_the_latest_reminder_is_still_posted_and_none_of_a_missed_target(told: Woken) -> None:
    """A chat that was away for an hour brings one reminder; after the due, the notice tells."""
    told.tells(ev.AskAcknowledged(ask=ASK, by="ana"))
    told.waits(minutes=50)
    assert told.shown() == set()
    told.waits(minutes=35)
    told.waits(minutes=15)
    assert {subject for kind, subject in told.shown() if kind == REMINDER} == {f"{ASK}:90"}
    told.waits(minutes=30)
    assert told.incident.asks[ASK].missed
    assert {kind for kind, _ in told.shown()} == {CALL, PAGE}
