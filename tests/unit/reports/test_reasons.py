"""A reason that is a sentence of its own stands in another one without a second full stop."""

from __future__ import annotations

from engine.domain import timeline as ev
from engine.ports.records import Entry
from engine.reports.handover import handover_summary
from engine.reports.reader import Reader
from engine.reports.status import status
from engine.reports.timeline import line
from tests.unit.domain.story import START, Story, story

ACTS = """
      contain:
        steps:
          - {id: look, title: Look, ACT}
"""
REASON = "The page could not be found."


def failed() -> Story:
    """An act has failed, for a reason that ends like a sentence."""
    told = story(ACTS)
    move = next(iter(told.pending.values()))
    told.tells(ev.EffectFailed(key=move.key, kind="action", subject="look", message=REASON, attempt=1))
    return told


def test_what_needs_a_person_has_one_full_stop() -> None:
    """In the status, and in what a commander is told who takes over."""
    told = failed()
    (need,) = status(told.plan, told.incident, now=told.now)["attention"]
    assert need["text"].startswith("“Look” failed (The page could not be found). `tocsin resolve")
    assert not [text for text in handover_summary(told.plan, told.incident, now=told.now, name=str) if ".)" in text]


def test_the_timeline_has_one_full_stop() -> None:
    """Whatever the event is that holds the reason."""
    reader = Reader(failed().plan, str.title)
    for event in (
        ev.StepFailed(step="look", because=REASON),
        ev.EffectUnconfirmed(key="k", kind="action", subject="look", message=REASON),
        ev.SkipOrdered(step="look", reason=REASON, by="ana"),
    ):
        text = line(Entry(1, START, START, "engine", event, "0" * 64), reader).text
        assert text.endswith("could not be found."), text
