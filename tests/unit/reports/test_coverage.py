"""What an incident is evidence of: each control, its steps, and whether they were done."""

from __future__ import annotations

import re
from typing import Any

from engine.domain import timeline as ev
from engine.domain.chain import Head
from engine.reports.reader import Reader
from engine.reports.review.case import Case
from engine.reports.review.html import html
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {required: true}, counsel: {}}
    phases:
      contain:
        steps:
          - id: lock
            title: Lock it
            action: http.request
            with: {url: "https://a.example"}
            controls: [iso-27001-2022.A.5.28]
          - id: look
            title: Look at it
            task: Look.
            owner: counsel
            controls: [iso-27001-2022.A.5.28, iso-27001-2022.A.5.24]
          - id: tell
            title: Tell them
            task: Tell.
            owner: counsel
            sensitivity: restricted
            controls: [iso-27001-2022.A.5.24]
          - {id: last, title: Last, task: End., needs: [tell], controls: [iso-27001-2022.A.5.24]}
"""


def made(story: Story) -> dict[str, Any]:
    """Return the report of a story."""
    reader = Reader(story.plan, str.title)
    return report(Case((), story.plan, story.incident, reader, Head(1, "0" * 64), story.now))


def test_a_control_names_its_steps_and_whether_they_were_done() -> None:
    """With who and when; one that nothing was done for is there too, a restricted step without its title."""
    story = Story(PLAYBOOK)
    story.does("lock")
    story.answers("look.task.1", by="carla", verdict="done")
    story.tells(ev.SkipOrdered(step="tell", reason="nobody is shown", by="ana"))
    evidence, planned = made(story)["controls"]
    assert (evidence["control"], evidence["title"]) == ("iso-27001-2022.A.5.28", "Evidence is collected")
    assert (evidence["covered"], evidence["done"], evidence["of"]) == (True, 2, 2)
    at = "2026-11-24T02:10:00.000000Z"
    assert evidence["steps"] == [
        {"step": "lock", "title": "Lock it", "state": "done", "who": "Tocsin", "at": at},
        {"step": "look", "title": "Look at it", "state": "done", "who": "Carla", "at": at},
    ]
    assert (planned["covered"], planned["done"], planned["of"]) == (False, 1, 3)
    assert [(step["title"], step["state"], step["who"]) for step in planned["steps"]] == [
        ("Look at it", "done", "Carla"),
        ("a restricted step", "skipped", ""),
        ("Last", "awaiting person", ""),
    ]


def test_the_forms_that_people_read_show_the_table() -> None:
    """And leave it out where a playbook names no control."""
    story = Story(PLAYBOOK)
    story.does("lock")
    found = made(story)
    for text in (markdown(found), html(found)):
        assert "Controls" in text
        assert "1 of 2" in text
        assert "0 of 3" in text
        assert START.strftime("%d %b %Y") in text
    bare = re.sub(r",? *controls: \[[^]]*\]", "", PLAYBOOK)
    assert made(Story(bare))["controls"] == []
    assert "## Controls" not in markdown(made(Story(bare)))
