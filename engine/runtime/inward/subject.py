"""A ticket as it was read, beside the incident it belongs to.

Rules kept here: what is put on a timeline names the ticket and the tracker's id of the change, so that it is there
once; readings may arrive in another order than they were made in, and an older change than one that was taken already
is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import asked_by
from engine.runtime.inward.identities import from_tracker
from engine.runtime.inward.words import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.ask import Ask
    from engine.domain.authority import Refusal
    from engine.domain.events.shape import InputEvent
    from engine.domain.fields import FieldSpec
    from engine.domain.plan import StepPlan
    from engine.domain.sensitivity import Sensitivity
    from engine.ports.people import People, Person
    from engine.ports.tracker import TicketState
    from engine.runtime.desk import Desk, Look
    from engine.runtime.inward.places import TicketPlace

Change: TypeAlias = Literal[
    "closed_unaccepted",
    "reopened",
    "reopened_unaccepted",
    "reassigned",
    "reassigned_unaccepted",
    "redated",
    "redated_unaccepted",
    "attached_unaccepted",
    "commented",
]
VIA = "jira"
TRACKER = "tracker"


@dataclass(slots=True)
class Newest:
    """The newest change of each kind that was taken, by ticket."""

    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def is_old(self, ticket: str, what: str, change: str) -> bool:
        """Return whether a change is none, or older than one that was taken; it counts as taken from now on."""
        if not change.isdigit():
            return not change
        newest = self.known.get((ticket, what), 0)
        self.known[ticket, what] = max(newest, int(change))
        return int(change) < newest

    def pass_over(self, ticket: str, what: str, change: str) -> None:
        """Note that a change came to nothing, and is to come to nothing later."""
        self.is_old(ticket, what, change)

    def was_passed_over(self, ticket: str, what: str, change: str) -> bool:
        """Return whether a change, or a newer one, came to nothing before."""
        return change.isdigit() and int(change) <= self.known.get((ticket, what), 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """One ticket as it was read, beside the incident as it stands."""

    desk: Desk
    people: People
    state: TicketState
    place: TicketPlace
    look: Look
    newest: Newest

    @property
    def ask(self) -> Ask | None:
        """What the ticket asks now; None while its step was not asked."""
        return asked_by(self.look.incident, self.place.ask)

    @property
    def step(self) -> StepPlan:
        """The step that the ticket is about."""
        ask = self.ask
        return self.look.plan.step_at(ask.step if ask else self.place.ask)

    @property
    def form(self) -> Mapping[str, FieldSpec]:
        """The fields that comments may fill in; under the epic there are none."""
        return {} if self.place.epic else self.step.form

    @property
    def sensitivity(self) -> Sensitivity:
        """How far what is written under it may be seen at least."""
        return self.look.plan.sensitivity if self.place.epic else self.step.sensitivity

    @property
    def waits(self) -> bool:
        """Whether the step of a ticket that was made early may still be asked."""
        return self.look.incident.step(self.place.ask).status is StepStatus.WAITING

    def is_old(self, what: str, change: str) -> bool:
        """Return whether a change is none, or older than one that was taken."""
        return self.newest.is_old(self.state.key, what, change)

    def origin(self, *parts: str) -> str:
        """Return how something of this ticket is named on the timeline."""
        return "/".join((VIA, self.state.key, *parts))

    def name(self, person: str) -> str:
        """Return what somebody is called."""
        return name_of(person, self.people)

    async def came_of(self, origin: str) -> Sequence[InputEvent] | Refusal | None:
        """Return what something came to before."""
        return await self.desk.came_of(self.place.incident, origin)

    async def tell(
        self,
        change: Change,
        detail: str,
        by: Person | None,
        *,
        origin: str,
        person: str | None = None,
        change_id: str = "",
    ) -> None:
        """Put on the timeline what was done to the ticket."""
        who = from_tracker(by) if by else cmd.Who(person=TRACKER, via=VIA, strength="")
        ask = None if self.place.epic else self.ask
        event = ev.TicketChanged(
            ticket=self.state.key,
            ask=ask.id if ask else None if self.place.epic else self.place.ask,
            change=change,
            detail=detail,
            person=person,
            change_id=change_id,
            by=who.person,
            via=who.via,
            strength=who.strength,
        )
        await self.desk.put(self.place.incident, [event], origin=origin)
