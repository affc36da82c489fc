"""The Chat port against a local Slack that we did not write: npm `emulate`.

Its gaps are tests that must fail, so that an upgrade shows: any token is the default administrator's, it tells no
scopes, it checks no blocks, it counts no calls, and it has no sockets, so it sends neither interactions nor events.
"""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.ports.chat import MessageRef
from engine.ports.lookup import Absent, Found
from engine.ports.people import Person
from engine.ports.shown import Button, Message
from integrations.slack import RefusedError, SlackApi, SlackChat, health
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


async def test_a_message_is_read_back_also_from_a_thread(api: SlackApi) -> None:
    """As plain text with its links, and by whom."""
    chat = SlackChat(api)
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    root = await api.call("chat.postMessage", channel=channel, text="See <https://a.example|the forum> &amp; wait")
    reply = await api.call("chat.postMessage", channel=channel, text="Seen.", thread_ts=root["ts"])
    said = await chat.read(MessageRef(channel, root["ts"]))
    answered = await chat.read(MessageRef(channel, reply["ts"]))
    assert said is not None
    assert answered is not None
    assert (said.text, answered.text) == ("See the forum (https://a.example) & wait", "Seen.")
    assert await chat.read(MessageRef(channel, "1.000000")) is None


async def test_bookmarks_are_shown_once(api: SlackApi) -> None:
    """Added, left as they are, and changed."""
    chat = SlackChat(api)
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    await chat.bookmark(channel, {"Jira epic": "https://jira.example/1"})
    await chat.bookmark(channel, {"Jira epic": "https://jira.example/2"})
    listed = (await api.call("bookmarks.list", channel_id=channel))["bookmarks"]
    assert [(entry["title"], entry["link"]) for entry in listed] == [("Jira epic", "https://jira.example/2")]


@pytest.mark.xfail(strict=True, reason="any token is the default administrator's")
async def test_a_token_that_nobody_gave_out_is_refused(api: SlackApi) -> None:
    """As the local Slack of ours refuses it."""
    with pytest.raises(RefusedError, match="invalid_auth"):
        await health(SlackApi(bot_token="xoxb-unknown", base_url=api.web.base_url))


@pytest.mark.xfail(strict=True, reason="it tells no scopes")
async def test_its_scopes_can_be_compared_with_those_that_are_needed(api: SlackApi) -> None:
    """By the header of any answer."""
    _, headers = await api.call_with_headers("auth.test")
    assert headers["x-oauth-scopes"]


@pytest.mark.xfail(strict=True, reason="it checks neither the number of blocks nor their kinds")
async def test_blocks_that_slack_does_not_take_are_refused(api: SlackApi) -> None:
    """One too many."""
    channel = await SlackChat(api).open_channel("inc-1", incident="INC-1", key="k")
    with pytest.raises(RefusedError, match="invalid_blocks"):
        await api.call("chat.postMessage", channel=channel, text="x", blocks=[{"type": "divider"}] * 51)


@pytest.mark.xfail(strict=True, reason="it counts no calls")
async def test_a_burst_is_turned_away(api: SlackApi) -> None:
    """Slack takes about one message a second in a channel."""
    chat = SlackChat(api)
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    with pytest.raises(TurnAwaitedError):
        await asyncio.gather(*(chat.post(channel, Message(text="x"), key=f"{number}") for number in range(20)))


@pytest.mark.xfail(strict=True, reason="it has no sockets, and with them no interactions and no events")
async def test_a_socket_can_be_opened(api: SlackApi) -> None:
    """With an app-level token."""
    assert (await api.call("apps.connections.open", token="xapp-local"))["url"]
