"""A message that somebody marked in an incident's channel becomes a note on its timeline.

Rules kept here: a message becomes a note once, whoever marks it and however often; it is noted by who marked it, with
who wrote it and when; what apps wrote, and what is said elsewhere, stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.authority import Refusal
from engine.domain.commands import AddNote
from engine.ports.chat import MessageRef
from engine.runtime.inward import words
from engine.runtime.inward.identities import from_chat

if TYPE_CHECKING:
    from engine.ports.acts import Act
    from engine.ports.chat import Chat, Said
    from engine.ports.people import Person
    from engine.runtime.inward.asides import Asides
    from engine.runtime.inward.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Takes marks on messages."""

    conversation: Conversation
    chat: Chat
    asides: Asides

    async def take(self, act: Act, *, key: str) -> str:
        """Note a marked message; return what became of the mark."""
        incident = await self.conversation.places.incident_in(act.channel)
        if incident is None:
            return "in no incident's channel"
        said = await self.chat.read(MessageRef(act.channel, act.message))
        if said is None:
            return "the message is gone"
        if said.by_app:
            return "written by an app"
        person = await self.conversation.identities.in_chat(act.user)
        if person is None:
            self.asides.say(words.STRANGER, user=act.user, channel=act.channel, key=key)
            return "from nobody in the people file"
        return await self._noted(act, said, incident=incident, person=person, key=key)

    async def _noted(self, act: Act, said: Said, *, incident: str, person: Person, key: str) -> str:
        conversation = self.conversation
        author = await conversation.identities.in_chat(said.user)
        note = AddNote(text=words.quoted(said, author=author.name if author else said.name, zone=person.zone))
        look = await conversation.desk.look(incident)
        judged = conversation.desk.judge(look, note, from_chat(person))
        if isinstance(judged, Refusal):
            people = conversation.identities.people
            told = words.refusal_text(judged, incident=look.incident, subject="", reader=person, people=people)
            self.asides.say(told, user=act.user, channel=act.channel, key=key)
            return f"refused: {judged.rule}"
        origin = f"message/{act.channel}/{act.message}"
        await conversation.desk.give(incident, note, from_chat(person), origin=origin)
        return "noted"
