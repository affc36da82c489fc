"""Posting with a key, and what does not fit into one message.

Rules kept here: every message that we post carries its key in its metadata, where people do not see it; what goes on
in a thread is looked for there before it is posted, so that an edit brings it there once and keeps it current.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import structlog

from engine.domain.errors import IntegrationError
from engine.ports.chat import MessageRef

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrations.slack.api import SlackApi
    from integrations.slack.blocks import Block

Content: TypeAlias = "Mapping[str, Any]"
EVENT_TYPE: Final = "tocsin"
KEY: Final = "key"
GOES_ON: Final = "It goes on."
_PAGE = 200
_log = structlog.get_logger(__name__)


class Posting:
    """Posts messages, and further ones into their threads."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def post(
        self, channel: str, content: Mapping[str, Any], *, key: str, thread: str | None = None
    ) -> MessageRef:
        """Post one message, in a thread if one is given."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {KEY: key}}
        answer = await self._api.call(
            "chat.postMessage",
            place=key,
            channel=channel,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
            **({"thread_ts": thread} if thread else {}),
            **content,
        )
        return MessageRef(channel=str(answer["channel"]), id=str(answer["ts"]))

    async def go_on(self, ref: MessageRef, further: Sequence[list[Block]]) -> None:
        """Bring what does not fit into a new message's thread; what fails is brought by the next edit."""
        try:
            await self.bring(ref, further)
        except IntegrationError as error:
            _log.warning("message_not_continued", why=error.message)

    async def bring(self, ref: MessageRef, further: Sequence[list[Block]]) -> None:
        """Have these messages in a message's thread."""
        there = await self._continued(ref)
        for number, blocks in enumerate(further, start=1):
            key = f"{ref.id}/{number}"
            content: Content = {"text": GOES_ON, "blocks": blocks}
            if key in there:
                await self._api.call("chat.update", channel=ref.channel, ts=there[key], **content)
            else:
                await self.post(ref.channel, content, key=key, thread=ref.id)

    async def _continued(self, ref: MessageRef) -> dict[str, str]:
        """Return what is in a message's thread already, by its key."""
        page = await self._api.call(
            "conversations.replies", channel=ref.channel, ts=ref.id, limit=_PAGE, include_all_metadata=True
        )
        keys = {key_of(message): str(message["ts"]) for message in page["messages"]}
        return {key: ts for key, ts in keys.items() if key is not None}


def key_of(message: Mapping[str, Any]) -> str | None:
    """Return the key that a message carries, None for one that is not ours."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get(KEY)
    return key if isinstance(key, str) else None
