"""The surfaces of the tracker: the epic, tickets, and what we do and say to them; made by key, looked up by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.errors import IntegrationError
from engine.domain.lifecycle import IncidentStatus, StepStatus
from engine.domain.surfaces import (
    EPIC,
    EPIC_CLOSE,
    EPIC_REOPEN,
    HEAD_TRACKER,
    TICKET,
    TICKET_AGAIN,
    TICKET_MERGE,
    TICKET_PUT_BACK,
    TICKET_REOPEN,
    asked_by,
    ticket_of,
)
from engine.ports.lookup import Absent, CannotTell, Found
from engine.runtime.showing.chatting import channel_link
from engine.runtime.showing.halves import finishing
from engine.runtime.showing.words import asking, overview, telling, ticketing

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Unaccepted
    from engine.ports.chat import Chat
    from engine.ports.ledger import Heads
    from engine.ports.shown import TicketDraft
    from engine.ports.tracker import TicketRef, Tracker
    from engine.runtime.showing.words.scene import Scene

ENDS = {"ends": "yes"}
"""Said of an epic that is closed with its incident; those of earlier releases are left as they are."""
WELL = frozenset({"done", "skipped"})
THERE = "jira"
"""By which way an answer came that was given by closing the ticket."""


@dataclass(frozen=True, slots=True)
class TrackerSurfaces:
    """Makes and finds what is in the tracker."""

    tracker: Tracker
    chat: Chat | None
    ledger: Heads

    async def make(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Make a surface; return where it is."""
        match move.kind:
            case _ if move.kind == EPIC:
                return _placed(await self.tracker.create_epic(self._epic(scene), key=move.key)) | ENDS
            case _ if move.kind == TICKET:
                draft = self._draft(scene, move.subject)
                given = {"owner": draft.owner.id if draft.owner else "", "due": _day(draft)}
                return _placed(await self.tracker.create_ticket(draft, key=move.key)) | given
            case _ if move.kind == HEAD_TRACKER:
                head = await self.ledger.head(scene.incident.id)
                await self.tracker.comment(scene.epic()[0], telling.head_text(move.subject, head), key=move.key)
                return {"ticket": scene.epic()[0], "seq": str(head.seq), "hash": head.hash}
            case _:
                return await self._commented(scene, move)

    async def find(self, scene: Scene, move: Perform, *, patient: bool) -> Found[dict[str, Any]] | Absent | CannotTell:
        """Look a surface up. What follows a comment can be done again, so only the comment is looked for."""
        if move.kind in (EPIC, TICKET):
            found = await self.tracker.find_ticket(key=move.key, patient=patient)
            ends = ENDS if move.kind == EPIC else {}
            return Found(_placed(found.value) | ends) if isinstance(found, Found) else found
        ticket = scene.epic()[0] if move.kind == HEAD_TRACKER else _ticket(scene, move)
        said = await self.tracker.find_comment(ticket, key=move.key)
        if not isinstance(said, Found):
            return said
        if move.kind != HEAD_TRACKER:
            await self._moved(scene, move, ticket)
        return Found({"ticket": ticket})

    def _epic(self, scene: Scene) -> TicketDraft:
        return overview.epic(scene, channel=channel_link(scene, self.chat))

    def _draft(self, scene: Scene, subject: str) -> TicketDraft:
        """Return what the ticket of an ask, or of a step that is not asked yet, should hold.

        It leads to the channel at first, and to its card once that is there (`ticket_fields`): neither waits for the
        other.
        """
        ask = asked_by(scene.incident, subject)
        if ask is None:
            return ticketing.early(scene, subject, epic=scene.epic()[0])
        return asking.ticket(scene, ask, epic=scene.epic()[0], link=channel_link(scene, self.chat))

    async def _commented(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Say why, then move the ticket; the comment first, so that nobody sees a ticket move without a reason."""
        ticket = _ticket(scene, move)
        await self.tracker.comment(ticket, _words(scene, move), key=move.key)
        await self._moved(scene, move, ticket)
        return {"ticket": ticket}

    async def _moved(self, scene: Scene, move: Perform, ticket: str) -> None:
        ask = _ask(scene, move)
        with finishing():
            match move.kind:
                case _ if move.kind == TICKET_MERGE:
                    await self.tracker.merge(ticket, into=scene.incident.twins[move.subject])
                case _ if move.kind == TICKET_PUT_BACK:
                    await self._put_back(scene, _unaccepted(scene, move), ask)
                case _ if move.kind == EPIC_CLOSE and scene.incident.over:
                    closed = scene.incident.status is IncidentStatus.CLOSED
                    await self.tracker.close(ticket, done=closed)
                case _ if move.kind == EPIC_REOPEN and not scene.incident.over:
                    await self.tracker.reopen(ticket)
                case _ if move.kind in (EPIC_CLOSE, EPIC_REOPEN):
                    return  # it has changed since: what it is now is shown by the other
                case _ if move.kind in (TICKET_REOPEN, TICKET_AGAIN):
                    if ask.open if ask else scene.incident.step(_subject(move)).status is StepStatus.WAITING:
                        await self.tracker.reopen(ticket)
                case _:
                    await self._closed(scene, move, ticket)

    async def _closed(self, scene: Scene, move: Perform, ticket: str) -> None:
        ask = _ask(scene, move)
        if ask is not None and ask.last is not None and ask.last.via == THERE:
            return  # closing it was the answer: if it is open, somebody has opened it since, and is heard
        status = scene.incident.step(ask.step if ask else _subject(move)).status.value
        await self.tracker.close(ticket, done=status in WELL)

    async def _put_back(self, scene: Scene, refused: Unaccepted, ask: Ask | None) -> None:
        """Bring one field back to what it was; what has changed since is left as it is, and so is a file."""
        if refused.change == "reopened_unaccepted":
            status = scene.incident.step(ask.step if ask else refused.ask).status
            if not ask.open if ask else status is not StepStatus.WAITING:
                await self.tracker.close(refused.ticket, done=status.value in WELL)
        elif refused.change == "reassigned_unaccepted":
            if ask is None or ask.open:
                person = ticketing.owner(scene, ask) if ask else ticketing.early_owner(scene, refused.ask)
                await self.tracker.assign(refused.ticket, person, known=None)
        elif refused.change == "redated_unaccepted" and ask is not None and ask.open:
            day = scene.moment_there(ask.due).date() if ask.due else None
            await self.tracker.schedule(refused.ticket, day, known=None)


def _words(scene: Scene, move: Perform) -> str:
    ask = _ask(scene, move)
    match move.kind:
        case _ if move.kind == TICKET_REOPEN:
            return telling.reopening(_unaccepted(scene, move).why)
        case _ if move.kind == TICKET_PUT_BACK:
            return ticketing.put_back(_unaccepted(scene, move))
        case _ if move.kind == TICKET_MERGE:
            return ticketing.twin(scene.incident.twins[move.subject])
        case _ if move.kind in (EPIC_CLOSE, EPIC_REOPEN):
            return ticketing.ended(scene)
        case _ if move.kind == TICKET_AGAIN:
            return ticketing.again(scene, ask) if ask else ""
        case _:
            if ask is None:
                return ticketing.not_needed(scene, _subject(move))
            return telling.closing(scene, ask, said=asking.outcome(scene, ask))


def _placed(ref: TicketRef) -> dict[str, Any]:
    return {"key": ref.key, "url": ref.url}


def _day(draft: TicketDraft) -> str:
    return draft.due.date().isoformat() if draft.due else ""


def _subject(move: Perform) -> str:
    return move.subject.partition("#")[0]


def _ask(scene: Scene, move: Perform) -> Ask | None:
    return scene.incident.asks.get(_subject(move)) or asked_by(scene.incident, _subject(move))


def _ticket(scene: Scene, move: Perform) -> str:
    if move.kind in (TICKET_REOPEN, TICKET_PUT_BACK):
        return _unaccepted(scene, move).ticket
    if move.kind in (EPIC_CLOSE, EPIC_REOPEN):
        return scene.epic()[0]
    key = move.subject if move.kind == TICKET_MERGE else ticket_of(scene.incident, move.subject)
    if not key:
        raise IntegrationError("The ticket is not there yet.", retryable=True)
    return key


def _unaccepted(scene: Scene, move: Perform) -> Unaccepted:
    return scene.incident.unaccepted[int(move.subject.partition("#")[2]) - 1]
