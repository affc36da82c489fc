"""A tracker that was away for long and has everything again is a line on the timeline; a short pause is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conductor import advance
from engine.domain.incident import effect_key
from engine.domain.surfaces import EPIC, Connected
from tests.unit.domain.story import START, Story

PLAYBOOK = """
    tocsin: 1
    playbook: story
    title: A story
    version: 1
    roles: {commander: {required: true}}
    phases:
      contain:
        steps: [{id: audit, title: Audit, task: Look., owner: commander}]
"""
KEY = effect_key("INC-1", EPIC, EPIC)


@pytest.mark.parametrize(("minutes", "told"), [(9, 0), (60, 1)])
def test_what_came_late_is_told_once(minutes: int, told: int) -> None:
    """Since when, and what."""
    story = Story(PLAYBOOK)
    what: dict[str, Any] = {"key": KEY, "kind": EPIC, "subject": EPIC}
    for attempt in (1, 2):
        retry = instant_text(story.now)
        story.write(
            ev.EffectIntended(**what, attempt=attempt),
            ev.EffectFailed(**what, attempt=attempt, message="away", retry_at=retry),
        )
        assert not _said(story)
        story.now += timedelta(minutes=minutes) / 2
    story.write(ev.EffectIntended(**what, attempt=3), ev.EffectDone(**what, attempt=3, result={"key": "SEC-1"}))
    said = _said(story)
    assert [(event.since, event.late) for event in said] == [(instant_text(START), ["epic epic"])] * told
    story.write(*said)
    assert not _said(story)


def _said(story: Story) -> list[ev.TrackerCaughtUp]:
    turn = advance(story.plan, story.incident, now=story.now, connected=Connected(tracker=True))
    return [event for event in turn.events if isinstance(event, ev.TrackerCaughtUp)]
