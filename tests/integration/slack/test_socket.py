"""What people do in Slack reaches the inbox once, before Slack is told, over connections that come and go."""

import asyncio
from collections.abc import Callable

import pytest

from engine.domain.errors import IntegrationError
from engine.ports.acts import ActKind
from integrations.sandbox import Fault, FaultKind, Sandbox, Seed
from integrations.sandbox.control import add_fault
from integrations.slack import Reception, SlackApi, SlackChat, SlackSocket, interpret
from tests.integration.sandbox.clients import Human, until
from tests.integration.slack.inbox import MemoryInbox
from tests.integration.slack.listening import Desk, asked, commanded, connected, without_events
from tests.integration.slack.relay import relaying

People = Callable[[str], Human]


@pytest.fixture
def seed() -> Seed:
    """An app as our manifest makes it."""
    return without_events()


async def test_a_click_is_kept_and_understood(
    socket: SlackSocket, chat: SlackChat, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """Who, what and where; nothing that opens anything in Slack is stored."""
    desk.form = None
    place = await asked(chat)
    told = await person("ben").post("/actions", action_id="decline", **place)
    (row,) = inbox.rows
    act = interpret(row.payload)
    assert told["result"] == "acknowledged"
    assert row.source == "slack"
    assert act is not None
    assert (act.user, act.kind, act.action, act.token) == ("U0BEN", ActKind.BUTTON, "decline", "t-2")
    assert {"channel": act.channel, "ts": act.message} == place
    assert not {"token", "response_url"} & row.payload.keys()


async def test_nothing_is_acknowledged_that_was_not_kept(
    socket: SlackSocket, sandbox: Sandbox, chat: SlackChat, inbox: MemoryInbox, person: People
) -> None:
    """With a full disk the person sees a failure, no form opens, and the next click works."""
    place = await asked(chat)
    inbox.broken = True
    lost = await person("ben").post("/actions", action_id="approve", **place)
    unopened = dict(sandbox.slack.state.views)
    inbox.broken = False
    kept = await person("ben").post("/actions", action_id="approve", **place)
    assert (lost["result"], kept["result"]) == ("failed", "acknowledged")
    assert unopened == {}
    assert len(inbox.rows) == 1


async def test_a_delivery_that_comes_twice_is_one_row_and_one_form(
    socket: SlackSocket, sandbox: Sandbox, chat: SlackChat, inbox: MemoryInbox, person: People
) -> None:
    """Both are acknowledged; two real clicks are two rows."""
    place = await asked(chat)
    sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="interactive"))
    await person("ben").post("/actions", action_id="approve", **place)
    await until(lambda: len(sandbox.log.calls("views.open")) == 1)
    after_one = len(inbox.rows)
    await person("ben").post("/actions", action_id="approve", **place)
    await until(lambda: len(sandbox.log.calls("views.open", committed=True)) == 2)
    assert (after_one, len(inbox.rows)) == (1, 2)


async def test_a_refreshed_connection_comes_back(
    socket: SlackSocket, sandbox: Sandbox, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """Slack asks for a new connection every few hours."""
    desk.form = None
    await add_fault(sandbox.world, fault=Fault(kind=FaultKind.SOCKET_DISCONNECT))
    await commanded(person("ben"))
    assert len(inbox.rows) == 1


async def test_the_watchdog_connects_anew_when_the_client_does_not(
    sandbox: Sandbox, api: SlackApi, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """The client's own reconnecting is switched off here, as if it were stuck."""
    desk.form = None
    async with connected(sandbox, api=api, inbox=inbox, desk=desk, sleep=lambda _: asyncio.sleep(0.01)) as socket:
        client = socket._client
        assert client is not None
        client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
        before = len(sandbox.log.calls("apps.connections.open"))
        await client.disconnect()  # type: ignore[no-untyped-call] # the SDK leaves it unannotated
        await until(lambda: len(sandbox.log.calls("apps.connections.open")) > before)
        await commanded(person("ben"))
    assert len(inbox.rows) == 1


async def test_two_connections_bring_each_act_once(
    sandbox: Sandbox, chat: SlackChat, inbox: MemoryInbox, api: SlackApi, desk: Desk, person: People
) -> None:
    """Slack takes them in turn; while one of them is renewed, the other one is there."""
    desk.form = None
    reception = Reception(inbox, api=api, opener=desk.open, checker=desk.check)
    sockets = [SlackSocket(reception, api=api, app_token=sandbox.slack_app_token) for _ in range(2)]
    for socket in sockets:
        await socket.connect()
    await until(lambda: sandbox.slack.sockets.connected == 2)
    place = await asked(chat)
    sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="interactive", count=None))
    told = [await person("ben").post("/actions", action_id="approve", **place) for _ in range(4)]
    assert [one["result"] for one in told] == ["acknowledged"] * 4
    assert len(inbox.rows) == 4
    await sockets[0].close()
    await until(lambda: sandbox.slack.sockets.connected == 1)
    assert (await person("ben").post("/actions", action_id="approve", **place))["result"] == "acknowledged"
    assert len(inbox.rows) == 5
    await sockets[1].close()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_slack_is_about_to_close_is_changed(
    socket: SlackSocket, sandbox: Sandbox, inbox: MemoryInbox, desk: Desk, person: People, reason: str
) -> None:
    """For whichever of its reasons."""
    desk.form = None
    assert await sandbox.slack.sockets.refresh(reason=reason) == 1
    await commanded(person("ben"))
    assert len(inbox.rows) == 1


async def test_a_connection_that_has_gone_silent_is_replaced(
    sandbox: Sandbox, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """Nothing closes it and nothing comes: no answer to a ping, so a new one is opened with a new client."""
    desk.form = None
    async with relaying(sandbox) as relay:
        api = SlackApi(bot_token=sandbox.slack_bot_token, base_url=f"{relay.url}/slack/api/", timeout=5)
        reception = Reception(inbox, api=api, opener=desk.open, checker=desk.check)
        socket = SlackSocket(
            reception, api=api, app_token=sandbox.slack_app_token, sleep=lambda _: asyncio.sleep(0.05), ping=0.2
        )
        await socket.connect()
        await until(lambda: sandbox.slack.sockets.connected == 1)
        before = len(sandbox.log.calls("apps.connections.open"))
        relay.mute()
        await until(lambda: len(sandbox.log.calls("apps.connections.open")) > before)
        await until(lambda: relay.open_connections > 0)
        await commanded(person("ben"))
        await socket.close()
    assert len(inbox.rows) == 1


async def test_an_app_token_that_is_refused_says_what_to_do(api: SlackApi, inbox: MemoryInbox, desk: Desk) -> None:
    """Connecting does not go on trying with a token that cannot work."""
    reception = Reception(inbox, api=api, opener=desk.open, checker=desk.check)
    socket = SlackSocket(reception, api=api, app_token="xapp-wrong")
    with pytest.raises(IntegrationError, match="invalid_auth") as refused:
        await socket.connect()
    assert "TOCSIN_SLACK_APP_TOKEN" in refused.value.hint()
    assert not await socket.connected()
    await socket.close()
