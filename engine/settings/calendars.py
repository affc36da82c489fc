"""The business calendars of `calendars.yaml`; `default` is the organisation's own and must be there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, RootModel, StringConstraints

from engine.domain.calendar import WEEKDAYS, BusinessCalendar
from engine.settings.documents import BAD_SHAPE, ConfigFileError, Entry, read_file
from engine.settings.kinds import Day, Zone

FILE: Final = "calendars.yaml"
DEFAULT: Final = "default"

_LEAP_YEAR = "2000"


def _month_day(text: str) -> str:
    date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    return text


MonthDay = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$"), AfterValidator(_month_day)]


class CalendarEntry(Entry):
    """One calendar as the file writes it."""

    zone: Zone = "UTC"
    weekend: Annotated[tuple[Day, ...], Field(max_length=6)] = ("saturday", "sunday")
    yearly: tuple[MonthDay, ...] = ()
    holidays: tuple[date, ...] = ()


class CalendarsEntry(RootModel[dict[str, CalendarEntry]]):
    """The whole file."""


def read_calendars(path: Path) -> Mapping[str, BusinessCalendar]:
    """Return the calendars of a file by name; raise `ConfigError` with the place of what is wrong."""
    file = read_file(path, CalendarsEntry)
    if DEFAULT not in file.content.root:
        raise ConfigFileError([file.problem(BAD_SHAPE, (), f"There is no calendar named `{DEFAULT}`.")])
    return {name: _calendar(entry) for name, entry in file.content.root.items()}


def _calendar(entry: CalendarEntry) -> BusinessCalendar:
    return BusinessCalendar(
        zone=entry.zone,
        weekend=frozenset(WEEKDAYS.index(day) for day in entry.weekend),
        holidays=frozenset(entry.holidays),
        yearly=frozenset((int(text[:2]), int(text[3:])) for text in entry.yearly),
    )
