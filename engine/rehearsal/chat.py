"""The chat of a rehearsal, in memory.

Rule kept here: as strict as the genuine ones where it matters to an incident: what is posted under a key is found by
it, an edit needs a message that is there, and while the chat is down nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.domain.errors import GoneError
from engine.ports.chat import Invited, MessageRef, Said
from engine.ports.lookup import Absent, CannotTell, Found
from engine.rehearsal.world import Outage, refuse_when_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.ports.people import Person
    from engine.ports.shown import Message
    from engine.ports.time import Clock

CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Post:
    """A message that was posted."""

    ref: MessageRef
    message: Message
    at: datetime


@dataclass(slots=True)
class MemoryChat:
    """Implements `engine.ports.chat.Chat`."""

    clock: Clock
    outages: Sequence[Outage] = ()
    channels: dict[str, str] = field(default_factory=dict)
    """Channel by the incident it is for."""
    posts: dict[str, Post] = field(default_factory=dict)
    """What was posted, by its key."""

    async def open_channel(self, name: str, *, incident: str, key: str) -> str:
        """Open a channel, or return the one that is there."""
        del key
        self._up()
        return self.channels.setdefault(incident, f"#{name}")

    async def find_channel(self, name: str, *, incident: str, key: str) -> Found[str] | Absent | CannotTell:
        """Look up an incident's channel."""
        del name, key
        self._up()
        return Found(self.channels[incident]) if incident in self.channels else Absent()

    async def invite(self, channel: str, people: Sequence[Person]) -> Invited:
        """Bring everybody in."""
        del channel
        self._up()
        return Invited(tuple(person.id for person in people), {})

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set a topic that nobody reads."""
        del channel, topic
        self._up()

    async def post(self, channel: str, message: Message, *, key: str) -> MessageRef:
        """Post a message."""
        self._up()
        ref = MessageRef(channel, f"{len(self.posts) + 1}")
        self.posts[key] = Post(ref, message, self.clock.now())
        return ref

    async def find_post(self, channel: str, *, key: str, since: datetime) -> Found[MessageRef] | Absent | CannotTell:
        """Look up a message by its key."""
        del channel, since
        self._up()
        return Found(self.posts[key].ref) if key in self.posts else Absent()

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message that is there."""
        self._up()
        key = next((key for key, post in self.posts.items() if post.ref == ref), None)
        if key is None:
            raise GoneError("There is no such message.")
        self.posts[key] = replace(self.posts[key], message=message)

    async def remove(self, channel: str, people: Sequence[Person]) -> None:
        """Take people out of a channel in which everybody is welcome."""
        del channel, people
        self._up()

    async def pin(self, ref: MessageRef) -> None:
        """Pin a message."""
        del ref
        self._up()

    async def bookmark(self, channel: str, links: Mapping[str, str]) -> None:
        """Show links that nobody follows."""
        del channel, links
        self._up()

    async def read(self, ref: MessageRef) -> Said | None:
        """Return what a message says."""
        found = next((post for post in self.posts.values() if post.ref == ref), None)
        return Said(found.message.text, "tocsin", "Tocsin", found.at, by_app=True) if found else None

    async def whisper(self, channel: str, person: Person, text: str) -> None:
        """Show somebody what nobody else sees."""
        del channel, person, text
        self._up()

    async def link(self, ref: MessageRef) -> str:
        """Return the address of a message."""
        return f"{self.address(ref.channel)}/{ref.id}"

    def address(self, channel: str) -> str:
        """Return the address of a channel, which leads nowhere."""
        return f"https://chat.example/{channel.removeprefix('#')}"

    def _up(self) -> None:
        refuse_when_down(self.outages, CHAT, now=self.clock.now())
