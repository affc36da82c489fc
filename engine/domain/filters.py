"""The dozen filters an expression may use, and how a value reads when it stands inside text.

Rules kept here: every filter is a pure function of typed values, linear in their size; inside text a yes or no is
`true` or `false`, a moment is ISO 8601 in UTC, nothing at all is empty, and a list must be joined by its author.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from engine.domain.values import Instant

if TYPE_CHECKING:
    from engine.domain.values import Value


def to_text(value: Value) -> str:
    """Return a value as it reads inside text; raise `TypeError` for a list or a mapping."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Decimal():
            return format(value, "f")
        case int():
            return str(value)
        case Instant():
            return value.iso()
        case _:
            kind = "mapping" if isinstance(value, Mapping) else "list"
            raise TypeError(f"a {kind} cannot stand inside text (a list can be joined: `| join(', ')`)")


def _date(value: Value) -> str:
    return _moment(value).local().strftime("%Y-%m-%d")


def _time(value: Value) -> str:
    moment = _moment(value)
    return f"{moment.local():%H:%M} {moment.zone}"


def _default(value: Value, fallback: Value = "") -> Value:
    return fallback if value is None else value


def _defang(value: Value) -> str:
    return to_text(value).replace("http", "hxxp", 1).replace(".", "[.]")


def _first(value: Value) -> Value:
    return _filled(value)[0]


def _last(value: Value) -> Value:
    return _filled(value)[-1]


def _join(value: Value, separator: Value = ", ") -> str:
    return to_text(separator).join(to_text(item) for item in _items(value))


def _length(value: Value) -> Decimal:
    if isinstance(value, str | Sequence | Mapping):
        return Decimal(len(value))
    raise TypeError("only text and lists have a length")


def _lower(value: Value) -> str:
    return to_text(value).lower()


def _trim(value: Value) -> str:
    return to_text(value).strip()


def _upper(value: Value) -> str:
    return to_text(value).upper()


def _urlencode(value: Value) -> str:
    return quote(to_text(value), safe="")


FILTERS: Mapping[str, Callable[..., Value]] = {
    "date": _date,
    "default": _default,
    "defang": _defang,
    "first": _first,
    "join": _join,
    "last": _last,
    "length": _length,
    "lower": _lower,
    "time": _time,
    "trim": _trim,
    "upper": _upper,
    "urlencode": _urlencode,
}
"""Every filter there is, by name."""


def _moment(value: Value) -> Instant:
    if isinstance(value, Instant):
        return value
    raise TypeError("only a date and time has a date and a time")


def _items(value: Value) -> Sequence[Value]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    raise TypeError("only a list has elements")


def _filled(value: Value) -> Sequence[Value]:
    items = _items(value)
    if not items:
        raise TypeError("the list is empty")
    return items
