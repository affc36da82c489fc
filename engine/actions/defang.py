"""Addresses as people may see them: readable, and not to be followed by a slip of the hand."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"\b(h)tt(ps?)(://)([^/\s?#]*)", re.IGNORECASE)


def defanged(text: str) -> str:
    """Return a text with each web address in it made harmless: `hxxps://host[.]example/path`."""
    return _SCHEME.sub(lambda found: f"{found[1]}xx{found[2]}{found[3]}{found[4].replace('.', '[.]')}", text)
