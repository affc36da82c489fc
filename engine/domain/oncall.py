"""Whose turn it is: the turns of a rota, and what came of asking one.

Rule kept here: of several turns at once the one that began last holds, since it was put over the others; of those that
began together, the last one named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """From when until when somebody is on call; `names` are what the rota calls them: an id, a mail, a name."""

    start: datetime
    end: datetime
    names: tuple[str, ...]


def on_turn(turns: Iterable[Turn], at: datetime) -> Turn | None:
    """Return the turn that holds at an instant."""
    found: Turn | None = None
    for turn in turns:
        if turn.start <= at < turn.end and (found is None or turn.start >= found.start):
            found = turn
    return found
