"""How what we made in Jira is found again: a label or a line of text to search by, and a property to be sure.

A copy of a ticket takes its labels along but not its properties, so the property decides.
"""

import re

PROPERTY = "tocsin.key"
_LENGTH = 20


def label(key: str) -> str:
    """Return the searchable mark of an idempotency key."""
    return "tocsin-" + re.sub(r"[^0-9A-Za-z_-]", "-", key)[:_LENGTH]


def properties(key: str) -> list[dict[str, str]]:
    """Return the property that carries the whole key, as a request body takes it."""
    return [{"key": PROPERTY, "value": key}]


def marked(text: str, *, key: str) -> str:
    """Put the mark under a text, in a grey that is easily overlooked."""
    return f"{text}\n\n{{color:#cccccc}}{label(key)}{{color}}"


def is_marked(text: str, *, key: str | None = None) -> bool:
    """Tell whether a text ends in the mark of a key, or of any key."""
    wanted = re.escape(label(key)) if key else r"tocsin-[\w-]+"
    return re.search(rf"\{{color:#cccccc\}}{wanted}\{{color\}}\s*$", text, re.IGNORECASE) is not None
