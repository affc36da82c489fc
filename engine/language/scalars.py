"""What a plain scalar means: the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), no more.

Rules kept here: only true and false are booleans; a date or a version is a text; a number keeps its exact value when it
becomes a decimal again, or is refused.
"""

from __future__ import annotations

import math
import re

MAX_DIGITS = 15
"""Digits that a floating point number holds exactly; more would silently become another number."""

SMALLEST = 1e-300
"""Below this a floating point number loses digits."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN")


class ScalarError(ValueError):
    """A number cannot be kept as it is written."""


def resolve(text: str) -> str | bool | int | float | None:
    """Return what a plain scalar means; raise `ScalarError` for a number that cannot be kept."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"{text} is not a number that can be kept.")
    if _INTEGER.fullmatch(text):
        return _integer(text, base=10)
    if _OCTAL.fullmatch(text):
        return _integer(text[2:], base=8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text[2:], base=16)
    return _float(text) if _FLOAT.fullmatch(text) else text


def _integer(digits: str, *, base: int) -> int:
    if len(digits.lstrip("+-0")) > MAX_DIGITS:
        raise ScalarError(f"A number of {len(digits)} digits cannot be kept exactly.")
    return int(digits, base)


def _float(text: str) -> float:
    number = float(text)
    digits = len(re.sub(r"[eE].*|[^0-9]", "", text).strip("0"))
    if digits > MAX_DIGITS or not math.isfinite(number) or (digits and abs(number) < SMALLEST):
        raise ScalarError(f"{text[:40]} cannot be kept exactly.")
    return number
