"""How a rehearsal may name a step: one instance, all instances of a call's element, or all there are.

Rules kept here: `takedown[2]/capture[1]` is meant by itself, by `takedown[2]/capture` and by `takedown/capture`; what
is asked beside the step's own question has a word before it, `approve/lock`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.domain.incident import base_id
from engine.domain.views import VIEW

if TYPE_CHECKING:
    from engine.domain.ask import Ask

APPROVAL = "approval"

_NUMBER = re.compile(r"\[\d+\]")


def names_of(instance: str) -> tuple[str, ...]:
    """Return the names by which an instance may be meant, the narrowest first."""
    return tuple(dict.fromkeys((instance, base_id(instance), every(instance))))


def every(instance: str) -> str:
    """Return the name of all instances of a step: `takedown/capture`."""
    return _NUMBER.sub("", instance)


def keys_of(ask: Ask) -> tuple[str, ...]:
    """Return the names by which what is asked may be meant, the narrowest first."""
    prefix = prefix_of(ask)
    return tuple(f"{prefix}{name}" for name in names_of(ask.step))


def prefix_of(ask: Ask) -> str:
    """Return what stands before the step for this kind of ask."""
    if ask.ratifies:
        return "ratify/"
    return {APPROVAL: "approve/", VIEW: "view/"}.get(ask.kind, "")
