"""Calendars: days of rest from the file, and what counts as five business days."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.calendar import BusinessCalendar, add_business_days
from engine.domain.errors import ConfigError
from engine.domain.values import Instant
from engine.settings.calendars import read_calendars

CONFIG = Path(__file__).parents[3] / "config"
BERLIN = BusinessCalendar(zone="Europe/Berlin")
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: Instant(at.replace(tzinfo=UTC)))  # noqa: DTZ001 hypothesis wants bounds without a zone
CALENDARS = st.builds(
    BusinessCalendar,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "+05:45"]),
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    yearly=st.frozensets(st.sampled_from([(1, 1), (2, 29), (12, 25), (12, 26)])),
)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-20T10:00:00+01:00", 1, "2026-11-23T10:00:00+01:00"),
        ("2026-11-21T10:00:00+01:00", 1, "2026-11-23T10:00:00+01:00"),
        ("2026-12-23T09:30:00+01:00", 2, "2026-12-28T09:30:00+01:00"),
        ("2026-04-02T12:00:00+02:00", 1, "2026-04-07T12:00:00+02:00"),
        ("2026-03-27T10:00:00+01:00", 1, "2026-03-30T10:00:00+02:00"),
    ],
    ids=["over a weekend", "from a Saturday", "over Christmas", "over Easter", "over a change of the clocks"],
)
def test_business_days_skip_days_of_rest_and_keep_the_wall_time(start: str, days: int, expected: str) -> None:
    """The shipped calendar counts the days an office in Berlin is open."""
    calendar = read_calendars(CONFIG / "calendars.yaml")["default"]
    found = add_business_days(Instant(datetime.fromisoformat(start)), days, calendar=calendar)
    assert found.local().isoformat() == expected


@given(start=STARTS, days=st.integers(1, 40), calendar=CALENDARS)
def test_a_target_is_a_business_day_at_the_same_wall_time(
    start: Instant, days: int, calendar: BusinessCalendar
) -> None:
    """Exactly as many business days lie after the start, up to and with the target."""
    end = add_business_days(start, days, calendar=calendar)
    begin = Instant(start.utc, calendar.zone).local()
    between = [begin.date() + timedelta(days=n) for n in range(1, (end.local().date() - begin.date()).days + 1)]
    assert sum(calendar.works_on(day) for day in between) == days
    assert calendar.works_on(end.local().date())
    wanted = datetime.combine(end.local().date(), begin.time().replace(fold=0), tzinfo=begin.tzinfo)
    skipped_by_the_clocks = wanted.astimezone(UTC).astimezone(begin.tzinfo) != wanted
    assert skipped_by_the_clocks or end.local().time() == wanted.time()


@given(start=STARTS, first=st.integers(1, 20), second=st.integers(1, 20), calendar=CALENDARS)
def test_business_days_add_up(start: Instant, first: int, second: int, calendar: BusinessCalendar) -> None:
    """Going twice reaches the day that going once for the sum reaches."""
    halfway = add_business_days(start, first, calendar=calendar)
    there = add_business_days(halfway, second, calendar=calendar)
    at_once = add_business_days(start, first + second, calendar=calendar)
    assert there.local().date() == at_once.local().date()


def test_a_week_without_work_is_refused() -> None:
    """Otherwise counting would never end."""
    with pytest.raises(ValueError, match="worked on"):
        BusinessCalendar(weekend=frozenset(range(7)))


def test_no_days_are_no_target() -> None:
    """A target of zero business days is a mistake of the caller."""
    with pytest.raises(ValueError, match="from one"):
        add_business_days(Instant(datetime(2026, 1, 1, tzinfo=UTC)), 0, calendar=BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("default: {zone: Europe/Berlim}", ":1:17: default.zone does not fit"),
        ('default: {yearly: ["02-30"]}', ":1:20: default.yearly.0 does not fit"),
        ("default: {weekend: [caturday]}", ":1:21: default.weekend.0 does not fit"),
        ("office: {}", "no calendar named `default`"),
        ("", ":1:1: The file is empty."),
    ],
)
def test_a_wrong_calendar_is_shown_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    """The error names file, line and column."""
    path = tmp_path / "calendars.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_calendars(path)
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)
