"""What people need to look at so that they can act: the channel, cards with buttons, tickets. As plain as can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain import surfaces
from engine.domain import timeline as ev
from engine.domain.authority import participants
from engine.domain.incident import base_id
from engine.domain.tokens import ask_token
from engine.ports.shown import Button, Message, TicketDraft

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.chat import Chat
    from engine.ports.people import People
    from engine.ports.tracker import Tracker
    from engine.runtime.performing import Doubt, Outcome

WORK = (("Answer", "answer"), ("Decline", "decline"), ("Seen", "acknowledge"))
APPROVAL = (("Approve", "approve"), ("Decline", "decline"))


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Shows an incident through the real ports, in the simplest words."""

    chat: Chat
    tracker: Tracker
    people: People

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Make one surface."""
        del doubt  # the local Slack and Jira are not made to fail here
        result = await self._made(plan, incident, move)
        return ev.EffectDone(key=move.key, kind=move.kind, subject=move.subject, attempt=move.attempt, result=result)

    async def _made(self, plan: Plan, incident: Incident, move: Perform) -> dict[str, Any]:
        match move.kind:
            case surfaces.CHANNEL:
                channel = await self.chat.open_channel(incident.id.lower(), incident=incident.id, key=move.key)
                known = [self.people.person(person) for person in sorted(participants(plan, incident))]
                await self.chat.invite(channel, [person for person in known if person])
                return {"id": channel}
            case surfaces.CARD:
                return await self._card(plan, incident, move)
            case surfaces.EPIC | surfaces.TICKET:
                epic = move.kind == surfaces.EPIC
                draft = TicketDraft(summary=f"{incident.id} {move.subject}", description="* Done when it is done")
                make = self.tracker.create_epic if epic else self.tracker.create_ticket
                return {"key": (await make(draft, key=move.key)).key}
            case surfaces.TICKET_CLOSE:
                await self.tracker.close(surfaces.ticket_of(incident, move.subject), done=True)
            case surfaces.TICKET_REOPEN:
                refusal = incident.unaccepted[int(move.subject.rpartition("#")[2]) - 1]
                await self.tracker.comment(refusal.ticket, refusal.why, key=move.key)
                await self.tracker.reopen(refusal.ticket)
        return {}

    async def _card(self, plan: Plan, incident: Incident, move: Perform) -> dict[str, Any]:
        ask = incident.asks[move.subject]
        labels = APPROVAL if ask.kind == "approval" else WORK
        buttons = tuple(Button(label, action, ask_token(incident.id, ask.id)) for label, action in labels)
        text = f"{ask.id}: {plan.steps[base_id(ask.step)].title}"
        channel = next(str(e.result["id"]) for e in incident.effects.values() if e.kind == surfaces.CHANNEL)
        ref = await self.chat.post(channel, Message(text=text, buttons=buttons), key=move.key)
        return {"channel": ref.channel, "id": ref.id}
