"""Parts of a payload, whatever it holds.

Rule kept here: what is not of the wanted shape is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object in an object; empty when it is none."""
    value = payload.get(name)
    return value if isinstance(value, Mapping) else {}


def objects(payload: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return the objects of a list in an object; empty when it is none."""
    value = payload.get(name)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
