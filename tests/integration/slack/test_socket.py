"""What people do in Slack reaches the inbox once, before Slack is told, and forms go there and back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.domain.errors import IntegrationError
from engine.domain.fields import FieldSpec, FieldType
from engine.ports.acts import ActKind
from engine.ports.shown import Button, Form, Message
from integrations.sandbox import Fault, FaultKind, Sandbox, Seed, default_seed
from integrations.sandbox.control import add_fault
from integrations.slack import Reception, SlackApi, SlackChat, SlackSocket, interpret
from tests.integration.sandbox.clients import Human, until
from tests.integration.slack.conftest import BEN
from tests.integration.slack.inbox import MemoryInbox
from tests.integration.slack.relay import relaying

People = Callable[[str], Human]

FORM = Form(
    title="What is shown, and who decides?",
    token="ask-7",
    fields={
        "minor": FieldSpec(name="minor", type=FieldType.CHOICE, options=("no", "yes", "unknown")),
        "seen": FieldSpec(name="seen", type=FieldType.DATETIME),
        "urls": FieldSpec(name="urls", type=FieldType.URL, list=True, optional=True),
        "copies": FieldSpec(name="copies", type=FieldType.NUMBER, optional=True),
        "closed": FieldSpec(name="closed", type=FieldType.BOOLEAN, optional=True),
        "owner": FieldSpec(name="owner", type=FieldType.PERSON, optional=True),
        "where": FieldSpec(name="where", type=FieldType.CHOICE, list=True, optional=True, options=("chat", "mail")),
        "reason": FieldSpec(name="reason", type=FieldType.TEXT, optional=True),
    },
    intro="Without watching it.",
    values={"minor": "unknown"},
)


@dataclass
class Desk:
    """The engine's side: opens one form for everything, and checks what comes back."""

    form: Form | None = FORM
    errors: Mapping[str, str] = field(default_factory=dict)
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def open(self, payload: Mapping[str, Any]) -> Form | None:
        self.asked.append(payload)
        return self.form

    async def check(self, payload: Mapping[str, Any]) -> Mapping[str, str]:
        self.asked.append(payload)
        return self.errors


@pytest.fixture
def seed() -> Seed:
    """An app that subscribed to no events, as our manifest has it."""
    plain = default_seed()
    return plain.model_copy(update={"slack": plain.slack.model_copy(update={"events": ()})})


@pytest.fixture
def desk() -> Desk:
    """The engine's side."""
    return Desk()


@pytest.fixture
async def socket(sandbox: Sandbox, api: SlackApi, inbox: MemoryInbox, desk: Desk) -> AsyncIterator[SlackSocket]:
    """A connected adapter."""
    async with connected(sandbox, api=api, inbox=inbox, desk=desk) as running:
        yield running


@asynccontextmanager
async def connected(
    sandbox: Sandbox,
    *,
    api: SlackApi,
    inbox: MemoryInbox,
    desk: Desk,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[SlackSocket]:
    """Connect an adapter until the block ends."""
    reception = Reception(inbox, api=api, opener=desk.open, checker=desk.check)
    running = SlackSocket(reception, api=api, app_token=sandbox.slack_app_token, sleep=sleep)
    await running.connect()
    try:
        await until(lambda: sandbox.slack.sockets.connected == 1)
        yield running
    finally:
        await running.close()


async def asked(chat: SlackChat) -> dict[str, str]:
    """Post two buttons where Ben can press them; return what a click needs."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    await chat.invite(channel, [BEN])
    buttons = (Button(label="Yes", action="approve", token="t-1"), Button(label="No", action="decline", token="t-2"))
    ref = await chat.post(channel, Message(text="May we?", buttons=buttons), key="k")
    return {"channel": ref.channel, "ts": ref.id}


async def commanded(human: Human) -> None:
    """Type the command until it works, as people do while the client changes connections."""
    async with asyncio.timeout(30):
        while True:
            told = await human.post("/commands", channel="#security", command="/incident", text="status")
            if told["result"] == "acknowledged":
                return
            await asyncio.sleep(0.05)


async def opened(sandbox: Sandbox, ben: Human) -> str:
    """Type the command and return the id of the form that opens."""
    told = await ben.post("/commands", channel="#security", command="/incident", text="")
    assert told["result"] == "acknowledged"
    await until(lambda: bool(sandbox.slack.state.views))
    return next(iter(sandbox.slack.state.views))


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


async def test_a_form_goes_there_and_back(
    socket: SlackSocket, sandbox: Sandbox, inbox: MemoryInbox, person: People
) -> None:
    """Each field comes back as it was chosen or typed, what was left alone as it was shown."""
    ben = person("ben")
    view_id = await opened(sandbox, ben)
    values = {
        "seen": "2026-11-24 03:10",
        "urls": "https://a.example/1\nhttps://a.example/2",
        "copies": "2.5",
        "closed": "yes",
        "owner": "U0ANA",
        "where": ["chat", "mail"],
    }
    told = await ben.post(f"/modals/{view_id}/submit", values=values)
    act = interpret(inbox.rows[-1].payload)
    assert told["result"] == "acknowledged"
    assert told["modals"] == []
    assert act is not None
    assert (act.kind, act.action, act.token, act.user) == (ActKind.FORM, "submit", "ask-7", "U0BEN")
    assert act.values == {**values, "minor": "unknown", "reason": None}
    assert act.people == {"owner"}


async def test_errors_are_shown_under_their_fields_and_nothing_is_kept(
    socket: SlackSocket, sandbox: Sandbox, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """The form stays open; corrected, it is accepted."""
    ben = person("ben")
    view_id = await opened(sandbox, ben)
    desk.errors = {"seen": "Write a date and time.", "": "Somebody answered already."}
    refused = await ben.post(f"/modals/{view_id}/submit", values={"seen": "soon"})
    after_refusal = [row.source_id.split("/")[0] for row in inbox.rows]
    desk.errors = {}
    accepted = await ben.post(f"/modals/{view_id}/submit", values={"seen": "now"})
    assert refused["result"] == "errors"
    assert refused["errors"] == {"seen": "Write a date and time.", "minor": "Somebody answered already."}
    assert after_refusal == ["command"]
    assert accepted["result"] == "acknowledged"
    assert [row.source_id.split("/")[0] for row in inbox.rows] == ["command", "form"]


async def test_a_form_that_does_not_open_loses_nothing(
    socket: SlackSocket, sandbox: Sandbox, chat: SlackChat, inbox: MemoryInbox, person: People
) -> None:
    """The click is kept and acknowledged all the same."""
    place = await asked(chat)
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="views.open"))
    told = await person("ben").post("/actions", action_id="approve", **place)
    await until(lambda: len(sandbox.log.calls("views.open")) == 1)
    told_of: list[str] = []
    async with asyncio.timeout(10):
        while not told_of:
            told_of = [message["text"] for message in (await person("ben").get("/ephemerals"))["messages"]]
    assert told_of == ["Slack did not say whether the form opened. Where you see none, do the same again."]
    again = await person("ben").post("/actions", action_id="approve", **place)
    await until(lambda: bool(sandbox.slack.state.views))
    assert (told["result"], again["result"], len(inbox.rows)) == ("acknowledged", "acknowledged", 2)


async def test_whoever_asked_for_a_form_that_slack_cannot_show_is_told(
    socket: SlackSocket, chat: SlackChat, inbox: MemoryInbox, desk: Desk, person: People
) -> None:
    """With what to do instead."""
    fields = {f"f{n}": FieldSpec(name=f"f{n}", type=FieldType.TEXT) for n in range(91)}
    desk.form = Form(title="x", token="t", fields=fields)
    place = await asked(chat)
    await person("ben").post("/actions", action_id="approve", **place)
    told: list[str] = []
    async with asyncio.timeout(10):
        while not told:
            told = [message["text"] for message in (await person("ben").get("/ephemerals"))["messages"]]
    assert "The form did not open." in told[0]
    assert "tocsin answer" in told[0]
    assert len(inbox.rows) == 1


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
