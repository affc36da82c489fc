"""Typed fields: inputs of a playbook and answers in a form, and how what people type becomes a typed value.

Rules kept here: nothing is guessed (a moment without a zone is refused unless the caller knows the person's zone,
a local time that happens twice or never is refused); nothing is unbounded; what is refused is refused with the
field's name and what to write instead. A missing value becomes the default, or `None` where the field is optional;
an empty list is a value wherever `min` allows it.
"""

from __future__ import annotations

from typing import TypeAlias

from engine.domain.errors import RunError
from engine.domain.field_spec import NOW, FieldSpec, FieldType, Now
from engine.domain.files import parse_file
from engine.domain.parsing import (
    ParseError,
    parse_boolean,
    parse_choice,
    parse_datetime,
    parse_number,
    parse_person,
    parse_text,
    parse_url,
)
from engine.domain.tables import parse_table, row_hint
from engine.domain.values import Instant, Json, Value, decode, encode, encode_foreign, plain

__all__ = [
    "NOW",
    "FieldError",
    "FieldSpec",
    "FieldType",
    "Instant",
    "Json",
    "Now",
    "Value",
    "accept",
    "decode",
    "encode",
    "encode_foreign",
    "plain",
]

MAX_ITEMS = 1000
MAX_TEXT = 20_000


class FieldError(RunError):
    """A value does not fit its field."""

    def __init__(self, name: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{name}: {problem}", hint=hint)
        self.problem = problem

    def told(self) -> str:
        """Return what is wrong and what to give instead, for a place where the field's name stands already."""
        return " ".join(filter(None, (self.problem, self.hint())))


_COMMA_SEPARATED = (FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATETIME, FieldType.CHOICE, FieldType.PERSON)

_WANTED = {
    FieldType.DATETIME: "Give a date and time, like 2026-11-24T03:10+01:00, or now.",
    FieldType.BOOLEAN: "Give yes or no.",
    FieldType.URL: "Give an address, like https://example.org/page.",
    FieldType.TEXT: "Write it in words.",
}
"""What a missing field is asked for, where `Give a number.` would not help."""

_Raw: TypeAlias = "Json | Value"


def accept(spec: FieldSpec, raw: Json | Value, *, name: str, zone: str | None, now: Instant) -> Value:
    """Return the typed value of what was given for a field; `None` or empty text means that nothing was given.

    `zone` is the person's own zone where a form knows it, else None, and then a moment must say its zone. Raises
    `FieldError`, whose message starts with `name`.
    """
    try:
        return _accept(spec, raw, zone=zone, now=now)
    except ParseError as error:
        raise FieldError(name, error.message, hint=error.hint) from None


def _accept(spec: FieldSpec, raw: _Raw, *, zone: str | None, now: Instant) -> Value:
    if _nothing(raw):
        empty_list = raw is not None and spec.list and spec.default is None and not spec.optional
        return _checked_list(spec, []) if empty_list else _missing(spec, now=now)
    if spec.type is FieldType.TABLE:
        return parse_table(spec, raw, cell=lambda column, cell: _accept(column, cell, zone=zone, now=now))  # type: ignore[arg-type]  # a cell is read like any raw value
    if spec.list:
        return _checked_list(spec, [_one(spec, item, zone=zone, now=now) for item in _items(spec, raw)])
    if isinstance(raw, list | tuple):
        if len(raw) != 1:
            raise ParseError("takes one value, and several were given.", "Give it once.")
        raw = raw[0]
    return _one(spec, raw, zone=zone, now=now)


def _nothing(raw: _Raw) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, list | tuple) and not raw)


def _missing(spec: FieldSpec, *, now: Instant) -> Value:
    if isinstance(spec.default, Now):
        return now
    if spec.default is not None:
        return spec.default
    if spec.optional:
        return None
    hint = (
        f"Give one of: {', '.join(spec.options)}."
        if spec.options
        else spec.hint or _WANTED.get(spec.type, f"Give a {spec.type}.")
    )
    raise ParseError("is missing.", row_hint(spec) if spec.columns else hint)


def _items(spec: FieldSpec, raw: _Raw) -> list[_Raw]:
    if isinstance(raw, list | tuple):
        items: list[_Raw] = list(raw)
    elif isinstance(raw, str):
        items = [line for line in raw.splitlines() if line.strip()]
        if len(items) == 1 and spec.type in _COMMA_SEPARATED and raw.strip() not in spec.options:
            items = [part for part in raw.split(",") if part.strip()]
    else:
        items = [raw]
    if len(items) > MAX_ITEMS:
        raise ParseError(f"{len(items)} values are more than the {MAX_ITEMS} that a list may hold.", "Give fewer.")
    return items


def _checked_list(spec: FieldSpec, values: list[Value]) -> list[Value]:
    count = len(values)
    if spec.min is not None and count < spec.min:
        raise ParseError(f"needs at least {spec.min}, got {count}.", spec.hint or "Give more.")
    if spec.max is not None and count > spec.max:
        raise ParseError(f"takes at most {spec.max}, got {count}.", spec.hint or "Give fewer.")
    return values


def _one(spec: FieldSpec, raw: _Raw, *, zone: str | None, now: Instant) -> Value:
    low, high = (None, None) if spec.list else (spec.min, spec.max)
    match spec.type:
        case FieldType.NUMBER:
            return parse_number(raw, low=low, high=high)
        case FieldType.BOOLEAN:
            return parse_boolean(raw)
        case FieldType.DATETIME:
            return parse_datetime(raw, zone=zone, now=now)
        case FieldType.URL:
            return parse_url(raw)
        case FieldType.CHOICE:
            return parse_choice(raw, options=spec.options)
        case FieldType.PERSON:
            return parse_person(raw)
        case FieldType.FILE:
            return parse_file(spec, raw)
        case _:
            return parse_text(raw, shortest=int(low or 0), longest=int(MAX_TEXT if high is None else high))
