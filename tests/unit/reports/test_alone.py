"""Page one of the report says who went ahead alone, and what others made of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain import timeline as ev
from engine.domain.chain import Head
from engine.ports.records import Entry
from engine.reports.reader import Reader
from engine.reports.review.case import Case
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report
from tests.unit.domain.story import START, Story
from tests.unit.domain.test_glass import ASK, RATIFICATION, broken


def page(told: Story, *, restricted: bool = False) -> dict[str, Any]:
    """Return the report of a story."""
    entries = [
        Entry(seq, START, START, event.by if isinstance(event, ev.InputEvent) else "engine", event, "0" * 64)
        for seq, event in enumerate(told.told, start=1)
    ]
    reader = Reader(told.plan, str.title, restricted)
    return report(Case(entries, told.plan, told.incident, reader, Head(len(entries), "0" * 64), told.now))


def rows(told: Story) -> list[tuple[str, str, str]]:
    """Return who did what and why, of the decisions that mattered."""
    return [(row["who"], row["what"], row["why"]) for row in page(told)["page_one"]["decisions"]]


def test_whoever_did_not_wait_stands_on_page_one_from_the_beginning() -> None:
    """Also while nobody has said anything about it."""
    told = broken()
    words = "Lock: gone ahead with alone, without its approval; nobody has ratified it"
    assert rows(told) == [("Ana", words, "counsel is asleep")]


def test_what_became_of_it_is_told_as_it_was() -> None:
    """An act that failed was not done alone, nor was one of which nobody can tell."""
    told = broken()
    told.fails("lock")
    assert (
        rows(told)[0][1] == "Lock: gone ahead with alone, without its approval, and it failed; nobody has ratified it"
    )
    told = broken()
    told.loses("lock")
    assert ", and nobody can tell whether it was done; nobody has ratified it" in rows(told)[0][1]


@pytest.mark.parametrize(
    ("verdict", "reason", "said"),
    [("approve", "", "ratified"), ("decline", "it was the wrong one", "objected to going ahead alone")],
)
def test_what_somebody_else_made_of_it_stands_there_too(verdict: Any, reason: str, said: str) -> None:  # noqa: ANN401 one of two words
    """Who it was, and an objection with its reason."""
    told = broken()
    told.does("lock")
    told.tells(ev.AskAnswered(ask=RATIFICATION, verdict=verdict, reason=reason, by="carla"))
    short = "ratified" if verdict == "approve" else "objected to"
    assert rows(told) == [
        ("Ana", f"Lock: done alone, without its approval; {short} by Carla", "counsel is asleep"),
        ("Carla", f"Lock: {said}", reason),
    ]
    assert f"Lock: {said} (Carla" in markdown(page(told))


def test_four_hours_without_a_word_are_a_promise_that_was_not_kept() -> None:
    """The ratification is a target like any other between people; the approval itself is none."""
    told = broken()
    told.waits(hours=5)
    promises = page(told)["page_one"]["promises"]
    assert [row["title"] for row in promises["missed_ones"]] == ["Lock"]
    assert told.incident.asks[ASK].outcome == "broken"
