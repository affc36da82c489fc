"""Parts of sentences that more than one text needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS = ("?", "!", ".")


def lead(title: str) -> str:
    """Return a title as the beginning of a line: with a colon, unless it ends with a mark of its own."""
    return title if title.endswith(ENDS) else f"{title}:"


def counted(number: int, thing: str) -> str:
    """Return a number of things: `1 step`, `2 steps`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def awaited(reference: str, *, title: Callable[[str], str]) -> str:
    """Return what a step waits for that reads something unknown, like `inputs.recording`; `title` names a step."""
    root, *path = reference.split(".")
    name = path[-1].replace("_", " ") if path else reference
    if root == "steps" and path:
        return f"waits for “{title(path[0])}” to say: {name}" if len(path) > 1 else f"waits for “{title(path[0])}”"
    return f"waits until it is known: {name}"
