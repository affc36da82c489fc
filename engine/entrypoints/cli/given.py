"""Inputs as they are typed: `--input key=value`, again for a list, `key=@file` or `@file` for JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from engine.domain.errors import ConfigError
from engine.domain.values import Value

_TABLE_HINT = "Write --table name=@file.csv, or --table 'name=a;b;c' for each row."
_HINT = "Write --input key=value, again for each element of a list; key=@file.json for JSON."


def typed_inputs(given: Iterable[str]) -> Mapping[str, Value]:
    """Return what was given by name: a text, a list of texts when given again, or the JSON of a file."""
    found: dict[str, Value] = {}
    for text in given:
        if text.startswith("@"):
            found |= _object(text[1:])
            continue
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ConfigError(f"{text!r} is no input.", hint=_HINT)
        one: Value = _json(value[1:]) if value.startswith("@") else value
        before = found.get(name)
        match before:
            case None:
                found[name] = one
            case list():
                found[name] = [*before, one]
            case _:
                found[name] = [before, one]
    return found


def typed_tables(given: Iterable[str]) -> Mapping[str, Value]:
    """Return tables by name: `name=@file.csv` is a whole one, `name=a;b;c` a row, again for more.

    Raises:
        ConfigError: a text is neither, or a file cannot be read.
    """
    found: dict[str, Value] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ConfigError(f"{text!r} is no table.", hint=_TABLE_HINT)
        before = found.get(name, [])
        rows = _csv(value[1:]) if value.startswith("@") else [value]
        found[name] = [*before, *rows] if isinstance(before, list) else rows
    return found


def _csv(path: str) -> list[Value]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0]
        mark = max(",;\t", key=head.count)
        return [[*row] for row in csv.reader(text.splitlines(), delimiter=mark) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: it cannot be read as CSV: {error}.", hint=_TABLE_HINT) from None


def _object(path: str) -> dict[str, Value]:
    value = _json(path)
    if not isinstance(value, dict):
        raise ConfigError(f"{path} holds no JSON object.", hint=_HINT)
    return value


def _json(path: str) -> Value:
    try:
        text = Path(path).read_text(encoding="utf-8")
        value: Value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it cannot be read: {error}.", hint=_HINT) from None
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise ConfigError(f"{path}: this is not JSON: {error}.", hint=_HINT) from None
    return value
