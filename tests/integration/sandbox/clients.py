"""The genuine clients that talk to a sandbox, a clock to move by hand and people who click."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
from jira import JIRA
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox

START = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)

Answer = Callable[[SocketModeRequest], dict[str, Any] | None]


class StoryClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass
class Human:
    """Somebody at their Slack client."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def get(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.url}/slack/human{path}", headers=self._headers()) as reply:
            return dict(await reply.json())

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        url = f"{self.url}/slack/human{path}"
        async with self.session.post(url, json=body, headers=self._headers()) as reply:
            return dict(await reply.json())

    async def give(self, name: str, data: bytes, *, kind: str = "application/pdf") -> dict[str, Any]:
        """Choose a file in a modal, which uploads it."""
        headers = {**self._headers(), "Content-Type": kind}
        url = f"{self.url}/slack/human/files"
        async with self.session.post(url, params={"name": name}, data=BytesIO(data), headers=headers) as reply:
            return dict(await reply.json())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class SocketApp:
    """An app over the genuine Socket Mode client: records what arrives and answers as told."""

    client: SocketModeClient
    answer: Answer
    requests: list[SocketModeRequest] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.requests.append(request)
        self.arrived.set()
        payload = self.answer(request)
        if payload is not None:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload=payload or None))

    async def next(self) -> SocketModeRequest:
        async with asyncio.timeout(10):
            while not self.requests:
                await self.arrived.wait()
                self.arrived.clear()
        return self.requests.pop(0)


def acknowledge(_: SocketModeRequest) -> dict[str, Any] | None:
    """Acknowledge without a word."""
    return {}


@asynccontextmanager
async def connected_app(sandbox: Sandbox, *, answer: Answer = acknowledge) -> AsyncIterator[SocketApp]:
    """Connect an app over Socket Mode until the block ends."""
    web = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
    client = SocketModeClient(app_token=sandbox.slack_app_token, web_client=web)
    app = SocketApp(client=client, answer=answer)
    client.socket_mode_request_listeners.append(app.take)
    before = sandbox.slack.sockets.connected
    await client.connect()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
    await until(lambda: sandbox.slack.sockets.connected > before)
    try:
        yield app
    finally:
        await client.close()  # type: ignore[no-untyped-call] # as above


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is state, and offers no event
            await asyncio.sleep(0.01)


def genuine_jira(sandbox: Sandbox, *, login: tuple[str, str] | None = None) -> JIRA:
    """Connect the genuine Jira client, without its retries."""
    return JIRA(server=sandbox.jira_url, basic_auth=login or sandbox.jira_login, max_retries=0, timeout=10)
