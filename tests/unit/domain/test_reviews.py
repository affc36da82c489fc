"""Answers to the review's questions: whose they are, and when they may be nobody's."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.intake import take
from tests.unit.domain.story import Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles:
      commander: {required: true}
    phases:
      review:
        after: []
        steps:
          - {id: collect, title: Ask, action: review.collect}
          - {id: meeting, title: Meet, task: Meet., owner: commander, due: 1h}
"""
QUESTION = {"id": "went_well", "head": "response", "question": "What went well?"}


def asked(*, anonymous: bool) -> Story:
    """A review whose questions are out."""
    told = Story(PLAYBOOK)
    told.does("collect", questions=[QUESTION], anonymous=anonymous)
    return told


def give(told: Story, answers: dict[str, str], *, anonymous: bool = False) -> Any:  # noqa: ANN401 - events or a refusal
    """Answer the review as Ana."""
    command = cmd.AnswerReview(answers=answers, anonymous=anonymous)
    taken = take(told.plan, told.incident, command, cmd.Who(person="ana"), now=told.now, connected=False)
    if not isinstance(taken, Refusal):
        told.write(*taken)
    return taken


def test_an_answer_without_a_name_names_nobody() -> None:
    """Neither in its actor nor in how sure the identity is."""
    (event,) = give(asked(anonymous=True), {"went_well": "The call"}, anonymous=True)
    assert (event.by, event.strength, event.anonymous) == ("anonymous", "", True)


def test_where_answers_keep_their_name_one_without_is_refused() -> None:
    """It is not quietly signed either."""
    told = asked(anonymous=False)
    assert give(told, {"went_well": "The call"}, anonymous=True).rule == "anonymous"
    assert isinstance(give(told, {"went_well": "The call"})[0], ev.ReviewAnswered)


def test_a_person_answers_again_and_the_last_answer_counts() -> None:
    """Those without a name are kept side by side, since nobody knows whose they are."""
    told = asked(anonymous=True)
    give(told, {"went_well": "One"})
    give(told, {"went_well": "Two"})
    give(told, {"went_well": "Three"}, anonymous=True)
    give(told, {"went_well": "Four"}, anonymous=True)
    assert [review.answers["went_well"] for review in told.incident.reviews] == ["Two", "Three", "Four"]


@pytest.mark.parametrize(
    ("answers", "rule"), [({}, "empty"), ({"went_well": " "}, "empty"), ({"went_wel": "x"}, "unknown_question")]
)
def test_an_answer_says_something_to_a_question_there_is(answers: dict[str, str], rule: str) -> None:
    """An empty one and one to another question are refused."""
    assert give(asked(anonymous=True), answers).rule == rule


def test_before_the_questions_are_out_nothing_is_answered() -> None:
    """It is said when they will be."""
    assert give(Story(PLAYBOOK), {"went_well": "x"}).rule == "no_review"
