"""Names of ours for what others named freely: ids of steps, roles and inputs, each once."""

from __future__ import annotations

import re
import unicodedata

from engine.domain.grammar import ROOTS

MOST = 50
RESERVED = frozenset({*ROOTS, "item", "and", "or", "not", "in", "is", "if", "else", "true", "false", "none"})


class Names:
    """Hands out ids; two things of the same name get a number behind it."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def fresh(self, text: str, *, otherwise: str) -> str:
        """Return an id for something that is called so."""
        first = slug(text, mark="_") or otherwise
        name, number = first, 1
        while name in self._taken or name in RESERVED:
            number += 1
            name = f"{first}_{number}"
        self._taken.add(name)
        return name


def slug(text: str, *, mark: str) -> str:
    """Return the letters and digits of a text in small, with a mark between its words; empty when it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", mark, plain)).strip(mark)[:MOST].strip(mark)


def line(text: str, *, most: int = 80) -> str:
    """Return a text as one line of so many characters at most."""
    one = " ".join(harmless("".join(c if c.isprintable() else " " for c in text)).split())
    return one if len(one) <= most else f"{one[: most - 1].rstrip()}…"


def harmless(text: str) -> str:
    """Return a text without what we would read as a template."""
    return text.replace("{{", "{ {").replace("}}", "} }").replace("{%", "{ %")
