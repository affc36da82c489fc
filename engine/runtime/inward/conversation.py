"""What somebody means by an act in the chat: which incident, which ask, and what it comes to.

Rules kept here: a button and a form name their incident, a command's channel does; a number behind the word counts
more than the channel, except in a remark, which may begin with one. The same reading is used for opening forms, for
checking them and for taking them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.lifecycle import StepStatus
from engine.domain.tokens import FormKind, parse_form_token, parse_token
from engine.ports.acts import ActKind
from engine.reports.handover import handover_summary
from engine.runtime.inward.filing import announced, fields_of
from engine.runtime.inward.identities import from_chat
from engine.runtime.inward.meaning import Refused, adding, answering, filled, noting, offering, pressed, revising
from engine.runtime.inward.mentions import is_mention, mentioned, spoken
from engine.runtime.inward.vocabulary import WORDS, usage
from engine.runtime.inward.words import NO_LIST

if TYPE_CHECKING:
    from engine.ports.acts import Act
    from engine.ports.people import Person
    from engine.runtime.desk import Desk, Look
    from engine.runtime.inward.identities import Identities
    from engine.runtime.inward.library import Library
    from engine.runtime.inward.meaning import Meaning
    from engine.runtime.inward.places import Places

ABOUT_STEPS = frozenset({"done", "ack", "break-glass"})
"""Words that a step follows."""
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
        found = _NUMBER.match(act.text)
        if found is None or (there is not None and act.action == "note"):
            return there, act.text
        return found[1].upper(), act.text[found.end() :].strip()

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
        if act.files:
            told, ill = announced(act.files, fields_of(look, token.subject))
            values, wrong = {**values, **told}, {**wrong, **ill}
        command = filled(token.kind, token.subject, values=values, look=look)
        what = Refused(command, _ill_chosen(wrong)) if wrong else self.judged(look, command, person)
        return Meant(token.incident, token.subject, look, what)

    async def _command(self, act: Act, person: Person) -> Meant | None:
        incident, text = await self.place(act)
        if incident is None or self.lacks(act, text):
            return None
        look = await self.desk.look(incident)
        what = await self._said(act.action, text, look, person)
        return Meant(incident, text.partition(" ")[0] if act.action in ABOUT_STEPS else "", look, what)

    async def _said(self, word: str, text: str, look: Look, person: Person) -> Meaning:
        """Return what a word and what follows it come to."""
        who = from_chat(person)
        judge = partial(self.desk.judge, look, who=who)
        match word:
            case "add":
                added = adding(look.plan, text)
                refusal = Refusal("no_list", NO_LIST)
                return self.judged(look, added, person) if added else Refused(cmd.AddNote(text=text), refusal)
            case "note" if not text:
                return noting(look=look, judge=judge)
            case "note":
                return self.judged(look, cmd.AddNote(text=await spoken(text, self.identities)), person)
            case "ack":
                return self.judged(look, cmd.Acknowledge(target=text), person)
            case "hold" | "release":
                command = cmd.HoldIncident if word == "hold" else cmd.ReleaseIncident
                return self.judged(look, command(reason=await spoken(text, self.identities)), person)
            case "fact":
                name, _, typed = text.partition(" ")
                return revising(name, typed.strip(), who=who, look=look, judge=judge)
            case "assign":
                return await self._assigned(text, look, person)
            case "exclude" | "admit":
                return await self._kept_out(word, text, look, person)
            case "handover":
                return await self._offered(text, look, person)
            case "resolve":
                return await self._resolved(text, look, person)
            case "break-glass":
                return await self._alone(text, look, person)
            case _:
                return answering(text, look=look, judge=judge, person=person.id)

    async def _assigned(self, text: str, look: Look, person: Person) -> Meaning:
        """Return that a role goes to people; `assign @ana commander` is understood too."""
        tokens = text.split()
        role = next((token for token in tokens if not is_mention(token)), "")
        tokens = [token for token in tokens if token != role]
        command = cmd.AssignRole(role=role, people=[])
        if not role or not tokens:
            return Refused(command, Refusal("usage", usage("assign"), f"Roles: {', '.join(look.plan.roles)}."))
        people = await mentioned(tokens, self.identities)
        if isinstance(people, Refusal):
            return Refused(command, people)
        return self.judged(look, command.model_copy(update={"people": [one.id for one in people]}), person)

    async def _kept_out(self, word: str, text: str, look: Look, person: Person) -> Meaning:
        """Return that somebody is kept out, with the reason, or let back in."""
        first, _, why = text.partition(" ")
        reason = await spoken(why.strip(), self.identities)
        people = await mentioned([first], self.identities)
        if isinstance(people, Refusal):
            return Refused(cmd.AdmitPerson(person=""), people)
        if word == "admit":
            return self.judged(look, cmd.AdmitPerson(person=people[0].id, reason=reason), person)
        return self.judged(look, cmd.ExcludePerson(person=people[0].id, reason=reason), person)

    async def _resolved(self, text: str, look: Look, person: Person) -> Meaning:
        """Return what became of a step, as somebody found it in the other system."""
        step, outcome, why = [*text.split(maxsplit=2), "", ""][:3]
        if outcome.lower() not in ("done", "failed", "retry") or not why:
            return Refused(cmd.AddNote(text=text), Refusal("usage", usage("resolve"), "WHY stays on the timeline."))
        reason = await spoken(why, self.identities)
        if outcome.lower() == "retry" and look.incident.step(step).status is StepStatus.DECLINED:
            return self.judged(look, cmd.RetryStep(step=step, reason=reason), person)
        said: Any = outcome.lower()
        return self.judged(look, cmd.ResolveStep(step=step, outcome=said, reason=reason), person)

    async def _alone(self, text: str, look: Look, person: Person) -> Meaning:
        """Return that somebody goes ahead alone with a step, and why."""
        step, _, why = text.partition(" ")
        command = cmd.BreakGlass(target=step, reason=await spoken(why.strip(), self.identities))
        return self.judged(look, command, person)

    async def _offered(self, text: str, look: Look, person: Person) -> Meaning:
        """Return the form that offers the command, with whoever was named first in it."""
        first, _, note = text.partition(" ")
        people = await mentioned([first] if is_mention(first) else [], self.identities)
        if isinstance(people, Refusal):
            return Refused(cmd.OfferHandover(to=""), people)
        return offering(
            people[0].id if people else "",
            await spoken(note.strip() if people else text, self.identities),
            me=person.id,
            look=look,
            judge=partial(self.desk.judge, look, who=from_chat(person)),
            summary=handover_summary(look.plan, look.incident, now=look.now, name=self.desk.called),
        )

    def lacks(self, act: Act, text: str) -> bool:
        """Return whether something has to follow a command's word and does not."""
        word = WORDS.get(act.action)
        return word is None or (word.needs and not text)

    def judged(self, look: Look, command: cmd.AnyCommand, person: Person) -> Meaning:
        """Return a command as it is, or with the refusal that it comes to."""
        judged = self.desk.judge(look, command, from_chat(person))
        return Refused(command, judged) if isinstance(judged, Refusal) else command


def _ill_chosen(wrong: dict[str, str]) -> Refusal:
    message = "; ".join(f"{name}: {text}" for name, text in wrong.items())
    return Refusal("form", message, fields=tuple(wrong.items()))
