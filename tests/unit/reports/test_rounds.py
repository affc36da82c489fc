"""How a step that repeats is told of."""

from __future__ import annotations

from engine.reports.status import status
from tests.unit.domain.story import story


def test_the_status_says_which_round_it_was_and_when_the_next_one_is() -> None:
    """Programs get the numbers; a step that does not repeat has none."""
    told = story("""
      contain:
        steps:
          - {id: look, title: Look, ACT, repeat: {until: output.gone, every: 6h, max: 20}}
          - {id: once, title: Once, ACT}
    """)
    told.does("look", gone=False)
    look, once = status(told.plan, told.incident, now=told.now)["phases"][0]["steps"]
    assert (look["round"], look["rounds"], look["again"]) == (1, 20, "2026-11-24T08:10:00.000000Z")
    assert (once["round"], once["rounds"], once["again"]) == (None, None, None)
