"""A rota in a calendar: each event is a turn.

Rules kept here, from RFC 5545: an event recurs by its rule, without the dates taken out of it and with those added; one
that was moved stands for the one it was; a day without a time is a day in UTC. Who is on call is an attendee's mail,
else a part of the summary.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped] # the library comes without types
from icalendar import Calendar

from engine.domain.errors import ConfigError
from engine.domain.oncall import Turn, on_turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

TOO_OFTEN = frozenset({"MINUTELY", "SECONDLY"})
"""Rules that name no rota, and would take for ever to go through."""
_DAY = timedelta(days=1)
_PARTS = re.compile(r"\s+[-\u2013|]\s+|[:,;]\s*")
_MAIL_TO = "mailto:"


@dataclass(frozen=True, slots=True)
class CalendarRota:
    """Implements `engine.ports.oncall.Rota`; `read` brings the calendar's bytes."""

    read: Callable[[], Awaitable[bytes]]

    async def on_call(self, at: datetime) -> Sequence[str]:
        """Return what the calendar calls whoever is on call."""
        data = await self.read()
        found = on_turn(await asyncio.to_thread(turns_at, data, at), at)
        return found.names if found else ()


def turns_at(data: bytes, at: datetime) -> list[Turn]:
    """Return the turn of each event that lies nearest before an instant; raise `ConfigError` for no calendar."""
    try:
        events = [event for calendar in Calendar.from_ical(data, multiple=True) for event in calendar.walk("VEVENT")]
        return list(_turns(events, at))
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError("The calendar cannot be read.", hint="It must be a calendar of RFC 5545.") from error


def _turns(events: Iterable[Any], at: datetime) -> Iterator[Turn]:
    listed = list(events)
    moved = {(str(event["UID"]), _instant(event["RECURRENCE-ID"].dt)) for event in listed if "RECURRENCE-ID" in event}
    for event in listed:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        start, length = event["DTSTART"].dt, _length(event)
        begun = start if "RECURRENCE-ID" in event else _last_start(event, start, at=at, moved=moved)
        if begun is not None:
            yield Turn(_instant(begun), _instant(begun) + length, tuple(_names(event)))


def _last_start(event: Any, start: date, *, at: datetime, moved: set[tuple[str, datetime]]) -> datetime | None:  # noqa: ANN401 the library's own
    """Return the last start of an event that is not after an instant; None when there is none."""
    uid, first = str(event.get("UID", "")), _timed(start)
    taken = {_instant(one.dt) for block in _blocks(event, "EXDATE") for one in block.dts}
    taken |= {known for owner, known in moved if owner == uid}
    starts = rruleset()
    starts.rdate(first)
    for rule in _blocks(event, "RRULE"):
        if str(rule["FREQ"][0]).upper() in TOO_OFTEN:
            raise ValueError("nobody's turn begins every minute")
        starts.rrule(rrulestr(rule.to_ical().decode(), dtstart=first))
    for block in _blocks(event, "RDATE"):
        for one in block.dts:
            starts.rdate(_timed(one.dt))
    begun: datetime | None = starts.before(at.astimezone(first.tzinfo), inc=True)
    while begun is not None and _instant(begun) in taken:
        begun = starts.before(begun)
    return begun


def _length(event: Any) -> timedelta:  # noqa: ANN401 the library's own
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return _instant(event["DTEND"].dt) - _instant(start)
    if "DURATION" in event:
        found: timedelta = event["DURATION"].dt
        return found
    return timedelta(0) if isinstance(start, datetime) else _DAY


def _names(event: Any) -> Iterator[str]:  # noqa: ANN401 the library's own
    for attendee in _blocks(event, "ATTENDEE"):
        yield str(attendee).lower().removeprefix(_MAIL_TO)
    summary = str(event.get("SUMMARY", "")).strip()
    yield from dict.fromkeys(part.strip() for part in (summary, *_PARTS.split(summary)) if part.strip())


def _blocks(event: Any, name: str) -> list[Any]:  # noqa: ANN401 the library's own
    found = event.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _timed(start: date) -> datetime:
    """Return a start with its time and zone; one that names none is UTC."""
    moment = start if isinstance(start, datetime) else datetime.combine(start, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _instant(start: date) -> datetime:
    return _timed(start).astimezone(UTC)
