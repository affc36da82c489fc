"""The surfaces of the tracker: the epic, tickets, and what we do and say to them; made by key, looked up by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.errors import IntegrationError
from engine.domain.surfaces import CARD, EPIC, HEAD_TRACKER, TICKET, TICKET_CLOSE, TICKET_REOPEN, ticket_of
from engine.ports.lookup import Absent, CannotTell, Found
from engine.runtime.showing.chatting import message_of
from engine.runtime.showing.halves import finishing
from engine.runtime.showing.words import asking, overview, telling

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Ask
    from engine.ports.chat import Chat
    from engine.ports.ledger import Ledger
    from engine.ports.shown import TicketDraft
    from engine.ports.tracker import TicketRef, Tracker
    from engine.runtime.showing.words.scene import Scene

WELL = frozenset({"done", "skipped"})


@dataclass(frozen=True, slots=True)
class TrackerSurfaces:
    """Makes and finds what is in the tracker."""

    tracker: Tracker
    chat: Chat | None
    ledger: Ledger

    async def make(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Make a surface; return where it is."""
        match move.kind:
            case _ if move.kind == EPIC:
                return _placed(await self.tracker.create_epic(overview.epic(scene), key=move.key))
            case _ if move.kind == TICKET:
                return _placed(await self.tracker.create_ticket(await self._draft(scene, move), key=move.key))
            case _ if move.kind == HEAD_TRACKER:
                head = await self.ledger.head(scene.incident.id)
                await self.tracker.comment(scene.epic()[0], telling.head_text(move.subject, head), key=move.key)
                return {"ticket": scene.epic()[0], "seq": str(head.seq), "hash": head.hash}
            case _:
                return await self._commented(scene, move)

    async def find(self, scene: Scene, move: Perform, *, patient: bool) -> Found[dict[str, Any]] | Absent | CannotTell:
        """Look a surface up. Closing and reopening can be done again, so only their comment is looked for."""
        if move.kind in (EPIC, TICKET):
            found = await self.tracker.find_ticket(key=move.key, patient=patient)
            return Found(_placed(found.value)) if isinstance(found, Found) else found
        ticket = scene.epic()[0] if move.kind == HEAD_TRACKER else _ticket(scene, move)
        said = await self.tracker.find_comment(ticket, key=move.key)
        if not isinstance(said, Found):
            return said
        if move.kind != HEAD_TRACKER:
            await self._moved(scene, move, ticket)
        return Found({"ticket": ticket})

    async def _draft(self, scene: Scene, move: Perform) -> TicketDraft:
        ref = message_of(scene, CARD, move.subject)
        link = await self.chat.link(ref) if self.chat is not None and ref is not None else ""
        return asking.ticket(scene, scene.incident.asks[move.subject], epic=scene.epic()[0], link=link)

    async def _commented(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Say why, then move the ticket; the comment first, so that nobody sees a ticket move without a reason."""
        ticket = _ticket(scene, move)
        ask = _ask(scene, move)
        said = asking.outcome(scene, ask)
        text = (
            telling.closing(scene, ask, said=said)
            if move.kind == TICKET_CLOSE
            else telling.reopening(_unaccepted(scene, move))
        )
        await self.tracker.comment(ticket, text, key=move.key)
        await self._moved(scene, move, ticket)
        return {"ticket": ticket}

    async def _moved(self, scene: Scene, move: Perform, ticket: str) -> None:
        with finishing():
            if move.kind == TICKET_REOPEN:
                if _ask(scene, move).open:
                    await self.tracker.reopen(ticket)
            else:
                status = scene.incident.step(_ask(scene, move).step).status.value
                await self.tracker.close(ticket, done=status in WELL)


def _placed(ref: TicketRef) -> dict[str, Any]:
    return {"key": ref.key, "url": ref.url}


def _ask(scene: Scene, move: Perform) -> Ask:
    return scene.incident.asks[move.subject.partition("#")[0]]


def _ticket(scene: Scene, move: Perform) -> str:
    if move.kind == TICKET_REOPEN:
        return scene.incident.unaccepted[int(move.subject.partition("#")[2]) - 1].ticket
    key = ticket_of(scene.incident, move.subject)
    if not key:
        raise IntegrationError("The ticket is not there yet.", retryable=True)
    return key


def _unaccepted(scene: Scene, move: Perform) -> str:
    return scene.incident.unaccepted[int(move.subject.partition("#")[2]) - 1].why
