"""What people change in a ticket's fields: whose it is, and until when.

Rules kept here: anybody may hand a ticket on, but not to somebody who is excluded; a target is moved by those who may
move it, the law's date by nobody; what is not taken is put back, with the reason under the ticket. Each change is on
the timeline once, also one that changes nothing, so that it is known what may be overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.values import zone_named
from engine.runtime.inward.identities import from_tracker
from engine.runtime.inward.shortfalls import dated_by_stranger

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.runtime.inward.subject import Subject

EVENING = time(17)
"""When something is due on a day that has no time of day yet."""
KEPT_OUT = "whoever it was given to is kept out of this incident."
NOT_YET = "its target is set when it is asked"
ENDED = "it is not asked any more"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a ticket that people may change."""

    about: Subject

    async def take(self) -> None:
        """Take what was changed last in each."""
        await self._owner()
        await self._due()

    async def _owner(self) -> None:
        about, state = self.about, self.about.state
        if about.is_old("owner", state.assigned) or state.assigned_ours:
            return
        origin = about.origin("assignee", state.assigned)
        by = about.people.by_jira(state.assigned_by, state.assigned_by_mail)
        if about.people.keeps_out(state.assignee, state.assignee_mail):
            await about.tell("reassigned_unaccepted", KEPT_OUT, by, origin=origin, change_id=state.assigned)
            return
        person = about.people.by_jira(state.assignee, state.assignee_mail)
        unknown = "an account that is not in the people file" if state.assignee else "nobody"
        await about.tell(
            "reassigned",
            f"assigned to {person.name if person else unknown}",
            by,
            origin=origin,
            person=person.id if person else "",
            change_id=state.assigned,
        )

    async def _due(self) -> None:
        about, state = self.about, self.about.state
        if about.is_old("due", state.dated) or state.dated_ours:
            return
        origin = about.origin("due", state.dated)
        ask = about.ask
        by = about.people.by_jira(state.dated_by, state.dated_by_mail)
        if await about.came_of(origin) is not None and await about.came_of(f"{origin}/short") is not None:
            return
        if ask is None or not ask.open or state.due == _day(self.about, ask):
            said = f"to {state.due or 'no day'}; {_why(ask, waits=about.waits)}"
            await about.tell("redated", said, by, origin=origin, change_id=state.dated)
            return
        why = dated_by_stranger()
        if by is not None:
            moved = cmd.MoveTarget(
                step=ask.step,
                due=self._moment(ask) if state.due else "",
                reason="re-dated in Jira",
                ticket=state.key,
                change_id=state.dated,
            )
            taken = await about.desk.give(about.place.incident, moved, from_tracker(by), origin=origin)
            if not isinstance(taken, Refusal):
                return
            why = " ".join(filter(None, (taken.message, taken.advice(about.name))))
        await about.tell("redated_unaccepted", why, by, origin=f"{origin}/short", change_id=state.dated)

    def _moment(self, ask: Ask) -> str:
        """Return the day of the ticket with the time of day that the target has, in the incident's zone."""
        zone = zone_named(self.about.look.incident.zone)
        at = ask.due.astimezone(zone).time() if ask.due else EVENING
        return datetime.combine(date.fromisoformat(self.about.state.due), at, tzinfo=zone).isoformat()


def _why(ask: Ask | None, *, waits: bool) -> str:
    if ask is None:
        return NOT_YET if waits else ENDED
    return "it is due then" if ask.open else ENDED


def _day(about: Subject, ask: Ask) -> str:
    """Return the day on which an ask is due, as the ticket should show it."""
    if ask.due is None:
        return ""
    return ask.due.astimezone(zone_named(about.look.incident.zone)).date().isoformat()
