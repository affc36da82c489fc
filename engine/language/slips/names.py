"""Names as other tools write them, and the same as a name here.

Rule kept here: nothing is proposed that would be refused again.
"""

from __future__ import annotations

import re

_JOINTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_LONGEST = 60


def as_id(text: str, *, join: str) -> str:
    """Return `Write a_name. ` for what was meant as a name; empty when no name can be made of it."""
    words = [word.lower() for word in _JOINTS.split(text.removesuffix(".yaml").removesuffix(".yml")) if word]
    name = join.join(words)
    return f"Write {name}. " if name[:1].isalpha() and len(name) <= _LONGEST and name != text else ""
