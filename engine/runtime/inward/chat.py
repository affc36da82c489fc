"""What people do in the chat, taken: each act once, and told back in private when it is not taken.

Rules kept here: who is in no people file only reads; a refusal goes to that person alone; what became of an act is kept
with its row in words that hold nothing of what was typed. Acts that open a form come to nothing here: the form does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal, may_see
from engine.domain.errors import ConfigError, PlaybookError, TocsinError, UnknownIncidentError
from engine.domain.lifecycle import RUNNING
from engine.domain.surfaces import LEFT_OUT
from engine.domain.tokens import FormKind, parse_form_token
from engine.ports.acts import ActKind
from engine.ports.people import Person
from engine.ports.shown import Form
from engine.reports.phrases import ENDS
from engine.runtime.inward import words
from engine.runtime.inward.filing import fields_of
from engine.runtime.inward.identities import from_chat
from engine.runtime.inward.meaning import Refused
from engine.runtime.inward.receipts import receipt
from engine.runtime.inward.vocabulary import HELP, WORDS, not_understood, usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.events.shape import InputEvent
    from engine.ports.acts import Act, Interpreter
    from engine.ports.records import InboxRow, IncidentRow
    from engine.runtime.desk import Look
    from engine.runtime.inward.asides import Asides
    from engine.runtime.inward.conversation import Conversation, Meant
    from engine.runtime.inward.filing import Filing
    from engine.runtime.inward.marking import Marks

STRANGER = Person(id="", name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatActs:
    """Takes rows of the inbox that came from the chat."""

    conversation: Conversation
    interpret: Interpreter
    asides: Asides
    filing: Filing | None = None
    """Where files go that people give in forms; without it none is taken."""
    marks: Marks | None = None
    """Where messages that people mark become notes."""

    async def take(self, row: InboxRow) -> str | None:
        """Do what a row asks for; return what became of it, None when it cannot be understood."""
        act = self.interpret(row.payload)
        if act is None or not act.user:
            return None
        if act.kind is ActKind.MARK:
            return await self.marks.take(act, key=f"inbox/{row.id}") if self.marks else None
        taking = _Taking(self, act, f"inbox/{row.id}")
        person = await self.conversation.identities.in_chat(act.user)
        if person is None:
            return await taking.from_stranger()
        try:
            return await taking.from_person(person)
        except (UnknownIncidentError, PlaybookError, ConfigError) as error:
            await taking.tell(error_text(error))
            return f"refused: {type(error).__name__}"

    async def give_up(self, row: InboxRow) -> None:
        """Tell whoever did it that it came to nothing."""
        act = self.interpret(row.payload)
        if act is not None and act.user:
            await _Taking(self, act, f"inbox/{row.id}").tell(words.FAULT)


def error_text(error: TocsinError) -> str:
    """Return an error as a person is told it."""
    message = f"{error.message[:1].upper()}{error.message[1:]}"
    ended = message if message.endswith(ENDS) else f"{message}."
    return words.in_chat(" ".join(filter(None, (ended, error.hint()))))


@dataclass(frozen=True, slots=True)
class _Taking:
    """One act on its way; `origin` makes whatever comes of it happen once."""

    acts: ChatActs
    act: Act
    origin: str

    async def from_stranger(self) -> str:
        if self.acts.conversation.identities.keeps_out(self.act.user):
            await self.tell(words.KEPT_OUT)
            return "from somebody who is excluded"
        lines = [words.STRANGER]
        if self.act.action == "status" and await self.acts.conversation.places.incident_in(self.act.channel):
            lines = [*await self._status(STRANGER), words.STRANGER]
        await self.tell("\n".join(lines))
        return "from nobody in the people file"

    async def from_person(self, person: Person) -> str | None:
        token = parse_form_token(self.act.token) if self.act.kind is ActKind.FORM else None
        if token is not None and token.kind is FormKind.DECLARE:
            return await self._declare(token.subject, person)
        if self.act.kind is ActKind.COMMAND:
            told = await self._told(person)
            if told is not None:
                return told
        meant = await self.acts.conversation.meant(self.act, person)
        if meant is not None:
            return await self._take(meant, person)
        if self.act.kind is ActKind.COMMAND:
            await self.tell(words.NOWHERE.format(word=self.act.action))
            return "refused: nowhere"
        return None

    async def _told(self, person: Person) -> str | None:
        """Say what a command asks for; None for one that changes something."""
        match self.act.action:
            case "declare":
                await self.acts.conversation.library.read(self.act.text)
                return "a form was offered"
            case "status":
                await self.tell("\n".join(await self._status(person)))
            case "tasks":
                await self.tell("\n".join(await self._tasks(person)))
            case "help":
                await self.tell(HELP)
            case word if word not in WORDS:
                await self.tell(not_understood(word))
            case word:
                _, text = await self.acts.conversation.place(self.act)
                if not self.acts.conversation.lacks(self.act, text):
                    return None
                await self.tell(usage(word))
        return "told"

    async def _take(self, meant: Meant, person: Person) -> str:
        if isinstance(meant.what, Form):
            return "a form was offered"
        came = await self._given(meant, meant.what, from_chat(person))
        if not isinstance(came, Refusal):
            self._call(meant, person)
            await self._confirm(meant)
            return "done"
        told = words.refusal_text(
            came,
            incident=meant.look.incident,
            subject=meant.subject,
            reader=person,
            people=self.acts.conversation.identities.people,
        )
        await self.tell(told, incident=meant.incident)
        return f"refused: {came.rule}"

    async def _confirm(self, meant: Meant) -> None:
        """Say that something was taken where that shows nowhere at once."""
        if isinstance(meant.what, Form | Refused):
            return
        said = receipt(
            meant.what,
            kind=self.act.kind,
            look=meant.look,
            people=self.acts.conversation.identities.people,
            there=self.act.channel == await self.acts.conversation.places.channel_of(meant.incident),
        )
        if said:
            await self.tell(said, incident=meant.incident)

    def _call(self, meant: Meant, person: Person) -> None:
        """Tell whoever is offered the command directly; the offer itself stands in the channel, with its buttons."""
        if not isinstance(meant.what, cmd.OfferHandover):
            return
        wanted = self.acts.conversation.identities.people.person(meant.what.to)
        if wanted is not None and wanted.slack:
            text = words.OFFERED.format(by=person.name, incident=meant.incident)
            self.acts.asides.say(text, user=wanted.slack, channel="", key=f"{self.origin}/offered")

    async def _given(
        self, meant: Meant, what: Refused | cmd.AnyCommand, who: cmd.Who
    ) -> Sequence[InputEvent] | Refusal:
        """Give a command once; what it came to before a crash is what it comes to."""
        desk = self.acts.conversation.desk
        before = await desk.came_of(meant.incident, self.origin)
        if before is not None:
            return before
        if isinstance(what, Refused):
            await desk.refuse(meant.incident, what.command, who, refusal=what.refusal, origin=self.origin)
            return what.refusal
        filed = await self._filed(what, meant)
        return filed if isinstance(filed, Refusal) else await desk.give(meant.incident, filed, who, origin=self.origin)

    async def _filed(self, what: cmd.AnyCommand, meant: Meant) -> cmd.AnyCommand | Refusal:
        """Return a command whose files are in the vault, or why they are not taken."""
        if not (isinstance(what, cmd.Answer) and self.act.files and self.acts.filing):
            return what
        kept = await self.acts.filing.kept(self.act.files, fields_of(meant.look, meant.subject))
        if isinstance(kept, Refusal):
            return kept
        return what.model_copy(update={"values": {**what.values, **kept}})

    async def _declare(self, name: str, person: Person) -> str:
        conversation = self.acts.conversation
        playbook, _ = await conversation.library.read(name)
        values, wrong = await conversation.identities.values(self.act)
        if wrong:
            await self.tell("; ".join(f"{field}: {text}" for field, text in wrong.items()))
            return "refused: form"
        made = await conversation.desk.declare(playbook, values, from_chat(person), dedup_key=self.origin)
        await self.tell(f"{made.incident} is declared. Its channel and tickets are being made.")
        return f"declared {made.incident}"

    async def _status(self, reader: Person) -> list[str]:
        conversation = self.acts.conversation
        incident, _ = await conversation.place(self.act)
        if incident is None:
            shown = words.LONGEST
            rows = await conversation.desk.ledger.incidents(states=RUNNING)
            return words.list_lines([*[await self._neutral(row, reader) for row in rows[:shown]], *rows[shown:]])
        look = await conversation.desk.look(incident)
        if not await self._may_see(look, reader):
            return [words.RESTRICTED.format(incident=incident)]
        people = conversation.identities.people
        left_out = await conversation.desk.ledger.recall(incident, LEFT_OUT) or {}
        return [
            *words.status_lines(look.plan, look.incident, reader=reader, people=people),
            *words.left_out_lines(left_out, people=people),
        ]

    async def _may_see(self, look: Look, reader: Person) -> bool:
        own = await self.acts.conversation.places.channel_of(look.incident.id)
        return (own != "" and own == self.act.channel) or may_see(look.plan, look.incident, reader.id)

    async def _neutral(self, row: IncidentRow, reader: Person) -> IncidentRow:
        """Return an incident of a list without its title, where that is not for the reader."""
        look = await self.acts.conversation.desk.look(row.incident)
        seen = may_see(look.plan, look.incident, reader.id)
        return row if seen else replace(row, title="restricted incident")

    async def _tasks(self, reader: Person) -> list[str]:
        """Return what is open in an incident; where none is meant, what waits for the reader in any of them."""
        conversation = self.acts.conversation
        people = conversation.identities.people
        incident, _ = await conversation.place(self.act)
        if incident is not None:
            look = await conversation.desk.look(incident)
            if not await self._may_see(look, reader):
                return [words.RESTRICTED.format(incident=incident)]
            return words.task_lines(look.plan, look.incident, reader=reader, people=people)
        lines: list[str] = []
        for name in dict.fromkeys(row.incident for row in await conversation.desk.ledger.open_asks()):
            look = await conversation.desk.look(name)
            own = words.own_lines(look.plan, look.incident, reader=reader, people=people)
            lines += [f"{name} {line}" for line in own]
        return lines[: words.LONGEST] or ["Nothing waits for you."]

    async def tell(self, text: str, *, incident: str = "") -> None:
        channel = self.act.channel or (await self.acts.conversation.places.channel_of(incident) if incident else "")
        self.acts.asides.say(text, user=self.act.user, channel=channel, key=self.origin)
