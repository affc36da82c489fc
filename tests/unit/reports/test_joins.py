"""What needs a person at a step that is done once per element."""

from __future__ import annotations

from engine.domain import timeline as ev
from engine.reports.status import status
from tests.unit.domain.story import Story, story


def attention(told: Story) -> list[str]:
    """Return what needs a person, in words."""
    return [item["text"] for item in status(told.plan, told.incident, now=told.now)["attention"]]


def joined(join: str) -> Story:
    """Begin a story with one step over two copies."""
    return story(
        f"""
      contain:
        steps:
          - {{id: each, title: Each, ACT, for_each: inputs.urls, join: {join}}}
    """,
        urls=["https://a.example/1", "https://a.example/2"],
    )


def test_a_failed_element_needs_nobody_while_enough_can_be_done() -> None:
    """What the playbook can do without is no alarm."""
    told = joined("any")
    told.fails("each[1]")
    assert attention(told) == []
    told.does("each[2]")
    assert attention(told) == []


def test_too_few_are_said_until_a_person_accepts_it() -> None:
    """Each failed element can be settled, and the step says how many were done."""
    told = joined("2")
    told.does("each[1]")
    told.fails("each[2]")
    words = "“Each” counts as failed (1 of 2 are done, and 2 would have to be)."
    assert attention(told)[1] == f"{words} `tocsin retry INC-1 'each[2]'` tries one again."
    told.tells(ev.StepResolved(step="each[2]", outcome="failed", reason="we live with it", by="ana"))
    assert attention(told) == []
