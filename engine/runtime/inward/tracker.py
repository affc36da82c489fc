"""What people do in the tracker, taken: a ticket closed, opened again or handed on, and what is written under it.

Rules kept here (design section 3, semantic 9): closed as done answers what the ticket asks; a form is finished when it
is filled, by comments under the ticket or elsewhere; closed as declined declines a task that has no form. Whatever does
not finish its step is put on the timeline with the reason, and the ticket is opened again with it. What our own account
did says nothing. Each comment and each change is taken once, however often the ticket is read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, participants
from engine.domain.incident import base_id
from engine.domain.surfaces import TICKET_CLOSE, made
from engine.ports.tracker import TicketState
from engine.runtime.inward.comments import strictest, written
from engine.runtime.inward.identities import from_tracker
from engine.runtime.inward.meaning import verdict_of
from engine.runtime.inward.shortfalls import declined_short, form_short, stranger_short
from engine.runtime.inward.words import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.incident import Ask
    from engine.domain.plan import StepPlan
    from engine.ports.people import People, Person
    from engine.ports.records import InboxRow
    from engine.runtime.desk import Desk, Look
    from engine.runtime.inward.places import Places, TicketPlace

Change: TypeAlias = Literal["closed_unaccepted", "reopened", "reassigned", "redated", "commented"]
VIA = "jira"
TRACKER = "tracker"
_NAMES = frozenset(field.name for field in fields(TicketState))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerActs:
    """Takes rows of the inbox that came from the tracker: tickets as they were read by key."""

    desk: Desk
    places: Places
    people: People

    async def take(self, row: InboxRow) -> str | None:
        """Do what a ticket's state asks for; return what became of it, None when it cannot be understood."""
        state = ticket_of(row.payload)
        if state is None:
            return None
        place = await self.places.ticket(state.key)
        if place is None:
            return "no ticket of ours"
        reading = _Reading(self, state, place, await self.desk.look(place.incident))
        await reading.comments()
        await reading.assignee()
        return await reading.status()

    async def give_up(self, row: InboxRow) -> None:
        """Nobody waits at a screen: the ticket still stands as it was left, and the log says what happened."""


def ticket_of(payload: Mapping[str, Any]) -> TicketState | None:
    """Return the ticket of a row; None when the row holds none."""
    try:
        comments = tuple((str(i), str(account), str(mail), str(text)) for i, account, mail, text in payload["comments"])
        known = {name: value for name, value in payload.items() if name in _NAMES}
        return TicketState(**{**known, "comments": comments})
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One ticket as it was read, beside the incident as it stands."""

    acts: TrackerActs
    state: TicketState
    place: TicketPlace
    look: Look

    @property
    def ask(self) -> Ask:
        return self.look.incident.asks[self.place.ask]

    @property
    def step(self) -> StepPlan:
        return self.look.plan.steps[base_id(self.ask.step)]

    def origin(self, *parts: str) -> str:
        return "/".join((VIA, self.state.key, *parts))

    async def comments(self) -> None:
        """Put what people wrote on the timeline."""
        taking_part = participants(self.look.plan, self.look.incident)
        for number, account, mail, text in self.state.comments:
            person = self.acts.people.by_jira(account, mail)
            origin = self.origin("comment", number)
            if person is not None and person.id in taking_part and text.strip():
                kept = strictest(text, self.step.form, least=self.step.sensitivity)
                note = cmd.AddNote(text=text, sensitivity=kept.value)
                await self.acts.desk.give(self.place.incident, note, from_tracker(person), origin=origin)
            else:
                who = "somebody who takes no part" if person else "an account that is not in the people file"
                await self._tell("commented", f"by {who}; its words stay in the ticket", person, origin=origin)

    async def assignee(self) -> None:
        """Put on the timeline whose ticket it is now."""
        if self.state.assigned:
            person = self.acts.people.by_jira(self.state.assignee, self.state.assignee_mail)
            unknown = "an account that is not in the people file" if self.state.assignee else "nobody"
            detail = f"assigned to {person.name if person else unknown}"
            await self._tell("reassigned", detail, None, origin=self.origin("assignee", self.state.assigned))

    async def status(self) -> str:
        """Take the last change of status."""
        if not self.state.change or self.state.ours:
            return "no change of status by people"
        person = self.acts.people.by_jira(self.state.changed_by, self.state.changed_by_mail)
        if self.state.category != "done":
            return await self._reopened(person)
        if await self.acts.desk.came_of(self.place.incident, self._short) is not None:
            return "not accepted"
        if not self.ask.open and await self.acts.desk.came_of(self.place.incident, self._changed) is None:
            return "not asked any more"
        if person is None:
            return await self._not_accepted(stranger_short(), None)
        if not self.state.accepted and self.step.form:
            return await self._not_accepted(declined_short(self.step, self.state.resolution), person)
        return await self._answered(person)

    @property
    def _changed(self) -> str:
        return self.origin("change", self.state.change)

    @property
    def _short(self) -> str:
        return self.origin("change", self.state.change, "short")

    async def _answered(self, person: Person) -> str:
        command = self._answer(person) if self.state.accepted else self._decline()
        who = from_tracker(person)
        taken = await self.acts.desk.give(self.place.incident, command, who, origin=self._changed)
        if not isinstance(taken, Refusal):
            return "done"
        if taken.rule == "closed_ask":
            return "not asked any more"
        named = partial(name_of, people=self.acts.people)
        return await self._not_accepted(form_short(self.step, taken, name=named), person)

    def _answer(self, person: Person) -> cmd.Answer:
        texts = [text for _, account, mail, text in self.state.comments if self._wrote(person, account, mail)]
        values = written(texts, self.step.form, person=self._mentioned)
        return cmd.Answer(target=self.ask.id, verdict=verdict_of(self.ask), values=dict(values))

    def _decline(self) -> cmd.Answer:
        reason = f"closed in Jira as {self.state.resolution or 'declined'}"
        return cmd.Answer(target=self.ask.id, verdict="decline", reason=reason)

    def _wrote(self, person: Person, account: str, mail: str) -> bool:
        author = self.acts.people.by_jira(account, mail)
        return author is not None and author.id == person.id

    def _mentioned(self, account: str) -> str:
        person = self.acts.people.by_jira(account)
        return person.id if person else account

    async def _reopened(self, person: Person | None) -> str:
        last = self.ask.last
        was_closed = made(self.look.incident, TICKET_CLOSE, self.ask.id) or (last is not None and last.via == VIA)
        if self.ask.open or not was_closed:
            return "no change that counts"
        await self._tell("reopened", "its step stays as it is", person, origin=self._changed)
        return "reopened"

    async def _not_accepted(self, why: str, person: Person | None) -> str:
        await self._tell("closed_unaccepted", why, person, origin=self._short)
        return "not accepted"

    async def _tell(self, change: Change, detail: str, person: Person | None, *, origin: str) -> None:
        who = from_tracker(person) if person else cmd.Who(person=TRACKER, via=VIA, strength="")
        event = ev.TicketChanged(
            ticket=self.state.key,
            ask=self.ask.id,
            change=change,
            detail=detail,
            by=who.person,
            via=who.via,
            strength=who.strength,
        )
        await self.acts.desk.put(self.place.incident, [event], origin=origin)
