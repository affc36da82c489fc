"""Pages: sent, acknowledged and ended by way of the pagers that an organisation has.

Rules kept here: what is known to a pager by its key is no second page, so nothing is looked up: what may have been done
is done again. A page of which nobody knows whether it went out is not sent any more once its ask is answered, or once
somebody is on it: it is ended instead, so that nobody is woken for nothing. A link that cannot be had holds up no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from engine.domain.errors import IntegrationError
from engine.domain.surfaces import CARD, PAGE, PAGE_TAKEN, called, taken_since
from engine.ports.lookup import Absent
from engine.runtime.showing.chatting import message_of
from engine.runtime.showing.words import waking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.conducting.situation import Perform
    from engine.ports.chat import Chat
    from engine.ports.paging import Pager
    from engine.runtime.showing.words.scene import Scene

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PagerSurfaces:
    """Sends, acknowledges and ends pages."""

    pagers: Mapping[str, Pager]
    chat: Chat | None

    async def make(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Do what a move says; return by which pager."""
        ask, call, name = called(scene.incident, move.subject)
        pager = self.pagers.get(name)
        if pager is None:
            raise IntegrationError(f"There is no pager {name} any more.", hint="See `pagers` in escalation.yaml.")
        page = waking.page(scene, move.subject, link=await self._link(scene, ask.id))
        taken = ask.on_it if taken_since(ask, call) else None
        if move.kind == PAGE and ask.open and taken is None:
            await pager.send(page)
        elif move.kind == PAGE_TAKEN and ask.open and taken is not None:
            await pager.acknowledge(page, by=scene.name(taken.by))
        else:
            await pager.end(page)
            return {"pager": name, "withheld": move.kind == PAGE}
        return {"pager": name}

    async def find(self, scene: Scene, move: Perform, *, patient: bool) -> Absent:
        """Say that it is to be done again: the far side tells by the key whether it is the same."""
        del scene, move, patient
        return Absent()

    async def _link(self, scene: Scene, ask: str) -> str:
        ref = message_of(scene, CARD, ask)
        if self.chat is not None and ref is not None:
            try:
                return await self.chat.link(ref)
            except IntegrationError as error:
                log.info("page_without_link", why=error.message)
        return scene.ticket(ask)[1]
