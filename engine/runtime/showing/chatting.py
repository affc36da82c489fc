"""The surfaces of the chat: how each is made, and looked up by its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.errors import IntegrationError
from engine.domain.handing import handover_number
from engine.domain.surfaces import (
    CALL,
    CARD,
    CHANNEL,
    HANDOVER,
    HEAD_CHAT,
    LIVING,
    NOTICE,
    REMINDER,
    REVIEW_CARD,
    effect_of,
)
from engine.ports.chat import MessageRef
from engine.ports.lookup import Absent, CannotTell, Found
from engine.runtime.performing import since
from engine.runtime.showing.halves import finishing
from engine.runtime.showing.words import asking, handing, overview, telling, waking

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Perform
    from engine.ports.chat import Chat
    from engine.ports.ledger import Heads
    from engine.ports.shown import Message
    from engine.ports.time import Clock
    from engine.runtime.showing.words.scene import Scene


@dataclass(frozen=True, slots=True)
class ChatSurfaces:
    """Makes and finds what is in the chat."""

    chat: Chat
    ledger: Heads
    clock: Clock

    async def make(self, scene: Scene, move: Perform) -> dict[str, Any]:
        """Make a surface; return where it is."""
        if move.kind == CHANNEL:
            name = overview.channel_name(scene.incident.id)
            opened = await self.chat.open_channel(name, incident=scene.incident.id, key=move.key)
            return await self._furnished(scene, opened)
        message, more = await self._message(scene, move)
        ref = await self.chat.post(channel_of(scene), message, key=move.key)
        return await self._placed(ref, move, more)

    async def find(self, scene: Scene, move: Perform, *, patient: bool) -> Found[dict[str, Any]] | Absent | CannotTell:
        """Look a surface up; one that is there is also finished. Nothing in a chat needs patience."""
        del patient
        if move.kind == CHANNEL:
            name = overview.channel_name(scene.incident.id)
            known = await self.chat.find_channel(name, incident=scene.incident.id, key=move.key)
            return Found(await self._furnished(scene, known.value)) if isinstance(known, Found) else known
        earliest = since(scene.incident, move.key, now=self.clock.real_now())
        found = await self.chat.find_post(channel_of(scene), key=move.key, since=earliest)
        if not isinstance(found, Found):
            return found
        _, more = await self._message(scene, move)
        return Found(await self._placed(found.value, move, more))

    async def _furnished(self, scene: Scene, channel: str) -> dict[str, Any]:
        await self.chat.set_topic(channel, overview.topic(scene))
        await self.chat.invite(channel, scene.everyone())
        return {"id": channel}

    async def _placed(self, ref: MessageRef, move: Perform, more: dict[str, Any]) -> dict[str, Any]:
        if move.kind == LIVING:
            with finishing():
                await self.chat.pin(ref)
        return {"channel": ref.channel, "ts": ref.id, **more}

    async def _message(self, scene: Scene, move: Perform) -> tuple[Message, dict[str, Any]]:
        match move.kind:
            case _ if move.kind == LIVING:
                return overview.living(scene), {}
            case _ if move.kind == CARD:
                return asking.card(scene, scene.incident.asks[move.subject]), {}
            case _ if move.kind == NOTICE:
                return telling.notice(scene, move.subject), {}
            case _ if move.kind == REVIEW_CARD:
                return telling.review(scene), {}
            case _ if move.kind == REMINDER:
                return waking.reminder(scene, move.subject), {}
            case _ if move.kind == CALL:
                return waking.call(scene, move.subject), {}
            case _ if move.kind == HANDOVER:
                number = handover_number(move.subject) or 0
                return handing.offer(scene, scene.incident.handovers[number - 1]), {}
            case _ if move.kind == HEAD_CHAT:
                head = await self.ledger.head(scene.incident.id)
                return telling.head(move.subject, head), {"seq": str(head.seq), "hash": head.hash}
            case _:
                raise ValueError(f"{move.kind} is nothing that a chat shows")


def channel_of(scene: Scene) -> str:
    """Return the incident's channel; raise `IntegrationError` while there is none."""
    effect = effect_of(scene.incident, CHANNEL, CHANNEL)
    if effect is None or effect.status != "done":
        raise IntegrationError("The incident has no channel yet.", retryable=True)
    return str(effect.result["id"])


def channel_link(scene: Scene, chat: Chat | None) -> str:
    """Return the address of the incident's channel, empty where there is none."""
    effect = effect_of(scene.incident, CHANNEL, CHANNEL)
    if chat is None or effect is None or effect.status != "done":
        return ""
    return chat.address(str(effect.result["id"]))


def message_of(scene: Scene, kind: str, subject: str) -> MessageRef | None:
    """Return where a message is, None while it was not posted."""
    effect = effect_of(scene.incident, kind, subject)
    if effect is None or effect.status != "done":
        return None
    return MessageRef(str(effect.result["channel"]), str(effect.result["ts"]))
