"""What people wrote in Slack, as plain text: links whole, people and channels by name.

Source: "Formatting text for app surfaces" in Slack's documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL = re.compile(r"<([^<>]+)>")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


def mentioned(text: str) -> list[str]:
    """Return the users that a text mentions, each once."""
    return list(dict.fromkeys(_MENTION.findall(text)))


def plain(text: str, *, names: Mapping[str, str]) -> str:
    """Return a text as people read it; `names` are those of the users that it mentions."""
    shown = _CONTROL.sub(lambda found: _shown(found[1], names), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _shown(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            return f"@{names.get(target[1:]) or label or target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            address = target.removeprefix("mailto:")
            return address if not label or label in address else f"{label} ({address})"
