"""Business days: when five working days from now is, for an organisation that rests on some days.

Rules kept here: the day that something starts on is not counted; a target falls on a business day at the same wall time
in the calendar's zone, whatever the clocks did in between; a wall time that does not exist on that day becomes the one
an hour later. Pure: the days of rest are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from engine.domain.values import Instant, zone_named

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Names of the days, in the order of `date.weekday()`."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Where and when an organisation works. `weekend` holds numbers of `date.weekday()`.

    `yearly` are holidays of each year as (month, day); `holidays` are days of one year.
    """

    zone: str = "UTC"
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = field(default_factory=frozenset)
    yearly: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.weekend >= frozenset(range(len(WEEKDAYS))):
            raise ValueError("a week needs a day that is worked on")
        zone_named(self.zone)

    def works_on(self, day: date) -> bool:
        """Return whether a day is a business day."""
        rests = day.weekday() in self.weekend or day in self.holidays or (day.month, day.day) in self.yearly
        return not rests


def add_business_days(start: Instant, days: int, *, calendar: BusinessCalendar) -> Instant:
    """Return the instant `days` business days after `start`, in the calendar's zone; `days` is at least 1."""
    if days < 1:
        raise ValueError("business days are counted from one")
    zone = zone_named(calendar.zone)
    wall = start.utc.astimezone(zone)
    day = _later(wall.date(), days, calendar=calendar)
    target = datetime.combine(day, wall.time().replace(fold=0), tzinfo=zone)
    return Instant(target.astimezone(UTC), calendar.zone)


def _later(day: date, days: int, *, calendar: BusinessCalendar) -> date:
    while days:
        day += _ONE_DAY
        days -= calendar.works_on(day)
    return day
