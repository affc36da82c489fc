"""A ticket or card that was begun is ended, whatever has become of its question meanwhile."""

from __future__ import annotations

import pytest

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conductor import advance
from engine.domain.incident import effect_key
from engine.domain.surfaces import CARD, CHANNEL, EPIC, LIVING, NOTICE, TICKET, TICKET_CLOSE, Connected
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true}
    phases:
      contain:
        steps:
          - {id: audit, title: Audit, task: Look., owner: commander, due: 1h}
          - {id: other, title: Other, task: Look., owner: commander, due: 1h}
"""
ASK = "audit.task.1"
EVERYTHING = Connected(chat=True, tracker=True)


def intended(kind: str, subject: str) -> ev.EffectIntended:
    """What is written before a surface is made."""
    return ev.EffectIntended(key=effect_key("INC-1", subject, kind), kind=kind, subject=subject, attempt=1)


def done(kind: str, subject: str) -> ev.EffectDone:
    """What is written when it is there."""
    return ev.EffectDone(
        key=effect_key("INC-1", subject, kind), kind=kind, subject=subject, attempt=1, result={"key": "SEC-1"}
    )


def failed(kind: str, *, unsure: bool) -> ev.EffectFailed:
    """What is written when making it failed, for now."""
    key = effect_key("INC-1", ASK, kind)
    return ev.EffectFailed(key=key, kind=kind, subject=ASK, attempt=1, message="no", retry_at="", unsure=unsure)


@pytest.fixture
def told() -> Story:
    """An incident whose channel and epic are there, and whose question has just been asked."""
    story = Story(PLAYBOOK)
    for kind in (CHANNEL, LIVING, EPIC):
        story.write(intended(kind, kind), done(kind, kind))
    return story


def shown(told: Story) -> set[tuple[str, str]]:
    """What is to be shown now."""
    turn = advance(told.plan, told.incident, now=told.now, connected=EVERYTHING)
    return {(move.kind, move.subject) for move in turn.performs if move.subject == ASK}


@pytest.mark.parametrize("kind", [TICKET, CARD])
def test_what_was_interrupted_is_ended_after_its_question_was_answered(told: Story, kind: str) -> None:
    """The engine that died while making it may have made it: it is looked for, and found or made."""
    told.write(intended(kind, ASK))
    told.answers(ASK, verdict="done")
    assert shown(told) == {(kind, ASK)}


def test_a_notice_that_was_interrupted_is_ended_although_its_trouble_is_over(told: Story) -> None:
    """What it was about was settled meanwhile; whether it was posted is known afterwards."""
    told.write(intended(NOTICE, "audit:failed:1"))
    turn = advance(told.plan, told.incident, now=told.now, connected=EVERYTHING)
    assert (NOTICE, "audit:failed:1") in {(move.kind, move.subject) for move in turn.performs}


def test_then_the_ticket_is_closed(told: Story) -> None:
    """A ticket whose question was answered before it was there does not stay open."""
    told.write(intended(TICKET, ASK))
    told.answers(ASK, verdict="done")
    told.write(done(TICKET, ASK))
    assert shown(told) == {(TICKET_CLOSE, ASK)}


@pytest.mark.parametrize(("unsure", "shows"), [(True, {(TICKET, ASK)}), (False, set())])
def test_what_surely_failed_is_not_made_any_more(told: Story, *, unsure: bool, shows: set[tuple[str, str]]) -> None:
    """A ticket that surely is not there is not needed once its question is answered; one that may be is."""
    failure = failed(TICKET, unsure=unsure).model_copy(update={"retry_at": instant_text(told.now)})
    told.write(intended(TICKET, ASK), failure)
    timer = f"retry:{effect_key('INC-1', ASK, TICKET)}:1"
    told.write(ev.TimerSet(timer=timer, due=instant_text(told.now), clock="real", purpose="retry"))
    told.answers(ASK, verdict="done")
    told.write(ev.TimerFired(timer=timer))
    assert shown(told) == shows


def test_a_question_answered_before_anything_was_shown_gets_no_ticket(told: Story) -> None:
    """Tickets are for people who still have something to do."""
    told.answers(ASK, verdict="done")
    assert shown(told) == set()
