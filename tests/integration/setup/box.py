"""A local Slack and Jira beside the test, in a thread of its own: what a command asks over HTTP from its own loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.sandbox import Sandbox, Seed, run_sandbox
from integrations.system.clock import SystemClock

PATIENCE = 30.0


@contextmanager
def running(seed: Seed) -> Iterator[Sandbox]:
    """Run a sandbox until the block ends."""
    up, loops = threading.Event(), list[tuple[asyncio.AbstractEventLoop, asyncio.Event, Sandbox]]()

    async def serve() -> None:
        ended = asyncio.Event()
        async with run_sandbox(seed, now=SystemClock().now) as box:
            loops.append((asyncio.get_running_loop(), ended, box))
            up.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert up.wait(PATIENCE)
    ((loop, ended, box),) = loops
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(PATIENCE)
        assert not thread.is_alive()


def settings_of(box: Sandbox) -> dict[str, str]:
    """Return the variables that make Tocsin talk to it."""
    email, token = box.jira_login
    return {
        "TOCSIN_SLACK_BASE_URL": box.slack_base_url,
        "TOCSIN_SLACK_BOT_TOKEN": box.slack_bot_token,
        "TOCSIN_SLACK_APP_TOKEN": box.slack_app_token,
        "TOCSIN_JIRA_URL": box.jira_url,
        "TOCSIN_JIRA_EMAIL": email,
        "TOCSIN_JIRA_TOKEN": token,
        "TOCSIN_JIRA_PROJECT": "SEC",
        "TOCSIN_PREFECT": "off",
    }
