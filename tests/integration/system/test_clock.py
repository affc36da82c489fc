"""The story clock: one file, one time for every process that reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.domain.errors import RunError
from integrations.system.clock import StoryClock, SystemClock
from integrations.system.identifiers import new_id, new_salt

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_story_moves_faster_than_real_time(tmp_path: Path) -> None:
    """Its instants lie on the scale, and a delay is told in real seconds."""
    clock = StoryClock(tmp_path / "clock.json", start=START, scale=3600.0)
    before = clock.real_now()
    assert START <= clock.now() <= START + (clock.real_now() - before + timedelta(seconds=1)) * 3600
    assert 0 < clock.real_delay(clock.now() + timedelta(hours=10)) <= 10
    assert clock.real_delay(START) == 0


def test_a_jump_is_seen_by_whoever_reads_the_file(tmp_path: Path) -> None:
    """The second clock keeps the first one's start and scale."""
    path = tmp_path / "clock.json"
    first, second = StoryClock(path, start=START, scale=2.0), StoryClock(path)
    first.jump_by(timedelta(days=2))
    assert second.now() >= START + timedelta(days=2)
    second.jump(START + timedelta(days=9))
    assert first.now() >= START + timedelta(days=9)
    assert first.now() - START < timedelta(days=10)


def test_a_story_does_not_jump_back(tmp_path: Path) -> None:
    """What has happened stays in the past."""
    clock = StoryClock(tmp_path / "clock.json", start=START)
    with pytest.raises(RunError, match="forward"):
        clock.jump(START - timedelta(seconds=1))


async def test_real_time_is_utc_and_moves(tmp_path: Path) -> None:
    """Instants carry their zone, and waiting takes time on the clock that never jumps."""
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.001)
    assert clock.monotonic() > before
    assert clock.now().tzinfo is UTC
    assert clock.real_delay(clock.now() - timedelta(hours=1)) == 0


def test_salts_and_ids_are_fresh() -> None:
    """No two are the same."""
    assert new_salt() != new_salt()
    assert len(new_salt()) == 16
    assert new_id() != new_id()


def test_a_story_reaches_an_instant_or_has_passed_it(tmp_path: Path) -> None:
    """Whoever moves it to what is due next need not care that it came there by itself meanwhile."""
    clock = StoryClock(tmp_path / "story", start=START, scale=1.0)
    clock.reach(START - timedelta(hours=1))
    assert clock.now() >= START
    clock.reach(START + timedelta(hours=1))
    assert clock.now() >= START + timedelta(hours=1)
