"""Telling one person something in private.

Rules kept here: nobody else sees it; it is best effort, said once, and holds nothing up. Where it cannot be shown in
the channel (the app is not in it, or a form has none), it goes to the person directly.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.people import Person
from engine.ports.shown import Message

if TYPE_CHECKING:
    from engine.ports.chat import Chat

log = structlog.get_logger(__name__)


class Asides:
    """Says things to people, one after the other per call of `say`, beside whatever else goes on."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._saying: set[asyncio.Task[None]] = set()

    def say(self, text: str, *, user: str, channel: str, key: str) -> None:
        """Begin to tell an account of the chat something; `key` marks a direct message."""
        task = asyncio.create_task(self._say(text, user=user, channel=channel, key=key))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def settle(self) -> None:
        """Wait until everything begun has been said or has failed."""
        await asyncio.gather(*self._saying, return_exceptions=True)

    async def _say(self, text: str, *, user: str, channel: str, key: str) -> None:
        reader = replace(_NOBODY, slack=user)
        try:
            if channel:
                await self._chat.whisper(channel, reader, text)
                return
        except OutcomeUnknownError as error:
            log.info("perhaps_not_told", reason=error.message)
            return
        except IntegrationError as error:
            log.info("not_shown_in_channel", reason=error.message)
        try:
            await self._chat.post(user, Message(text=text), key=key)
        except IntegrationError as error:
            log.warning("person_not_told", reason=error.message, hint=error.hint())


_NOBODY = Person(id="", name="")
