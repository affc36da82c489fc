"""What wakes a person: a page that is sent, acknowledged and ended.

Rules kept here: a page is told apart by its key, and the far side takes what it knows already as no second one, so that
whatever may have been done can be done again; a page holds neutral words only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from engine.ports.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page for one person. `key` is the same over its sending, its acknowledgement and its end."""

    key: str
    incident: str
    summary: str
    person: Person
    level: int
    due: datetime | None
    link: str
    """Where it can be answered; empty where there is no such place."""
    urgent: bool
    exercise: bool


class Pager(Protocol):
    """Something that wakes people.

    Each call raises `IntegrationError` where nothing was done and `OutcomeUnknownError` where that is not known.
    """

    async def send(self, page: Page) -> None:
        """Page a person; sent again, it is the same page."""

    async def acknowledge(self, page: Page, *, by: str) -> None:
        """Say that somebody is on it; `by` is their name."""

    async def end(self, page: Page) -> None:
        """Say that it is answered, or no longer asked."""
