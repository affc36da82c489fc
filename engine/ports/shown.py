"""What people see in a chat or a tracker, before it is laid out: messages, forms, tickets.

Rule kept here: text is plain; the adapter escapes it and lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.fields import FieldSpec
    from engine.ports.people import Person


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `token` is opaque, short, and looked up when it comes back."""

    label: str
    action: str
    """approve, decline, done, answer, acknowledge."""
    token: str
    style: str = ""
    """primary, danger or empty."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a message: an optional heading, and lines."""

    lines: tuple[str, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message for a chat: `text` alone must make sense (notifications show only it)."""

    text: str
    heading: str = ""
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    mentions: tuple[Person, ...] = ()
    """Whom it calls by name, so that their own devices tell them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in: fields with their hints; `token` comes back with the answer."""

    title: str
    token: str
    fields: Mapping[str, FieldSpec]
    intro: str = ""
    submit: str = "Send"
    values: Mapping[str, object] = field(default_factory=dict)
    """Typed values to show at first."""


TICKET_FACTS = (
    "incident",
    "title",
    "playbook",
    "phase",
    "step",
    "severity",
    "commander",
    "declared_by",
    "declared_at",
    "exercise",
)
"""What a draft can tell of its incident: the closed list that the configuration may name."""


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket to be made. `summary` is neutral: no names, links or descriptions of restricted things."""

    summary: str
    description: str
    """Plain lines; a leading `* ` or `# ` makes a list, `h2. ` a heading, `(/) `, `(!) ` or `(x) ` a mark.

    The marks: done, asked of somebody, ended badly.
    """
    labels: tuple[str, ...] = ()
    owner: Person | None = None
    due: datetime | None = None
    parent: str | None = None
    """The key of the epic."""
    restricted: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a field of the tracker may be filled with, by the names in `TICKET_FACTS`; empty texts are left out."""
