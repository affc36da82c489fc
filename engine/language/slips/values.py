"""Values that authors know from other tools, each with what is written here instead, by their key.

Rules kept here: what is said shows the very text to write, made of what the author wrote; a value that is right is
never asked about.
"""

from __future__ import annotations

import re
from typing import Final

TYPES: Final = {
    "text": "string str textarea multiline markdown",
    "boolean": "bool flag checkbox yesno",
    "number": "int integer float decimal count",
    "datetime": "date timestamp time date-time instant",
    "choice": "select enum option dropdown radio",
    "person": "user assignee people member",
    "file": "attachment upload document",
    "url": "uri link address",
    "table": "object map json rows grid",
}
OTHER_TYPES: Final = {
    "list": "Write the type of one element, and list: true.",
    "array": "Write the type of one element, and list: true.",
    "multiselect": "Write type: choice, and list: true.",
    "email": "Write type: text, or person for somebody in the people file.",
    "password": "Nobody types a secret into a form; an action names it: {secret: NAME}.",
    "secret": "Nobody types a secret into a form; an action names it: {secret: NAME}.",
}
CLOSED: Final = {
    "restricted": "confidential secret private sensitive amber red strict",
    "internal": "public open green clear white none normal",
    "privileged": "legal attorney-client counsel",
}
TRUE: Final = ("yes", "y", "on", "1")
FALSE: Final = ("no", "n", "off", "0")
UNITS: Final = {
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "bd": "bd businessday businessdays workday workdays workingday workingdays",
}
WEEK: Final = 7
_SPAN: Final = re.compile(r"(\d+)\s*([a-z ]+)")
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg])i?b", re.IGNORECASE)
_BYTES: Final = {"k": 10**3, "m": 10**6, "g": 10**9}


def closest(key: str, value: object) -> str:
    """Return what is written instead of one of a few words that a key knows; empty when nobody knows."""
    word = str(value).lower()
    match key:
        case "type":
            return OTHER_TYPES.get(word, "") or _of(TYPES, word)
        case "sensitivity":
            return _of(CLOSED, word)
        case "tickets" if value is False or word in (*FALSE, "never"):
            return "Write none."
        case "on_expiry" if word.startswith(("approve", "accept", "continue")):
            return "Nothing is approved because nobody answered. Write decline, or ask_again."
        case "marks" if word in ("resolved", "closed"):
            return f"An incident is {word} by itself, once its phases have settled. Leave `marks` out."
        case _:
            return ""


def kind_of(text: str) -> str:
    """Return the type that a text names, in the words of other tools too; else a text."""
    word = text.lower()
    return next((kind for kind, words in TYPES.items() if word == kind or word in words.split()), "text")


def truth(value: object) -> str:
    """Return the word for yes or no as it is written here; empty when the value is neither."""
    word = str(value).lower()
    return "Write true." if word in TRUE else "Write false." if word in FALSE else ""


def span(text: str) -> str:
    """Return a span of time as it is written here; empty when the text names none."""
    found = _SPAN.fullmatch(text.strip().lower())
    number, word = (int(found[1]), found[2].replace(" ", "")) if found else (0, "")
    if not number:
        return ""
    if word in ("w", "week", "weeks"):
        return f"Write {number * WEEK}d."
    unit = next((unit for unit, words in UNITS.items() if word in words.split()), "")
    also = f", or {number}bd for business days" if word in ("day", "days") else ""
    return f"Write {number}{unit}{also}." if unit else ""


def size(text: str) -> str:
    """Return a size in bytes as it is written here; empty when the text names none."""
    found = _SIZE.fullmatch(text.strip())
    return f"It counts bytes. Write {int(float(found[1]) * _BYTES[found[2].lower()])}." if found else ""


def _of(table: dict[str, str], word: str) -> str:
    found = next((kind for kind, words in table.items() if word in words.split()), "")
    return f"Write {found}." if found else ""
