"""How text from a command line, a form or a comment becomes one typed value; `fields.accept` is the way in.

Rules kept here: each function takes what was typed, or a value that already has its type, and returns the value
or raises `ParseError` with what is wrong and what to write; no result holds a control character, a lone surrogate
or a text-direction override; a defanged address (`hxxps://host[.]org`) is understood.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.domain.values import MAX_DIGITS, Instant, zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_URL = 2048
MAX_NAME = 200
_BOOLEANS = {"yes": True, "true": True, "no": False, "false": False}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[T ](?P<time>\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)"
    r" ?(?P<offset>Z|[+-]\d{2}:?\d{2}|UTC)?( ?\[?(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*)\]?)?",
    re.ASCII,
)
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DATETIME_HINT = "Write it like 2026-11-24T03:10+01:00, or 2026-11-24 03:10 Europe/Berlin."


class ParseError(Exception):
    """What was typed is not a value of that type; `message` reads on after the field's name."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse_text(raw: object, *, shortest: int = 0, longest: int) -> str:
    """Return the text, trimmed, with one kind of line end."""
    if not isinstance(raw, str):
        raise ParseError(f"is not text but {_kind(raw)}.", "Write it in words; quote it where it is written in JSON.")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_hidden(text, allowed="\n\t")
    if len(text) < shortest:
        raise ParseError(f"has {len(text)} characters; {shortest} is the least.", "Say more.")
    if len(text) > longest:
        raise ParseError(f"has {len(text)} characters; {longest} is the most.", "Say it shorter.")
    return text


def parse_number(raw: object, *, low: Decimal | None = None, high: Decimal | None = None) -> Decimal:
    """Return the number as a decimal of at most 60 digits."""
    number = _decimal(raw)
    if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
        raise ParseError("is too long a number.", f"At most {MAX_DIGITS} digits are kept.")
    if low is not None and number < low:
        raise ParseError(f"is {number}; {low} is the least.", "Give a larger number.")
    if high is not None and number > high:
        raise ParseError(f"is {number}; {high} is the most.", "Give a smaller number.")
    return number


def parse_boolean(raw: object) -> bool:
    """Return the truth of yes, no, true or false, in any case."""
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else None
    if word not in _BOOLEANS:
        raise ParseError(f"{_shown(raw)} is neither yes nor no.", "Write yes or no.")
    return _BOOLEANS[word]


def parse_datetime(raw: object, *, zone: str | None, now: Instant) -> Instant:
    """Return the instant that `raw` names with its zone, in `zone` where it names none, or `now` for the word now."""
    if isinstance(raw, Instant):
        return raw
    text = raw.strip() if isinstance(raw, str) else ""
    if text.lower() == "now":
        return now
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ParseError(f"{_shown(raw)} is not a date and time.", _DATETIME_HINT)
    try:
        wall = datetime.fromisoformat(f"{match['date']}T{match['time']}")
        return _placed(wall, offset=match["offset"], zone=match["zone"] or (None if match["offset"] else zone))
    except (ValueError, OverflowError) as error:
        raise ParseError(f"{_shown(raw)} is not a date and time: {error}.", _DATETIME_HINT) from None


def parse_url(raw: object) -> str:
    """Return the http or https address, refanged."""
    hint = "Give the whole address, like https://video.example/watch/1."
    text = raw.strip() if isinstance(raw, str) else ""
    if text.lower().startswith("hxxp"):
        text = "http" + text[4:].replace("[.]", ".").replace("[:]", ":")
    if not text or len(text) > MAX_URL:
        raise ParseError(f"{_shown(raw)} is not an address of at most {MAX_URL} characters.", hint)
    _refuse_hidden(text, allowed="")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ParseError(f"{_shown(raw)} is not an address: {error}.", hint) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s|\\", text):
        raise ParseError(f"{_shown(raw)} is not an http or https address.", hint)
    if parts.username is not None or parts.password is not None:
        raise ParseError(
            "holds a user name or password.", "Give the address without them; they would be kept for ever."
        )
    return text


def parse_choice(raw: object, *, options: Iterable[str]) -> str:
    """Return the option that was chosen, in any case."""
    known = list(options)
    text = raw.strip() if isinstance(raw, str) else None
    if text in known:
        return text
    folded = [option for option in known if text is not None and option.casefold() == text.casefold()]
    if len(folded) == 1:
        return folded[0]
    close = difflib.get_close_matches(text or "", known, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    raise ParseError(f"{_shown(raw)} is not one of the options.", f"{meant}Choose one of: {', '.join(known)}.")


def parse_person(raw: object) -> str:
    """Return the id of a person, without a leading @; whether such a person exists is for the directory to say."""
    text = raw.strip().removeprefix("@") if isinstance(raw, str) else ""
    if not text or len(text) > MAX_NAME or re.search(r"\s", text):
        raise ParseError(f"{_shown(raw)} is not a person's id.", "Give the id that the people file uses, one word.")
    _refuse_hidden(text, allowed="")
    return text


def _decimal(raw: object) -> Decimal:
    if isinstance(raw, Decimal) and raw.is_finite():
        return raw
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = repr(raw)
    text = raw.strip() if isinstance(raw, str) else ""
    if len(text) > 2 * MAX_DIGITS or not _NUMBER.fullmatch(text):
        raise ParseError(f"{_shown(raw)} is not a number.", "Write digits, with a point for decimals: 12 or 12.5.")
    return Decimal(text)


def _placed(wall: datetime, *, offset: str | None, zone: str | None) -> Instant:
    if zone is None and offset is None:
        raise ParseError("says no time zone.", _DATETIME_HINT)
    name = zone or offset or "UTC"
    place = zone_named("UTC" if name == "Z" else name)
    if offset is not None:
        aware = wall.replace(tzinfo=zone_named(offset))
        if zone is not None and aware.astimezone(place).replace(tzinfo=None) != wall:
            raise ParseError(f"{offset} is not the offset of {zone} at that moment.", "Leave one of the two out.")
        return Instant(aware.astimezone(UTC), "UTC" if name == "Z" else name)
    return Instant(_only_once(wall, place).astimezone(UTC), name)


def _only_once(wall: datetime, place: tzinfo) -> datetime:
    early, late = (wall.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early
    exists = early.astimezone(UTC).astimezone(place).replace(tzinfo=None) == wall
    often = "happens twice" if exists else "does not exist"
    raise ParseError(f"that moment {often} there, because the clocks change.", "Write the offset from UTC instead.")


def _refuse_hidden(text: str, *, allowed: str) -> None:
    for character in text:
        hidden = unicodedata.category(character) in ("Cc", "Cs") and character not in allowed
        if hidden or character in _DIRECTION_OVERRIDES:
            raise ParseError(
                f"holds the hidden character U+{ord(character):04X}.", "Type it anew instead of pasting it."
            )


def _shown(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= MAX_NAME else text[:MAX_NAME] + "…"


def _kind(raw: object) -> str:
    match raw:
        case bool():
            return "yes or no"
        case int() | float() | Decimal():
            return "a number"
        case list() | tuple():
            return "a list"
        case _:
            return "something else"
