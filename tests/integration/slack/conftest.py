"""The adapter in front of a local Slack, and the people in it."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from integrations.slack import SlackApi, SlackChat, SlackSocket
from tests.integration.sandbox.clients import Human, StoryClock
from tests.integration.slack.inbox import MemoryInbox
from tests.integration.slack.listening import Desk, connected


@pytest.fixture
def clock() -> StoryClock:
    """The clock of the local Slack."""
    return StoryClock()


@pytest.fixture
def seed() -> Seed:
    """What the local Slack starts with; a test module may give its own."""
    return default_seed()


@pytest.fixture
async def sandbox(seed: Seed, clock: StoryClock) -> AsyncIterator[Sandbox]:
    """A running local Slack."""
    async with run_sandbox(seed, now=clock) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox) -> SlackApi:
    """The Web API, with the app's token."""
    return SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, timeout=5)


@pytest.fixture
def chat(api: SlackApi) -> SlackChat:
    """The adapter."""
    return SlackChat(api)


@pytest.fixture
def inbox() -> MemoryInbox:
    """What came in."""
    return MemoryInbox()


@pytest.fixture
async def person(sandbox: Sandbox) -> AsyncIterator[Callable[[str], Human]]:
    """People by handle."""
    async with aiohttp.ClientSession() as session:
        yield lambda handle: Human(session, sandbox.url, sandbox.world.seed.person(handle).slack_token)


@pytest.fixture
def desk() -> Desk:
    """The engine's side."""
    return Desk()


@pytest.fixture
async def socket(sandbox: Sandbox, api: SlackApi, inbox: MemoryInbox, desk: Desk) -> AsyncIterator[SlackSocket]:
    """A connected adapter."""
    async with connected(sandbox, api=api, inbox=inbox, desk=desk) as running:
        yield running
