"""How far each timeline has come: kept in memory, and brought up to date by reading only what has grown.

Rule kept here: a timeline that a person accepted to be shorter has grown too; whatever is told twice is noticed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports.ledger import Ledger
    from engine.ports.records import Grown


class Timelines:
    """What one reader knows of every timeline."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[str, Grown] = {}
        self._mark = 0

    @property
    def known(self) -> Mapping[str, Grown]:
        """Every incident as of the last look."""
        return self._known

    async def look(self) -> list[Grown]:
        """Return the timelines that have grown since the last look; at the first look, all of them."""
        growth = await self._ledger.growth(since=self._mark)
        self._mark = growth.mark
        grown = [row for row in growth.grown if self._known.get(row.incident) != row]
        self._known |= {row.incident: row for row in grown}
        return grown
