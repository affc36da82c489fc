"""A running sandbox and those who use it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import aiohttp
import pytest
from jira import JIRA
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from tests.integration.sandbox.clients import Human, StoryClock, genuine_jira

T = TypeVar("T")


@pytest.fixture
def clock() -> StoryClock:
    """The clock of the sandbox."""
    return StoryClock()


@pytest.fixture
def seed() -> Seed:
    """What the sandbox starts with; a test module may give its own."""
    return default_seed()


@pytest.fixture
async def sandbox(seed: Seed, clock: StoryClock) -> AsyncIterator[Sandbox]:
    """A running sandbox."""
    async with run_sandbox(seed, now=clock) as running:
        yield running


@pytest.fixture
async def slack(sandbox: Sandbox) -> AsyncWebClient:
    """The genuine asynchronous client, without its retries."""
    return AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, retry_handlers=[])


@pytest.fixture
async def person(sandbox: Sandbox) -> AsyncIterator[Callable[[str], Human]]:
    """People by handle."""
    async with aiohttp.ClientSession() as session:
        yield lambda handle: Human(session, sandbox.url, sandbox.world.seed.person(handle).slack_token)


@pytest.fixture
def with_jira(sandbox: Sandbox) -> Callable[[Callable[[JIRA], T]], Awaitable[T]]:
    """Run a function on the genuine, synchronous Jira client beside the event loop."""

    async def run(work: Callable[[JIRA], T]) -> T:
        return await asyncio.to_thread(lambda: work(genuine_jira(sandbox)))

    return run
