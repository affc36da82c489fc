"""When somebody works: days of the week and times of day, in their own zone.

Rules kept here: pure; a day's work begins on that day and may end on the next (22:00 to 06:00); from a time to the same
time is the whole day. A wall time that the clocks leave out is the one an hour later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from engine.domain.calendar import WEEKDAYS
from engine.domain.values import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_ONE_DAY = timedelta(days=1)
_WEEK_AND_MORE = 9
"""Yesterday, whose work may still go on, and a week from today."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody works: names of days, at least one, and the times of day in their own zone."""

    days: tuple[str, ...]
    start: time
    end: time
    zone: str = "UTC"


def works_at(hours: Hours, at: datetime) -> bool:
    """Return whether somebody works at an instant."""
    return any(start <= at < end for start, end in _stretches(hours, at))


def next_work(hours: Hours, at: datetime) -> datetime:
    """Return the first instant, not before `at`, at which somebody works."""
    return next(max(start, at) for start, end in _stretches(hours, at) if end > at)


def _stretches(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    yesterday = at.astimezone(zone_named(hours.zone)).date() - _ONE_DAY
    for number in range(_WEEK_AND_MORE):
        day = yesterday + number * _ONE_DAY
        if WEEKDAYS[day.weekday()] in hours.days:
            last = day if hours.end > hours.start else day + _ONE_DAY
            yield _instant(day, hours.start, hours.zone), _instant(last, hours.end, hours.zone)


def _instant(day: date, wall: time, zone: str) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone_named(zone)).astimezone(UTC)
