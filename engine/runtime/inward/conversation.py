"""What somebody means by an act in the chat: which incident, which ask, and what it comes to.

Rules kept here: a button and a form name their incident, a command's channel does (elsewhere its number, put first);
the same reading is used for opening forms, for checking them and for taking them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.tokens import FormKind, parse_form_token, parse_token
from engine.ports.acts import ActKind
from engine.runtime.inward.identities import from_chat
from engine.runtime.inward.meaning import Refused, adding, answering, filled, pressed
from engine.runtime.inward.words import NO_LIST

if TYPE_CHECKING:
    from engine.ports.acts import Act
    from engine.ports.people import Person
    from engine.runtime.desk import Desk, Look
    from engine.runtime.inward.identities import Identities
    from engine.runtime.inward.library import Library
    from engine.runtime.inward.meaning import Meaning
    from engine.runtime.inward.places import Places

_NUMBER = re.compile(r"(INC-[0-9]+)(?:\s+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """What an act is about and what it comes to."""

    incident: str
    subject: str
    look: Look
    what: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Reads acts with what the desk, the timelines and the people file say."""

    desk: Desk
    places: Places
    identities: Identities
    library: Library

    async def place(self, act: Act) -> tuple[str | None, str]:
        """Return the incident that a command is given to, and what is left of its text."""
        there = await self.places.incident_in(act.channel)
        if there is not None:
            return there, act.text
        found = _NUMBER.match(act.text)
        return (found[1].upper(), act.text[found.end() :].strip()) if found else (None, act.text)

    async def meant(self, act: Act, person: Person) -> Meant | None:
        """Return what an act on an incident comes to; None for one that is about none, or not ours.

        Raises:
            UnknownIncidentError: it names an incident that there is not.
        """
        match act.kind:
            case ActKind.BUTTON:
                return await self._button(act, person)
            case ActKind.FORM:
                return await self._form(act, person)
            case _:
                return await self._command(act, person)

    async def _button(self, act: Act, person: Person) -> Meant | None:
        token = parse_token(act.token)
        if token is None:
            return None
        incident, subject = token
        look = await self.desk.look(incident)
        what = pressed(act, subject, look=look, judge=partial(self.desk.judge, look, who=from_chat(person)))
        return Meant(incident, subject, look, what) if what else None

    async def _form(self, act: Act, person: Person) -> Meant | None:
        token = parse_form_token(act.token)
        if token is None or token.kind is FormKind.DECLARE:
            return None
        look = await self.desk.look(token.incident)
        values, wrong = await self.identities.values(act)
        command = filled(token.kind, token.subject, values=values, look=look)
        what = Refused(command, _ill_chosen(wrong)) if wrong else self.judged(look, command, person)
        return Meant(token.incident, token.subject, look, what)

    async def _command(self, act: Act, person: Person) -> Meant | None:
        incident, text = await self.place(act)
        if incident is None:
            return None
        look = await self.desk.look(incident)
        match act.action:
            case "add":
                command = adding(look.plan, text)
                refusal = Refusal("no_list", NO_LIST)
                what = self.judged(look, command, person) if command else Refused(cmd.AddNote(text=text), refusal)
                return Meant(incident, "", look, what)
            case "note":
                return Meant(incident, "", look, self.judged(look, cmd.AddNote(text=text), person))
            case "ack":
                return Meant(incident, text, look, self.judged(look, cmd.Acknowledge(target=text), person))
            case "hold":
                return Meant(incident, "", look, self.judged(look, cmd.HoldIncident(reason=text), person))
            case "release":
                return Meant(incident, "", look, self.judged(look, cmd.ReleaseIncident(reason=text), person))
            case _:
                judge = partial(self.desk.judge, look, who=from_chat(person))
                return Meant(incident, text, look, answering(text, look=look, judge=judge))

    def judged(self, look: Look, command: cmd.AnyCommand, person: Person) -> Meaning:
        """Return a command as it is, or with the refusal that it comes to."""
        judged = self.desk.judge(look, command, from_chat(person))
        return Refused(command, judged) if isinstance(judged, Refusal) else command


def _ill_chosen(wrong: dict[str, str]) -> Refusal:
    message = "; ".join(f"{name}: {text}" for name, text in wrong.items())
    return Refusal("form", message, fields=tuple(wrong.items()))
