"""A tracker of tasks, as the engine needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from engine.ports.lookup import Absent, CannotTell, Found
    from engine.ports.people import Person
    from engine.ports.shown import TicketDraft


@dataclass(frozen=True, slots=True)
class TicketRef:
    """A ticket: its key (`SEC-12`) and its address for people."""

    key: str
    url: str


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A file that somebody attached to a ticket, as the tracker tells of it; its bytes are still there."""

    id: str
    name: str
    """As it was sent: no name to write a file under."""
    size: int
    type: str
    account: str
    mail: str


@dataclass(frozen=True, slots=True)
class TicketState:
    """What the tracker says about a ticket, read by its key."""

    key: str
    category: str
    """new, indeterminate or done (the status category, never the status' name)."""
    resolution: str
    """Empty while open."""
    accepted: bool
    """Done and not declined (`Won't do`, `Duplicate` and the like decline)."""
    changed_by: str
    """Account of the last change of status; empty when not told."""
    changed_by_mail: str
    change: str
    """Id of the last change of status in the tracker: the same change has the same id."""
    assignee: str
    assignee_mail: str
    due: str
    comments: tuple[tuple[str, str, str, str], ...] = ()
    """(id, author account, author mail, text), oldest first, ours left out."""
    files: tuple[TicketFile, ...] = ()
    """What is attached, oldest first, ours left out."""
    ours: bool = False
    """Whether the last change of status was made by our own account."""
    assigned: str = ""
    """Id of the last change of the assignee in the tracker; empty while it is as it was created."""
    assigned_by: str = ""
    assigned_by_mail: str = ""
    assigned_ours: bool = False
    dated: str = ""
    """Id of the last change of the due date, likewise."""
    dated_by: str = ""
    dated_by_mail: str = ""
    dated_ours: bool = False
    left: str = ""
    """Id of the last change that led out of category done; empty where there was none."""
    left_by: str = ""
    left_by_mail: str = ""
    left_ours: bool = False


@dataclass(frozen=True, slots=True)
class Twins:
    """Something that was made more than once: its key, and those of its tickets that are open, the oldest first."""

    key: str
    open: tuple[str, ...]


class Tracker(Protocol):
    """A place where tasks have owners and due dates."""

    async def create_epic(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Create the incident's epic."""

    async def create_ticket(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Create a ticket under the epic."""

    async def find_ticket(self, *, key: str, patient: bool = True) -> Found[TicketRef] | Absent | CannotTell:
        """Look up an epic or ticket by the key it was created with.

        `patient`: absent is only said once a search that lags behind would have shown it; else after one look.
        """

    async def describe(self, ticket: str, description: str) -> None:
        """Replace the description. Idempotent."""

    async def comment(self, ticket: str, text: str, *, key: str) -> None:
        """Add a comment that carries the key."""

    async def find_comment(self, ticket: str, *, key: str) -> Found[str] | Absent | CannotTell:
        """Look up a comment by its key."""

    async def close(self, ticket: str, *, done: bool) -> None:
        """Move the ticket to a status of category done; `done` False means declined or cancelled. Idempotent."""

    async def reopen(self, ticket: str) -> None:
        """Move the ticket out of category done. Idempotent."""

    async def assign(self, ticket: str, person: Person | None, *, known: str | None) -> None:
        """Give the ticket to somebody, or to nobody. Idempotent.

        `known` is the newest change of the assignee that we know of: a newer one that somebody else made is never
        overwritten. None: whatever it is.

        Raises:
            IntegrationError: somebody made a newer change; it is taken in first.
        """

    async def schedule(self, ticket: str, due: date | None, *, known: str | None) -> None:
        """Set or take away the due date; as `assign`."""

    async def twins(self, keys: Sequence[str]) -> Sequence[Twins]:
        """Return what was made more than once, of epics and tickets with these keys."""

    async def merge(self, twin: str, *, into: str) -> None:
        """Link a ticket as a duplicate of another and close it as that. Idempotent."""

    async def read(self, ticket: str) -> TicketState:
        """Return the ticket as it is now, read by key (never from a search index)."""

    async def changed(self, tickets: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return those of our tickets that changed since a real instant (a poll; may name too many)."""
