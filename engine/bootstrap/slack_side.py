"""Slack, both ways in: Socket Mode and signed HTTP, through one reception into the inbox.

Rule kept here: a Slack that cannot be reached is tried again, later and later up to a minute; nothing waits for it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from engine.domain.errors import IntegrationError
from engine.runtime.inward.asides import Asides
from engine.runtime.inward.chat import ChatActs
from engine.runtime.inward.conversation import Conversation
from engine.runtime.inward.filing import Filing
from engine.runtime.inward.identities import Identities
from engine.runtime.inward.marking import Marks
from engine.runtime.inward.places import Places
from engine.runtime.inward.receiving import ChatForms
from integrations.slack import Reception, SlackFiles, SlackSocket, challenge, interpret, unpack, verify_signature

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from engine.bootstrap.office import Office
    from engine.bootstrap.sides import Sides
    from engine.runtime.inward.library import Library
    from engine.runtime.inward.worker import TakesRows
    from engine.settings.values import Settings
    from integrations.slack import SlackApi

LONGEST_PAUSE = 60.0
LAST_WORDS = 3.0
"""Seconds that an engine which ends gives to what it is telling people."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class SlackSide:
    """What comes in from Slack."""

    office: Office
    reception: Reception
    sockets: tuple[SlackSocket, ...]
    handlers: Mapping[str, TakesRows]
    asides: Asides
    _poke: Callable[[], None] = field(default=lambda: None)

    @classmethod
    def of(cls, office: Office, sides: Sides, library: Library) -> SlackSide:
        """Put Slack's way in together."""
        if sides.slack is None or sides.chat is None:
            raise ValueError("Slack is not set up")
        api = sides.slack
        conversation = Conversation(
            desk=office.desk,
            places=Places(office.ledger),
            identities=Identities(office.people, mail_of=sides.chat.mail_of),
            library=library,
        )
        reader = partial(interpret, reactions=frozenset(office.settings.slack_note_reactions))
        forms = ChatForms(conversation=conversation, interpret=reader)
        reception = Reception(office.ledger, api=api, opener=forms.open, checker=forms.check, reader=reader)
        asides = Asides(sides.chat)
        marks = Marks(conversation=conversation, chat=sides.chat, asides=asides)
        filing = Filing(source=SlackFiles(api), vault=office.vault)
        acts = ChatActs(conversation=conversation, interpret=reader, asides=asides, filing=filing, marks=marks)
        sockets = _sockets(office.settings, reception, api)
        return cls(office=office, reception=reception, sockets=sockets, handlers={"slack": acts}, asides=asides)

    def watch(self, poke: Callable[[], None]) -> None:
        """Have somebody told when something came in."""
        self._poke = poke
        self.reception.watch(poke)

    async def run(self) -> None:
        """Keep the connections, where Socket Mode is used; at the end, what is being said to people is said."""
        try:
            async with asyncio.TaskGroup() as keeping:
                for socket in self.sockets:
                    keeping.create_task(_keep_connected(socket))
            await asyncio.Event().wait()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self.asides.settle()

    async def hook(
        self, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, object] | None, Callable[[], Awaitable[None]] | None]:
        """Take a signed request: an HTTP status, what to answer, and what to do after the answer."""
        secret = self.office.settings.slack_signing_secret
        now = self.office.clock.real_now()
        if secret is None or not verify_signature(secret.get_secret_value(), body=body, headers=headers, real_now=now):
            return 401, {"error": "This is not signed by Slack.", "hint": "Check TOCSIN_SLACK_SIGNING_SECRET."}, None
        payload: dict[str, Any] | None = unpack(body)
        if payload is None:
            return 400, {"error": "This is nothing that Slack sends.", "hint": ""}, None
        asked = challenge(payload)
        if asked is not None:
            return 200, {"challenge": asked}, None
        received = await self.reception.receive(payload, envelope="")
        self._poke()
        return 200, received.answer, (lambda: self.reception.follow_up(payload)) if received.new else None


def _sockets(settings: Settings, reception: Reception, api: SlackApi) -> tuple[SlackSocket, ...]:
    if settings.slack_app_token is None:
        return ()
    token = settings.slack_app_token.get_secret_value()
    return tuple(SlackSocket(reception, api=api, app_token=token) for _ in range(settings.slack_connections))


async def _keep_connected(socket: SlackSocket) -> None:
    pause = 1.0
    try:
        while True:
            try:
                await socket.connect()
            except (IntegrationError, OSError) as error:
                log.warning("slack_not_connected", why=str(error))
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                await asyncio.Event().wait()  # it keeps itself up until it is closed
    finally:
        await socket.close()
