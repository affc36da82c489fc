"""When somebody works, and when they work next."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.calendar import WEEKDAYS
from engine.domain.hours import Hours, next_work, works_at

OFFICE = Hours(WEEKDAYS[:5], time(9), time(17), "Europe/Berlin")
NIGHT = Hours(("friday",), time(22), time(6), "Europe/Berlin")
ALL_DAY = Hours(("sunday",), time(0), time(0), "UTC")


def utc(text: str) -> datetime:
    """An instant of November 2026, when Berlin is an hour ahead: the 24th is a Tuesday."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        (OFFICE, "24T02:10", "24T08:00"),
        (OFFICE, "24T08:00", "24T08:00"),
        (OFFICE, "24T15:59", "24T15:59"),
        (OFFICE, "24T16:00", "25T08:00"),
        (OFFICE, "27T16:00", "30T08:00"),
        (NIGHT, "28T04:59", "28T04:59"),
        (NIGHT, "24T02:10", "27T21:00"),
        (ALL_DAY, "29T23:59", "29T23:59"),
        (ALL_DAY, "24T00:00", "29T00:00"),
    ],
)
def test_work_begins_at_the_next_time_of_day_on_a_day_of_work(hours: Hours, at: str, expected: str) -> None:
    """In the person's own zone, over weekends and over midnight."""
    assert next_work(hours, utc(at)) == utc(expected)


ANY_HOURS = st.builds(
    Hours,
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
    start=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    end=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"]),
)
ANY_TIME = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are given without a zone


@given(hours=ANY_HOURS, at=ANY_TIME)
def test_somebody_works_when_they_work_next_and_not_before(hours: Hours, at: datetime) -> None:
    """The next instant of work is now, exactly while somebody works."""
    found = next_work(hours, at)
    assert found >= at
    assert works_at(hours, found) or found == at
    assert works_at(hours, at) == (found == at)
