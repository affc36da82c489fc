"""While somebody waits at their screen: which form an act opens, and what is wrong with a filled one.

Rules kept here: nothing is written; what is said of a form is what the desk would say of it, field by field, so that it
can be corrected where it was typed; no fault of ours keeps a form from being sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from engine.domain.declaring import declared_inputs
from engine.domain.errors import ConfigError, InputError, PlaybookError, TocsinError, UnknownIncidentError
from engine.domain.tokens import FormKind, parse_form_token
from engine.domain.values import Instant
from engine.ports.acts import ActKind
from engine.ports.shown import Form
from engine.runtime.inward import words
from engine.runtime.inward.chat import error_text
from engine.runtime.inward.forms import declare_form
from engine.runtime.inward.meaning import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.authority import Refusal
    from engine.ports.acts import Act, Interpreter
    from engine.ports.people import Person
    from engine.runtime.inward.conversation import Conversation

OPENING = frozenset({"done", "fact", "note", "handover"})
"""Words that may open a form."""
WHOLE = ""
"""Where an error stands that belongs to no one field."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForms:
    """Opens and checks forms."""

    conversation: Conversation
    interpret: Interpreter

    async def open(self, payload: Mapping[str, Any]) -> Form | None:
        """Return the form that an act asks for; None when it asks for none, or may not have it."""
        act = self.interpret(payload)
        if act is None or act.kind in (ActKind.FORM, ActKind.MARK):
            return None
        try:
            person = await self.conversation.identities.in_chat(act.user)
            return await self._opened(act, person) if person else None
        except TocsinError as error:
            log.info("no_form_opened", reason=type(error).__name__)  # whoever did it is told when the act is taken
            return None

    async def check(self, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Return what is wrong with a filled form, by field; empty when it may be sent."""
        act = self.interpret(payload)
        if act is None or not (act.values or act.files):
            return {}
        person = await self.conversation.identities.in_chat(act.user)
        if person is None:
            return {WHOLE: words.STRANGER}
        token = parse_form_token(act.token)
        if token is None:
            return {WHOLE: words.OUTDATED}
        try:
            if token.kind is FormKind.DECLARE:
                return await self._declarable(act, token.subject, person)
            return await self._answerable(act, token.subject, person)
        except InputError as error:
            return {name: _without(name, text) for name, text in error.wrong}
        except (UnknownIncidentError, PlaybookError, ConfigError) as error:
            return {WHOLE: error_text(error)}

    async def _opened(self, act: Act, person: Person) -> Form | None:
        if act.kind is ActKind.COMMAND and act.action == "declare":
            names = await self.conversation.library.names()
            _, plan = await self.conversation.library.read(act.text)
            name = act.text or names[0]
            return declare_form(plan, name=name, others=[other for other in names if other != name])
        if act.kind is ActKind.COMMAND and act.action not in OPENING:
            return None
        meant = await self.conversation.meant(act, person)
        return self.conversation.identities.shown(meant.what) if meant and isinstance(meant.what, Form) else None

    async def _declarable(self, act: Act, name: str, person: Person) -> Mapping[str, str]:
        _, plan = await self.conversation.library.read(name)
        values, wrong = await self.conversation.identities.values(act)
        if not wrong:
            declared_inputs(
                plan, values, zone=person.zone, now=Instant(self.conversation.desk.clock.now(), person.zone)
            )
        return wrong

    async def _answerable(self, act: Act, subject: str, person: Person) -> Mapping[str, str]:
        meant = await self.conversation.meant(act, person)
        if meant is None or not isinstance(meant.what, Refused):
            return {}
        refusal: Refusal = meant.what.refusal
        if refusal.fields:
            return {name: _without(name, text) for name, text in refusal.fields}
        people = self.conversation.identities.people
        text = words.refusal_text(refusal, incident=meant.look.incident, subject=subject, reader=person, people=people)
        return {WHOLE: text}


def _without(name: str, text: str) -> str:
    """Return an error without the name of the field under which it stands."""
    bare = text.removeprefix(f"{name}: ")
    return bare[:1].upper() + bare[1:]
