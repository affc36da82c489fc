"""Slack over Socket Mode: the app connects out, so nothing of ours need be reachable.

Rules kept here: an envelope is acknowledged after it is durable, or not at all (then the person sees a failure and
tries again, and Slack repeats events); the genuine client changes connections by itself when Slack asks it to; a
watchdog opens a new one with a new client when it is down or has been silent for two looks, since a client that could
not reconnect goes on with an address that is used up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from engine.domain.errors import IntegrationError

if TYPE_CHECKING:
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from integrations.slack.api import SlackApi
    from integrations.slack.reception import Reception

WATCH_SECONDS = 15.0
PING_SECONDS = 5.0
"""After four of these without an answer a connection counts as silent."""
CONNECT_SECONDS = 30.0
CLOSE_SECONDS = 3.0
LOOKS = 2
"""How many looks in a row must find it down: the client is given time to come back by itself."""
_log = structlog.get_logger(__name__)
_client_log = logging.getLogger(f"{__name__}.client")
_client_log.setLevel(logging.WARNING)  # at DEBUG the client logs whole payloads, answers of people included


class SlackSocket:
    """One Socket Mode connection that is kept up until it is closed."""

    def __init__(
        self,
        reception: Reception,
        *,
        api: SlackApi,
        app_token: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ping: float = PING_SECONDS,
    ) -> None:
        self._reception = reception
        self._api = api
        self._app_token = app_token
        self._sleep = sleep
        self._ping = ping
        self._client: SocketModeClient | None = None
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect and stay connected; raise `IntegrationError` when Slack refuses the app-level token."""
        self._client = await self._opened()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Disconnect for good."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        await self._leave()
        self._watching = None

    async def connected(self) -> bool:
        """Tell whether envelopes can arrive."""
        return self._client is not None and await self._client.is_connected()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = request.payload
        # When this raises, the client logs it and nothing is acknowledged: what is not durable has not arrived.
        received = await self._reception.receive(payload, envelope=request.envelope_id)
        answer = dict(received.answer) if received.answer else None
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload=answer))
        if received.new:
            await self._reception.follow_up(payload)

    async def _opened(self) -> SocketModeClient:
        answer = await self._api.call("apps.connections.open", token=self._app_token)
        client = SocketModeClient(
            app_token=self._app_token, web_client=self._api.web, logger=_client_log, ping_interval=self._ping
        )
        client.socket_mode_request_listeners.append(self._take)
        client.wss_uri = str(answer["url"])
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
        except BaseException:
            await _closed(client)
            raise
        return client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _closed(client)

    async def _watch(self) -> None:
        down = 0
        while True:
            await self._sleep(WATCH_SECONDS)
            down = 0 if await self.connected() else down + 1
            if down < LOOKS:
                continue
            _log.warning("the connection to Slack is down or silent, connecting anew")
            try:
                await self._leave()
                self._client = await self._opened()
            except (IntegrationError, SlackClientError, aiohttp.ClientError, OSError) as error:
                _log.warning("Slack could not be reached", reason=type(error).__name__)


async def _closed(client: SocketModeClient) -> None:
    """Close a client; one whose other side is mute is left after a moment."""
    client.closed = True
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await client.close()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
            return
    for task in (client.message_processor, client.current_session_monitor, client.message_receiver):
        if task is not None:
            task.cancel()
    await client.aiohttp_client_session.close()
