"""What people are told in private is short, in their own time, and says what to do next."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.domain.ask import Answer, Ask
from engine.domain.authority import Refusal
from engine.ports.people import Person
from engine.runtime.inward.words import late_text, list_lines, moment, refusal_text, status_lines
from engine.settings.people import Directory
from tests.unit.domain.story import Story

ANA = Person(id="ana", name="Ana Ruiz", zone="Europe/Berlin")
BEN = Person(id="ben", name="Ben Osei", zone="Europe/London")
PEOPLE = Directory(people={"ana": ANA, "ben": BEN}, roles={})
AT = datetime(2026, 11, 24, 2, 19, tzinfo=UTC)
PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A small leak
    version: 1
    inputs: {}
    roles: {commander: {required: true}, counsel: {title: Counsel}}
    phases:
      contain:
        steps:
          - {id: look, title: Look at it, task: Look., owner: commander, due: 2h}
          - {id: tell, title: Tell counsel, task: Tell., owner: counsel, needs: [look]}
    """


def ask(outcome: str, *, by: str = "") -> Ask:
    """An ask that has ended, perhaps with an answer."""
    answers = (Answer("answer", by, AT, {}, "", "slack-signed", "slack"),) if by else ()
    return Ask("a", "decision", "look", ("commander",), 1, "", (), None, AT, 1, outcome, answers)


def test_a_late_answer_is_told_who_was_first_and_when_in_the_readers_zone() -> None:
    """Somebody else by name, the reader as you."""
    assert (
        late_text(ask("answered", by="ana"), reader=BEN, people=PEOPLE)
        == "Ana Ruiz answered this at 02:19 on 24 November (Europe/London); nothing was changed now."
    )
    assert late_text(ask("approved", by="ben"), reader=BEN, people=PEOPLE).startswith("You approved this at 02:19")


def test_what_is_not_asked_any_more_says_why() -> None:
    """Nobody answered it: it ended by itself."""
    assert late_text(ask("superseded"), reader=BEN, people=PEOPLE).startswith(
        "This is not asked any more: it was superseded."
    )


def test_a_moment_stands_in_the_readers_own_zone() -> None:
    """With the zone's name beside it."""
    assert moment(AT, "Europe/Berlin") == "03:19 on 24 November (Europe/Berlin)"


def test_a_refusal_says_what_to_do_next_with_what_the_chat_has() -> None:
    """Commands of a shell become those of the chat."""
    story = Story(PLAYBOOK)
    refusal = Refusal("state", "look is done and cannot be skipped.", "`tocsin status` shows where it stands.")
    assert refusal_text(refusal, incident=story.incident, subject="", reader=BEN, people=PEOPLE) == (
        "look is done and cannot be skipped. `/incident status` shows where it stands."
    )


def test_status_names_what_is_asked_of_whom_by_when() -> None:
    """The reader's own asks are marked as theirs."""
    story = Story(PLAYBOOK)
    lines = status_lines(story.plan, story.incident, reader=ANA, people=PEOPLE)
    assert lines == [
        "INC-1 A small leak: declared",
        "contain: open, 0 of 2 done or skipped",
        "asked: Look at it [look] (you, due 05:10 on 24 November)",
        "Times are those of Europe/Berlin.",
    ]


def test_when_nothing_is_open_the_list_says_how_to_begin() -> None:
    """An empty list is no answer."""
    assert list_lines([]) == ["No incident is open. `/incident` declares one."]
