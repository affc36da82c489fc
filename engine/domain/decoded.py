"""Kept outputs in their typed form, worked out once for each.

Rule kept here: what is kept never changes, so the same output has the same typed form; whoever reads it does not change
it. The conductor reads every output at every look; working them out anew was a fifth of its time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.values import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.values import Json, Value

MOST = 4096
_known: dict[int, tuple[Mapping[str, Json], Value]] = {}


def decoded(output: Mapping[str, Json]) -> Value:
    """Return the typed form of a step's output."""
    known = _known.get(id(output))
    if known is not None and known[0] is output:
        return known[1]
    if len(_known) >= MOST:
        _known.clear()
    value = decode(output)
    _known[id(output)] = (output, value)
    return value
