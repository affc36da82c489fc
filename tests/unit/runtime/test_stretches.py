"""What of a timeline is painted into Prefect, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.domain import timeline as ev
from engine.domain.events.shape import Lane
from engine.ports.records import Entry
from engine.runtime.prefect.stretches import stretches

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def timeline(*events: ev.Event) -> list[Entry]:
    """Return entries one second apart."""
    return [
        Entry(seq=place, at=NOON, real_at=NOON + timedelta(seconds=place), actor="engine", event=event, hash="0")
        for place, event in enumerate(events, start=1)
    ]


def began(number: int, lane: Lane = "direct") -> ev.SegmentBegan:
    """A stretch begins."""
    return ev.SegmentBegan(number=number, lane=lane, flow_run=None if lane == "direct" else f"run-{number}", engine="e")


def intended(key: str, attempt: int = 1) -> ev.EffectIntended:
    """An effect begins."""
    return ev.EffectIntended(key=key, kind="action", subject=key, attempt=attempt)


def done(key: str, attempt: int = 1) -> ev.EffectDone:
    """It ends well."""
    return ev.EffectDone(key=key, kind="action", subject=key, attempt=attempt)


def test_each_effect_has_its_real_instants() -> None:
    """From its intent to its result, by the real clock, whatever the story's clock says."""
    (found,) = stretches("INC-1", timeline(began(1), intended("lock"), done("lock")), after=0)
    (shown,) = found.effects
    assert (shown.name, shown.good) == ("action lock", True)
    assert shown.ended - shown.began == timedelta(seconds=1)
    assert found.words().startswith("Carried from 2026-11-24T12:00:01")


def test_each_stretch_says_how_it_was_carried() -> None:
    """One in a flow run names it, and says so when that has to be painted again."""
    entries = timeline(began(1), intended("a"), done("a"), began(2, "warm"), intended("b"), done("b"), began(3))
    found = list(stretches("INC-1", entries))
    assert [(one.number, one.lane, one.flow_run) for one in found] == [
        (1, "direct", None),
        (2, "warm", "run-2"),
        (3, "direct", None),
    ]
    assert "This server does not know the flow run" in found[1].words()
    assert [one.number for one in stretches("INC-1", entries, after=1)] == [2, 3]


def test_a_stretch_under_way_waits() -> None:
    """Until its last effect has ended, one way or another."""
    entries = timeline(began(1), intended("a"), done("a"), intended("b"))
    assert list(stretches("INC-1", entries, after=0)) == []
    failed = ev.EffectFailed(key="b", kind="action", subject="b", attempt=1, message="no")
    (found,) = stretches("INC-1", timeline(began(1), intended("a"), done("a"), intended("b"), failed), after=0)
    assert [shown.good for shown in found.effects] == [True, False]


def test_each_attempt_is_an_effect_of_its_own() -> None:
    """The second attempt has another key for Prefect than the first."""
    failed = ev.EffectFailed(key="a", kind="action", subject="a", attempt=1, message="no")
    (found,) = stretches("INC-1", timeline(began(1), intended("a"), failed, intended("a", 2), done("a", 2)), after=0)
    assert [shown.key for shown in found.effects] == ["a:1", "a:2"]
