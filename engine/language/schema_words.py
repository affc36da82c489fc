"""What an editor says of a text that has not the form it needs, in words instead of a pattern.

Rule kept here: the words are those of the hints of lint; an editor or validator that does not know the key leaves it
out. A pattern without words keeps the editor's own.
"""

from __future__ import annotations

from typing import Any, Final

from engine.domain.durations import DUE_PATTERN, DURATION_PATTERN, RETRY_PATTERN
from engine.domain.notation import ID_PATTERN, NAME_PATTERN
from engine.domain.scenario import HOURS_PATTERN

KEY: Final = "patternErrorMessage"
_DURATION: Final = "Write a duration: 15m, 2h, 1h30m or 90d."
WORDS: Final = {
    ID_PATTERN: "Use small letters, digits and _, starting with a letter.",
    NAME_PATTERN: "Use small letters, digits and -, starting with a letter.",
    f"^({DURATION_PATTERN})$": _DURATION,
    f"^({DURATION_PATTERN}|0s)$": _DURATION,
    f"^({DUE_PATTERN})$": "Write a duration (15m, 2h, 90d) or business days alone (5bd, 5bd in a-calendar).",
    f"^({DUE_PATTERN}|deadline)$": "Write a duration (15m, 2h, 90d), business days alone (5bd, 5bd in a-calendar), or "
    "deadline, which is the law's.",
    f"^{RETRY_PATTERN}$": "Write how often and over how long, like 3 in 1m.",
    HOURS_PATTERN: "Write times of day and days, like 09:00-18:00 mon-fri.",
    r"^[^\n]*$": "Write it in one line.",
    "^[A-Z][A-Z0-9_]*$": "Name the secret in capitals, digits and _, like REC_TOKEN.",
}


def worded(node: object) -> Any:  # noqa: ANN401 - a schema is JSON of any shape
    """Return a schema whose patterns have words."""
    match node:
        case dict():
            made = {key: worded(item) for key, item in node.items()}
            words = WORDS.get(made["pattern"]) if isinstance(made.get("pattern"), str) else None
            return {**made, KEY: words} if words else made
        case list():
            return [worded(item) for item in node]
        case _:
            return node
