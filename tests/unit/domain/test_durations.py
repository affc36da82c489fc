"""Spans of time as authors write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.durations import DurationError, parse_due, parse_duration, parse_within, split_retry
from engine.domain.plan import Due


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("90d", timedelta(days=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_a_duration_is_numbers_with_units(text: str, span: timedelta) -> None:
    """Units go from large to small, each at most once."""
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "m", "15", "15 m", "30m1h", "-1h", "1.5h", "1w", "0s", "3651d", "٣h", "1h\n"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The error says what to write."""
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert caught.value.hint()


def test_a_target_may_count_business_days() -> None:
    """They stand alone; what was written stays for people."""
    assert parse_due("5bd") == Due(business_days=5, text="5bd")
    assert parse_due("15m") == Due(elapsed=timedelta(minutes=15), text="15m")


@pytest.mark.parametrize("text", ["0bd", "1d5bd", "soon", "0m"])
def test_what_is_no_target_is_refused(text: str) -> None:
    """The error says what to write."""
    with pytest.raises(DurationError) as caught:
        parse_due(text)
    assert caught.value.hint()


def test_a_retry_counts_attempts_and_bounds_them_in_time() -> None:
    """The first attempt counts; what is no retry is one attempt, over a span that says what to write."""
    assert split_retry("3 in 1m") == (3, "1m")
    assert split_retry("often") == (1, "often")


@pytest.mark.parametrize("text", ["3", "soon", "three in 1m", "0s"])
def test_what_is_no_retry_is_refused(text: str) -> None:
    """The error says what to write."""
    with pytest.raises(DurationError) as caught:
        parse_within(text)
    assert caught.value.hint()
