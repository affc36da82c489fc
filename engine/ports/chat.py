"""A chat, as the engine needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.ports.lookup import Absent, CannotTell, Found
    from engine.ports.people import Person
    from engine.ports.shown import Message


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is: channel id and message id."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message as somebody wrote it: in plain text, with its links."""

    text: str
    user: str
    """The chat's own id of the account that wrote it."""
    name: str
    """What that account is called there."""
    at: datetime
    by_app: bool
    """Written by an app, or by the chat itself."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Who is in the channel now, and who could not be invited and why."""

    present: tuple[str, ...]
    failed: Mapping[str, str]


class Chat(Protocol):
    """A place where the people of an incident talk. Person arguments are `Person`s, channel ids are the chat's own.

    Whatever has to wait for its turn there raises `TurnAwaitedError`, look-ups too: nothing was done.
    """

    async def open_channel(self, name: str, *, incident: str, key: str) -> str:
        """Create a private channel, or adopt the one that carries our incident id; return its id.

        A name that is taken by something else gets a suffix (`-2`, `-3`).
        """

    async def find_channel(self, name: str, *, incident: str, key: str) -> Found[str] | Absent | CannotTell:
        """Look up the channel that `open_channel` made for this incident."""

    async def invite(self, channel: str, people: Sequence[Person]) -> Invited:
        """Bring people in; one who cannot be invited never fails the others. Idempotent."""

    async def remove(self, channel: str, people: Sequence[Person]) -> None:
        """Take people out of the channel, those who are in it. Idempotent."""

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set the channel's topic. Idempotent."""

    async def post(self, channel: str, message: Message, *, key: str) -> MessageRef:
        """Post a message that carries the key where people do not see it."""

    async def find_post(self, channel: str, *, key: str, since: datetime) -> Found[MessageRef] | Absent | CannotTell:
        """Look up a message by its key, among those since that real instant."""

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of ours. Idempotent."""

    async def pin(self, ref: MessageRef) -> None:
        """Pin a message. Idempotent."""

    async def bookmark(self, channel: str, links: Mapping[str, str]) -> None:
        """Show links at the top of a channel, by title; those of others stay. Idempotent."""

    async def read(self, ref: MessageRef) -> Said | None:
        """Return what a message says; None when it is gone."""

    async def whisper(self, channel: str, person: Person, text: str) -> None:
        """Show a person something nobody else sees. Best effort: not repeated, not looked up."""

    async def link(self, ref: MessageRef) -> str:
        """Return the address of a message."""

    def address(self, channel: str) -> str:
        """Return the address of a channel, without asking anybody."""
        ...
