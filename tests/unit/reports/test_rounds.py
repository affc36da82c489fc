"""How a step that repeats is told of."""

from __future__ import annotations

from datetime import timedelta

from engine.domain.chain import instant_text
from engine.reports.status import status
from tests.unit.domain.story import START, story


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


def test_the_status_says_when_a_decision_that_was_answered_with_no_is_asked_again() -> None:
    """Meanwhile nobody is asked; once it is asked anew, it says so no more."""
    told = story("""
      contain:
        steps:
          - {id: contained, title: Contained?, decision: Is it?, by: [commander], due: 2h, marks: contained}
    """)
    told.answers("contained.decision.1", answer=False, why="one copy left")
    found: list[object] = []
    for hours in (0, 2):
        told.waits(hours=hours)
        ((step,),) = [phase["steps"] for phase in status(told.plan, told.incident, now=told.now)["phases"]]
        found.append(step["again"])
    assert found == [instant_text(START + timedelta(hours=2)), None]
