"""Slack over Socket Mode: the app connects out, so nothing of ours need be reachable.

Rules kept here: an envelope is acknowledged after it is durable, or not at all (then the person sees a failure and
tries again, and Slack repeats events); the genuine client reconnects by itself, and a watchdog connects anew when it
has not managed to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

if TYPE_CHECKING:
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from integrations.slack.api import SlackApi
    from integrations.slack.reception import Reception

WATCH_SECONDS = 15.0
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
    ) -> None:
        self._reception = reception
        self._api = api
        self._app_token = app_token
        self._sleep = sleep
        self._client: SocketModeClient | None = None
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect and stay connected; raise `IntegrationError` when Slack refuses the app-level token."""
        answer = await self._api.call("apps.connections.open", token=self._app_token)
        client = SocketModeClient(app_token=self._app_token, web_client=self._api.web, logger=_client_log)
        client.socket_mode_request_listeners.append(self._take)
        client.wss_uri = str(answer["url"])
        self._client = client
        await client.connect()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
        self._watching = asyncio.create_task(self._watch(client))

    async def close(self) -> None:
        """Disconnect for good."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        if self._client is not None:
            await self._client.close()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
        self._client = self._watching = None

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

    async def _watch(self, client: SocketModeClient) -> None:
        while True:
            await self._sleep(WATCH_SECONDS)
            if await client.is_connected():
                continue
            _log.warning("the connection to Slack is down, connecting anew")
            try:
                await client.connect_to_new_endpoint(force=True)
            except (SlackClientError, OSError, TimeoutError) as error:
                _log.warning("Slack could not be reached", reason=type(error).__name__)
