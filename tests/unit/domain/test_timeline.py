"""Events are read again as they were written, whatever their type and age."""

from __future__ import annotations

import json

from engine.domain import timeline as ev
from engine.domain.events.shape import Event, InputEvent
from engine.domain.timeline import EVENTS, parse


def test_every_event_can_be_read_back() -> None:
    """No event that can be written is missing among those that are read."""
    kinds = {getattr(ev, name) for name in ev.__all__ if isinstance(getattr(ev, name), type)}
    assert {kind for kind in kinds if issubclass(kind, Event)} - {Event, InputEvent} == set(EVENTS.values())


def test_an_answer_of_the_review_comes_back_as_it_was() -> None:
    """Also an anonymous one."""
    event = ev.ReviewAnswered(answers={"luck": "It was a holiday."}, anonymous=True, by="anonymous", via="slack")
    assert parse(event.type, event.version, event.content()) == event


def test_an_input_without_an_origin_is_still_read() -> None:
    """What was written before there were origins has none."""
    old = {"text": "seen", "sensitivity": "internal", "by": "ben", "via": "cli", "strength": "local-shell"}
    event = parse("note_added", 1, json.dumps(old).encode())
    assert isinstance(event, InputEvent)
    assert event.origin == ""
