"""Whoever is asked to approve that something is taken back reads so, and does not read the act itself."""

from __future__ import annotations

from engine.domain import timeline as ev
from engine.reports.reader import Reader
from engine.reports.status import status
from engine.reports.titles import takes_back
from engine.reports.wording import WORDS
from tests.unit.domain.story import story

BACK = "action: http.request, with: {method: POST, url: 'https://a.example/back'}"


def test_an_approval_of_the_act_is_none_of_its_way_back() -> None:
    """Also where both are the same request: taking it back is approved by itself."""
    told = story("""
      contain:
        steps:
          - {id: close, title: Close it, ACT, undo: {ACT}, approve: {by: [counsel]}}
    """)
    told.answers("close.approval.1", verdict="approve", by="carla")
    told.does("close")
    told.tells(ev.UndoOrdered(step="close", reason="false alarm", by="ana"))
    assert (told.open_asks(), sorted(told.pending)) == (["close.approval.2"], [])
    assert [takes_back(ask) for ask in told.incident.asks.values()] == [False, True]
    told.answers("close.approval.2", verdict="approve", by="carla")
    told.does("close")
    assert told.states() == {"close": "undone"}


def test_an_approval_of_a_way_back_says_that_it_is_one() -> None:
    """The act is asked by its title, its way back as taking it back."""
    told = story(
        """
      contain:
        steps:
          - {id: close, title: Close it, ACT, undo: {BACK}, approve: {by: [counsel]}}
    """.replace("BACK", BACK)
    )
    titles = [ask["title"] for ask in status(told.plan, told.incident, now=told.now)["asks"]]
    told.answers("close.approval.1", verdict="approve", by="carla")
    told.does("close")
    told.tells(ev.UndoOrdered(step="close", reason="false alarm", by="ana"))
    titles += [ask["title"] for ask in status(told.plan, told.incident, now=told.now)["asks"]]
    assert titles == ["Close it", "Take back: Close it"]
    reader = Reader(told.plan, str.title)
    asked = [WORDS[type(event)](event, reader) for event in told.told if isinstance(event, ev.AskOpened)]
    assert asked == ["Approval was asked for: Close it.", "Approval was asked for taking back: Close it."]
