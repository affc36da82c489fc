"""The Chat port against a local Slack that we did not write: npm `emulate`.

Its gaps: any token is the default administrator's, it tells no scopes, it sends no interactions and has no sockets.
"""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.domain.errors import IntegrationError
from engine.ports.lookup import Absent, Found
from engine.ports.people import Person
from engine.ports.shown import Button, Message
from integrations.slack import SlackApi, SlackChat, health
from tests.architecture.sources import ROOT

PROGRAM = ROOT / "node_modules" / "emulate" / "dist" / "index.js"
SEED = {
    "slack": {
        "team": {"name": "IR Lab", "domain": "ir-lab"},
        "users": [{"name": "alice", "email": "alice@example.com"}, {"name": "bob", "email": "bob@example.com"}],
        "channels": [{"name": "general", "topic": "hi"}],
        "tokens": [{"token": "xoxb-local", "user": "alice", "scopes": ["chat:write"]}],
    }
}
BOB = Person(id="bob", name="Bob", mail="bob@example.com")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

pytestmark = [
    pytest.mark.counterpart,
    pytest.mark.skipif(not PROGRAM.exists() or not shutil.which("node"), reason="needs node and `npm ci`"),
]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[SlackApi]:
    """The Web API of a running counterpart."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ("start", "--service", "slack", "--port", str(port), "--seed", str(seed))
    program = await asyncio.create_subprocess_exec(
        "node", str(PROGRAM), *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield await answering(SlackApi(bot_token="xoxb-local", base_url=f"http://127.0.0.1:{port}/api/"))
    finally:
        program.kill()
        await program.wait()


async def answering(api: SlackApi) -> SlackApi:
    """Wait until the counterpart answers, for twenty seconds at most."""
    async with asyncio.timeout(20):
        while True:
            try:
                await health(api)
            except IntegrationError:
                await asyncio.sleep(0.05)
            else:
                return api


async def test_the_chat_port_works_against_a_foreign_slack(api: SlackApi) -> None:
    """Everything that the engine asks of a chat."""
    chat = SlackChat(api)
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    other = await chat.open_channel("inc-1", incident="INC-2", key="k")
    ghost = Person(id="ghost", name="Ghost", slack="U0GHOST")
    invited = await chat.invite(channel, [BOB, ghost])
    await chat.set_topic(channel, "hello")
    button = Button(label="Approve", action="approve", token="t-1")
    ref = await chat.post(channel, Message(text="May we?", buttons=(button,)), key="k1")
    await chat.edit(ref, Message(text="Approved"))
    await chat.pin(ref)
    await chat.pin(ref)
    await chat.whisper(channel, BOB, "Somebody was faster.")
    assert other != channel
    assert await chat.open_channel("inc-1", incident="INC-1", key="k") == channel
    assert await chat.find_channel("inc-1", incident="INC-1", key="k") == Found(channel)
    assert await chat.find_post(channel, key="k1", since=LONG_AGO) == Found(ref)
    assert await chat.find_post(channel, key="k2", since=LONG_AGO) == Absent()
    assert (await chat.link(ref)).endswith(f"p{ref.id.replace('.', '')}")
    assert (invited.present, set(invited.failed)) == (("bob",), {"ghost"})
