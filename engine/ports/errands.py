"""Errands: effects that another process may carry out, at most one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from engine.domain.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One attempt at an effect."""

    incident: str
    key: str
    """The effect's idempotency key."""
    attempt: int
    doubt: str
    """Whether an earlier attempt may have been done, as it was known when the errand was posted."""
    takes: int = 0
    """How often somebody began it."""
    until: datetime | None = None
    """Until when whoever took it last is believed to be at it."""
    outcome: Mapping[str, Json] | None = None
    """What it came to: the content of the event that the engine is to append."""


class Errands(Protocol):
    """What engines post and whoever is free takes. `takes` is a fence: who was followed by another hands nothing in."""

    async def post(self, incident: str, key: str, *, attempt: int, doubt: str) -> Errand:
        """Post an attempt, or return it as it stands when it is posted already."""
        ...

    async def look(self, incident: str, key: str) -> Errand | None:
        """Return an errand as it stands; None when there is none."""
        ...

    async def take(self, incident: str, key: str, *, attempt: int, ttl: timedelta) -> Errand | None:
        """Begin it; None when somebody else is at it, when it has been done, and when it is not posted."""
        ...

    async def prolong(self, errand: Errand, *, ttl: timedelta) -> bool:
        """Say that its taker is still at it; False when another one is, or nobody wants it any more."""
        ...

    async def hand_in(self, errand: Errand, outcome: Mapping[str, Json]) -> bool:
        """Leave what it came to for the engine; False as with `prolong`."""
        ...
