"""How a rehearsal may name a step: one instance, all instances of a call's element, or all there are.

Rule kept here: `takedown[2]/capture[1]` is meant by itself, by `takedown[2]/capture` and by `takedown/capture`.
"""

from __future__ import annotations

import re

from engine.domain.incident import base_id

_NUMBER = re.compile(r"\[\d+\]")


def names_of(instance: str) -> tuple[str, ...]:
    """Return the names by which an instance may be meant, the narrowest first."""
    return tuple(dict.fromkeys((instance, base_id(instance), every(instance))))


def every(instance: str) -> str:
    """Return the name of all instances of a step: `takedown/capture`."""
    return _NUMBER.sub("", instance)
