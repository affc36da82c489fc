"""The typed values that facts, answers and results are made of, and their JSON form without floats.

Rules kept here: a number is a `Decimal`, a moment is an `Instant` (UTC, with the zone it was written in beside it);
`decode(encode(value)) == value`, zones included; a dict key that starts with `$` is escaped, so nothing that
comes from outside can pose as a tagged value; a float never reaches the ledger.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

Value: TypeAlias = "str | bool | int | Decimal | Instant | Sequence[Value] | Mapping[str, Value] | None"
"""Anything a fact, an answer or a result may be. People's numbers are `Decimal`; `int` is for the engine's own."""

Json: TypeAlias = "str | bool | int | float | Sequence[Json] | Mapping[str, Json] | None"

NUMBER = "$number"
INSTANT = "$instant"
MAX_DIGITS = 60
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})", re.ASCII)
_DAY_HOURS = 24
_HOUR_MINUTES = 60


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment in UTC; `zone` is how it was written (`Europe/Berlin`, `+01:00`, `UTC`) and never changes the order."""

    utc: datetime
    zone: str = field(default="UTC", compare=False)

    def __post_init__(self) -> None:
        if self.utc.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        object.__setattr__(self, "utc", self.utc.astimezone(UTC))

    def iso(self) -> str:
        """Return the instant in UTC as ISO 8601, ending in `Z`."""
        return self.utc.isoformat().removesuffix("+00:00") + "Z"

    def local(self) -> datetime:
        """Return the instant as wall time in the zone it was written in."""
        return self.utc.astimezone(zone_named(self.zone))

    def __str__(self) -> str:
        return self.iso()


def zone_named(name: str) -> tzinfo:
    """Return the zone of an IANA name or an offset such as `+01:00`; raise `ValueError` for anything else."""
    if name in ("UTC", "Z"):
        return UTC
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match["hours"]), int(match["minutes"])
        if hours >= _DAY_HOURS or minutes >= _HOUR_MINUTES:
            raise ValueError(f"{name} is not an offset from UTC")
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if match["sign"] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error


def encode(value: Value) -> Json:
    """Return the JSON form of a typed value; raise `TypeError` for what is none, floats above all."""
    match value:
        case None | bool() | str():
            return value
        case Decimal():
            if not value.is_finite():
                raise TypeError(f"{value} is not a number that can be kept")
            return {NUMBER: str(value)}
        case int():
            return {NUMBER: str(value)}
        case Instant():
            return {INSTANT: value.iso(), "zone": value.zone}
        case Mapping():
            return {_escaped(key): encode(item) for key, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} is not a value that can be kept")


def encode_foreign(json: Json) -> Json:
    """Return the kept form of JSON from outside: its numbers become tagged decimals, its `$` keys are escaped.

    A number that is not finite or has more than 60 digits is kept as the text it was.
    """
    match json:
        case None | bool() | str():
            return json
        case int() | float():
            return _foreign_number(json)
        case Mapping():
            return {_escaped(key): encode_foreign(item) for key, item in json.items()}
        case _:
            return [encode_foreign(item) for item in json]


def decode(json: Json) -> Value:
    """Return the typed value of a kept JSON form; raise `ValueError` for what `encode` cannot have written."""
    match json:
        case None | bool() | str():
            return json
        case int() | float():
            raise ValueError("a kept number is tagged with its type")
        case Mapping():
            return _tagged(json) if _is_tagged(json) else {_plain_key(key): decode(item) for key, item in json.items()}
        case _:
            return [decode(item) for item in json]


def plain(value: Value) -> Json:
    """Return ordinary JSON for the world outside: whole numbers as integers, others as floats, instants as ISO text."""
    match value:
        case None | bool() | str() | int():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Instant():
            return value.iso()
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return [plain(item) for item in value]


def _foreign_number(number: float) -> Json:
    if not math.isfinite(number):
        return str(number)
    decimal = Decimal(number) if isinstance(number, int) else Decimal(repr(number))
    return {NUMBER: str(decimal)} if decimal.adjusted() < MAX_DIGITS else str(decimal)


def _is_tagged(json: Mapping[str, Json]) -> bool:
    return NUMBER in json or INSTANT in json


def _tagged(json: Mapping[str, Json]) -> Value:
    parts: dict[str, object] = dict(json)
    number, moment, zone = parts.get(NUMBER), parts.get(INSTANT), parts.get("zone")
    if isinstance(number, str) and set(json) == {NUMBER}:
        return _decimal(number)
    if isinstance(moment, str) and isinstance(zone, str) and set(json) == {INSTANT, "zone"}:
        zone_named(zone)
        return Instant(datetime.fromisoformat(moment), zone)
    raise ValueError(f"not a kept value: {sorted(json)}")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is not a kept number") from error
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a kept number")
    return number


def _escaped(key: str) -> str:
    return f"${key}" if key.startswith("$") else key


def _plain_key(key: str) -> str:
    if not key.startswith("$"):
        return key
    if not key.startswith("$$"):
        raise ValueError(f"{key!r} is not a kept name")
    return key[1:]
