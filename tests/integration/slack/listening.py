"""A connected adapter, the engine's side behind it, and what people do in front of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.domain.fields import FieldSpec, FieldType
from engine.ports.shown import Button, Form, Message
from integrations.sandbox import Sandbox, Seed, default_seed
from integrations.slack import Reception, SlackApi, SlackChat, SlackSocket
from tests.integration.sandbox.clients import Human, until
from tests.integration.slack.inbox import MemoryInbox
from tests.integration.slack.persons import BEN

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


def without_events() -> Seed:
    """An app that subscribed to no events, as our manifest has it."""
    plain = default_seed()
    return plain.model_copy(update={"slack": plain.slack.model_copy(update={"events": ()})})


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
