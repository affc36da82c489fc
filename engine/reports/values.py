"""Kept values and instants as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.actions.defang import defanged
from engine.domain.values import Instant, decode, zone_named

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from engine.domain.values import Json, Value

MINUTE, HOUR, DAY = 60, 3600, 86_400


def text_of(value: Json, *, zone: str = "") -> str:
    """Return a kept value as text, addresses defanged; moments in a zone that is said elsewhere, else in their own."""
    return defanged(plain_text(decode(value), zone=zone))


def plain_text(value: Value, *, zone: str = "") -> str:
    """Return a typed value as text; moments in a zone that is said elsewhere, else in their own, with its name."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case Instant():
            at = value.utc.astimezone(zone_named(zone)) if zone else value.local()
            return f"{at:%Y-%m-%d %H:%M}" + ("" if zone else f" {value.zone}")
        case list() | tuple():
            mark = " / " if value and all(isinstance(item, dict) for item in value) else "; "
            return mark.join(plain_text(item, zone=zone) for item in value)
        case dict():
            return "; ".join(f"{name}: {plain_text(item, zone=zone)}" for name, item in value.items())
        case _:
            return str(value)


def local(moment: datetime, zone: str) -> str:
    """Return an instant in a zone: `Tue 24 Nov 2026, 03:10`."""
    return f"{moment.astimezone(zone_named(zone)):%a %d %b %Y, %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units: `16 h 20 min`, `2 d 4 h`, `12 s`."""
    seconds = round(abs(length.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    seconds = round(seconds / MINUTE) * MINUTE
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
