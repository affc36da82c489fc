"""What people do in the tracker, taken: a ticket closed, opened again, handed on or re-dated, comments and files.

Rules kept here (design section 3, semantic 9): closed as done answers what the ticket asks; a form is finished when it
is filled, by comments and files at the ticket or elsewhere; closed as declined declines a task that has no form; opened
again, it is asked again. Whatever is not taken is put on the timeline with the reason, and the ticket is put back with
it. What our own account did says nothing. Each comment and each change is taken once, however often the ticket is read,
and what is older than what was taken already says nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from engine.domain import commands as cmd
from engine.domain.authority import Refusal, participants
from engine.domain.lifecycle import StepStatus
from engine.ports.tracker import TicketFile, TicketState
from engine.runtime.inward.attaching import Attached
from engine.runtime.inward.comments import strictest, written
from engine.runtime.inward.identities import from_tracker
from engine.runtime.inward.meaning import verdict_of
from engine.runtime.inward.shortfalls import declined_short, form_short, stranger_short
from engine.runtime.inward.subject import Newest, Subject
from engine.runtime.inward.ticket_fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.ask import Ask
    from engine.domain.events.shape import InputEvent
    from engine.ports.people import People, Person
    from engine.ports.records import InboxRow
    from engine.runtime.desk import Desk
    from engine.runtime.inward.filing import Filing
    from engine.runtime.inward.places import Places

REOPENED = "its ticket was opened again in Jira"
NEVER = "its step need not be done."
EARLY = "nobody is asked for this yet. It is said here when its turn has come."
_NAMES = frozenset(field.name for field in fields(TicketState))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerActs:
    """Takes rows of the inbox that came from the tracker: tickets as they were read by key."""

    desk: Desk
    places: Places
    people: People
    newest: Newest = field(default_factory=Newest)
    filing: Filing | None = None
    """Fetches what is attached; without it, no file at a ticket is an answer."""

    async def take(self, row: InboxRow) -> str | None:
        """Do what a ticket's state asks for; return what became of it, None when it cannot be understood."""
        state = ticket_of(row.payload)
        if state is None:
            return None
        place = await self.places.ticket(state.key)
        if place is None:
            return "no ticket of ours"
        look = await self.desk.look(place.incident)
        subject = Subject(self.desk, self.people, state, place, look, self.newest)
        await Comments(subject).take()
        if place.epic:
            return "the incident's own: only what is written under it counts"
        await Fields(subject).take()
        attached = Attached(subject, self.filing)
        await attached.take()
        return await Status(subject, attached).take()

    async def give_up(self, row: InboxRow) -> None:
        """Nobody waits at a screen: the ticket still stands as it was left, and the log says what happened."""


def ticket_of(payload: Mapping[str, Any]) -> TicketState | None:
    """Return the ticket of a row; None when the row holds none."""
    try:
        comments = tuple((str(i), str(account), str(mail), str(text)) for i, account, mail, text in payload["comments"])
        files = tuple(TicketFile(**file) for file in payload.get("files", ()))
        known = {name: value for name, value in payload.items() if name in _NAMES}
        return TicketState(**{**known, "comments": comments, "files": files})
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Comments:
    """What people wrote under a ticket, or under the epic."""

    about: Subject

    async def take(self) -> None:
        """Put it on the timeline."""
        about = self.about
        taking_part = participants(about.look.plan, about.look.incident)
        for number, account, mail, text in about.state.comments:
            person = about.people.by_jira(account, mail)
            origin = about.origin("comment", number)
            if person is not None and person.id in taking_part and text.strip():
                kept = strictest(text, about.form, least=about.sensitivity)
                note = cmd.AddNote(text=text, sensitivity=kept.value)
                await about.desk.give(about.place.incident, note, from_tracker(person), origin=origin)
            else:
                who = "somebody who takes no part" if person else "an account that is not in the people file"
                await about.tell("commented", f"by {who}; its words stay in the ticket", person, origin=origin)


@dataclass(frozen=True, slots=True)
class Status:
    """The last change of a ticket's status; what is attached is part of an answer."""

    about: Subject
    attached: Attached

    async def take(self) -> str:
        """Take it; return what became of it."""
        about, state = self.about, self.about.state
        if about.is_old("status", state.change):
            return "no change of status by people"
        if state.category != "done":
            return await self._reopened()
        if state.ours:
            return "no change of status by people"
        person = about.people.by_jira(state.changed_by, state.changed_by_mail)
        if await about.came_of(self._short) is not None:
            return "not accepted"
        if about.ask is None and about.waits:
            return await self._not_accepted(EARLY, person)
        if about.ask is None:
            return "not asked any more"
        if not about.ask.open and await about.came_of(self._changed) is None:
            return "not asked any more"
        if person is None:
            return await self._not_accepted(stranger_short(), None)
        if not state.accepted and about.step.form:
            return await self._not_accepted(declined_short(about.step, state.resolution, files=self._files), person)
        return await self._answered(about.ask, person)

    @property
    def _changed(self) -> str:
        return self.about.origin("change", self.about.state.change)

    @property
    def _short(self) -> str:
        return self.about.origin("change", self.about.state.change, "short")

    @property
    def _files(self) -> tuple[str, ...]:
        return tuple(self.attached.fields)

    async def _answered(self, ask: Ask, person: Person) -> str:
        about = self.about
        command = await self._answer(ask, person) if about.state.accepted else self._decline(ask)
        if isinstance(command, Refusal):
            taken: Sequence[InputEvent] | Refusal = command
        else:
            taken = await about.desk.give(about.place.incident, command, from_tracker(person), origin=self._changed)
        if not isinstance(taken, Refusal):
            return "done"
        if taken.rule == "closed_ask":
            return "not asked any more"
        return await self._not_accepted(form_short(about.step, taken, name=about.name, files=self._files), person)

    async def _answer(self, ask: Ask, person: Person) -> cmd.Answer | Refusal:
        comments = self.about.state.comments
        texts = [text for _, account, mail, text in comments if self._wrote(person, account, mail)]
        values = written(texts, self.about.step.form, person=self._mentioned)
        bare = cmd.Answer(target=ask.id, verdict=verdict_of(ask), values=dict(values))
        judged = self.about.desk.judge(self.about.look, bare, from_tracker(person))
        if isinstance(judged, Refusal) and judged.rule != "form":
            return bare  # nothing is fetched for somebody whose answer is not taken
        filed = await self.attached.filed(person, values)
        return filed if isinstance(filed, Refusal) else bare.model_copy(update={"values": filed})

    def _decline(self, ask: Ask) -> cmd.Answer:
        reason = f"closed in Jira as {self.about.state.resolution or 'declined'}"
        return cmd.Answer(target=ask.id, verdict="decline", reason=reason)

    def _wrote(self, person: Person, account: str, mail: str) -> bool:
        author = self.about.people.by_jira(account, mail)
        return author is not None and author.id == person.id

    def _mentioned(self, account: str) -> str:
        person = self.about.people.by_jira(account)
        return person.id if person else account

    async def _reopened(self) -> str:
        """Have a step done again whose ticket was opened again, or say why not and close it."""
        about, ask, left = self.about, self.about.ask, self.about.state.left
        if not left or about.state.left_ours:
            return "no change of status by people"
        origin, key = about.origin("change", left), about.state.key
        if ask.open if ask else about.waits:
            about.newest.pass_over(key, "left", left)
            return "no change that counts"
        if about.newest.was_passed_over(key, "left", left) or await about.came_of(origin) is not None:
            return "no change that counts"
        person = about.people.by_jira(about.state.left_by, about.state.left_by_mail)
        if ask is None:
            await about.tell("reopened_unaccepted", NEVER, person, origin=f"{origin}/short")
            return "not accepted"
        again = _again(ask.step, about.look.incident.step(ask.step).status)
        if again is None:
            await about.tell("reopened", "its step stays as it is", person, origin=origin)
            return "reopened"
        why = stranger_short()
        if person is not None:
            taken = await about.desk.give(about.place.incident, again, from_tracker(person), origin=origin)
            if not isinstance(taken, Refusal):
                return "reopened"
            why = " ".join(filter(None, (taken.message, taken.advice(about.name))))
        await about.tell("reopened_unaccepted", why, person, origin=f"{origin}/short")
        return "not accepted"

    async def _not_accepted(self, why: str, person: Person | None) -> str:
        await self.about.tell("closed_unaccepted", why, person, origin=self._short)
        return "not accepted"


def _again(step: str, status: StepStatus) -> cmd.RedoStep | cmd.RetryStep | None:
    """Return the command that has a step done again; None while what was answered is still looked at."""
    match status:
        case StepStatus.AWAITING_PERSON | StepStatus.AWAITING_APPROVAL:
            return None
        case StepStatus.DECLINED:
            return cmd.RetryStep(step=step, reason=REOPENED)
        case _:
            return cmd.RedoStep(step=step, reason=REOPENED)
