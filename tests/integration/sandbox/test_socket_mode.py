"""Socket Mode with the genuine client: what people do reaches the app, once and in time or not at all."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Fault, FaultKind, Sandbox, Seed, default_seed
from integrations.sandbox.control import add_fault
from tests.integration.sandbox.clients import Human, connected_app

People = Callable[[str], Human]


@pytest.fixture
def seed() -> Seed:
    """The default seed with an impatient Slack, so that time-outs are quick."""
    plain = default_seed()
    slack = plain.slack.model_copy(
        update={"ack_seconds": 1.5, "event_retry_seconds": (0.0, 0.05, 0.1), "events": ("message", "channel_archive")}
    )
    return plain.model_copy(update={"slack": slack})


async def channel_with_button(slack: AsyncWebClient) -> tuple[str, str]:
    """Post a button where Ben can press it."""
    channel = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    await slack.conversations_invite(channel=channel, users="U0BEN")
    button = {
        "type": "button",
        "action_id": "approve",
        "text": {"type": "plain_text", "text": "Approve"},
        "value": "v1",
    }
    blocks = [{"type": "actions", "block_id": "row", "elements": [button]}]
    metadata = {"event_type": "ask", "event_payload": {"ask": "7"}}
    reply = await slack.chat_postMessage(channel=channel, text="May we?", blocks=blocks, metadata=metadata)
    return channel, reply["ts"]


async def test_a_click_reaches_the_app_with_message_and_metadata(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """The payload carries who, what and the message's metadata."""
    channel, ts = await channel_with_button(slack)
    async with connected_app(sandbox) as app:
        told = await person("ben").post("/actions", channel=channel, ts=ts, action_id="approve")
        payload = (await app.next()).payload
    assert told["result"] == "acknowledged"
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U0BEN"
    assert payload["actions"][0]["value"] == "v1"
    assert payload["message"]["metadata"]["event_payload"] == {"ask": "7"}


async def test_a_click_without_an_answer_failed_and_is_not_tried_again(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """The person is told, and the app saw the click once."""
    channel, ts = await channel_with_button(slack)
    async with connected_app(sandbox, answer=lambda _: None) as app:
        told = await person("ben").post("/actions", channel=channel, ts=ts, action_id="approve")
        await person("ben").get("/me")
        seen = len(app.requests)
    assert told["result"] == "failed"
    assert "lost" in told["message"]
    assert seen == 1


async def test_a_command_without_any_app_failed(sandbox: Sandbox, person: People) -> None:
    """With no connection the person is told that the app did not respond."""
    told = await person("ben").post("/commands", channel="#general", command="/incident")
    unknown = await person("ben").post("/commands", channel="#general", command="/nothing")
    assert told == {
        "result": "failed",
        "message": "/incident failed because the app did not respond.",
        "errors": {},
        "modals": [],
    }
    assert unknown["result"] == "not_sent"


async def test_an_unacknowledged_event_comes_again_with_the_same_id(sandbox: Sandbox, person: People) -> None:
    """Events are delivered until taken, three more times at most."""
    taken: list[SocketModeRequest] = []

    def third_time(request: SocketModeRequest) -> dict[str, Any] | None:
        taken.append(request)
        return {} if len(taken) == 3 else None

    async with connected_app(sandbox, answer=third_time) as app:
        await person("ben").post("/messages", channel="#general", text="odd link")
        first, second, third = [await app.next() for _ in range(3)]
    assert len({request.payload["event_id"] for request in (first, second, third)}) == 1
    assert [request.retry_attempt for request in (first, second, third)] == [0, 1, 2]
    assert first.payload["event"]["text"] == "odd link"


async def test_each_payload_goes_to_one_connection(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """Two connections share the clicks; none is seen twice."""
    channel, ts = await channel_with_button(slack)
    async with connected_app(sandbox) as one, connected_app(sandbox) as other:
        for _ in range(4):
            await person("ben").post("/actions", channel=channel, ts=ts, action_id="approve")
        assert [len(one.requests), len(other.requests)] == [2, 2]


async def test_a_refreshed_connection_comes_back(sandbox: Sandbox, person: People) -> None:
    """On `disconnect` the genuine client reconnects and clicks arrive again."""
    async with connected_app(sandbox) as app:
        await add_fault(sandbox.world, fault=Fault(kind=FaultKind.SOCKET_DISCONNECT))
        result = ""
        async with asyncio.timeout(30):  # while the client changes connections, a command may fail; people try again
            while result != "acknowledged":
                result = (await person("ben").post("/commands", channel="#general", command="/incident"))["result"]
        assert (await app.next()).payload["command"] == "/incident"


async def test_a_response_url_answers_five_times(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """It may replace the message, speak to the person alone, and is used up after five uses."""
    channel, ts = await channel_with_button(slack)
    ben = person("ben")
    async with connected_app(sandbox) as app:
        await ben.post("/actions", channel=channel, ts=ts, action_id="approve")
        url = (await app.next()).payload["response_url"]
    statuses = []
    for body in ({"replace_original": True, "text": "approved by Ben"}, *({"text": f"only you {n}"} for n in range(5))):
        async with ben.session.post(url, json=body) as reply:
            statuses.append(reply.status)
    seen = (await ben.get(f"/channels/{channel}/messages"))["messages"][0]
    assert statuses == [200] * 5 + [404]
    assert seen["text"] == "approved by Ben"
    assert "blocks" not in seen
    assert [m["text"] for m in (await ben.get("/ephemerals"))["messages"]] == [f"only you {n}" for n in range(4)]
    assert (await person("ana").get("/ephemerals"))["messages"] == []


async def test_an_eleventh_connection_is_turned_away(sandbox: Sandbox) -> None:
    """Ten connections are the most an app has."""
    async with connected_app(sandbox) as app:
        extra = []
        for _ in range(10):
            web = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
            url = (await web.apps_connections_open(app_token=sandbox.slack_app_token))["url"]
            assert app.client.aiohttp_client_session is not None
            extra.append(await app.client.aiohttp_client_session.ws_connect(url))
        first = await extra[-1].receive_json()
        welcome = await extra[0].receive_json()
        for socket in extra:
            await socket.close()
    assert welcome["type"] == "hello"
    assert first["reason"] == "too_many_websockets"
