"""The other way in: signed HTTP from the local Slack, verified, kept and answered."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from engine.domain.fields import FieldSpec, FieldType
from engine.ports.shown import Form
from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from integrations.slack import Reception, SlackApi, interpret, unpack, verify_signature
from tests.integration.sandbox.clients import Human, StoryClock, until
from tests.integration.slack.inbox import MemoryInbox

FORM = Form(title="Declare", token="new", fields={"summary": FieldSpec(name="summary", type=FieldType.TEXT)})


async def ask_for_the_form(_: object) -> Form:
    """Open the form whatever was done."""
    return FORM


async def refuse_the_short(payload: object) -> dict[str, str]:
    """Want more than two characters."""
    act = interpret(payload) if isinstance(payload, dict) else None
    return {"summary": "Say more."} if act and len(str(act.values["summary"])) < 3 else {}


class Receiver:
    """A request URL: the adapter's parts behind an HTTP server."""

    def __init__(self, inbox: MemoryInbox, *, clock: StoryClock) -> None:
        self.inbox = inbox
        self.clock = clock
        self.secret = default_seed().slack.signing_secret
        self.reception: Reception | None = None

    async def take(self, request: web.Request) -> web.Response:
        """Verify, keep, answer."""
        body = await request.read()
        assert self.reception is not None
        if not verify_signature(self.secret, body=body, headers=request.headers, real_now=self.clock()):
            return web.Response(status=401)
        payload = unpack(body)
        if payload is None:
            return web.Response(status=400)
        received = await self.reception.receive(payload, envelope="")
        if received.new:
            await self.reception.follow_up(payload)
        return web.json_response(received.answer or {})


@pytest.fixture
def receiver(inbox: MemoryInbox, clock: StoryClock) -> Receiver:
    """The request URL's insides."""
    return Receiver(inbox, clock=clock)


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    """The request URL."""
    app = web.Application()
    app.router.add_post("/slack", receiver.take)
    async with TestServer(app) as server:
        yield str(server.make_url("/slack"))


@pytest.fixture
async def sandbox(url: str, clock: StoryClock, receiver: Receiver) -> AsyncIterator[Sandbox]:
    """A local Slack that delivers over HTTP."""
    plain = default_seed()
    seed: Seed = plain.model_copy(update={"slack": plain.slack.model_copy(update={"request_url": url, "events": ()})})
    async with run_sandbox(seed, now=clock) as running:
        api = SlackApi(bot_token=running.slack_bot_token, base_url=running.slack_base_url)
        receiver.reception = Reception(receiver.inbox, api=api, opener=ask_for_the_form, checker=refuse_the_short)
        yield running


async def test_a_command_opens_a_form_and_the_form_comes_back(sandbox: Sandbox, inbox: MemoryInbox) -> None:
    """Refused once with an error at its field, then kept."""
    async with aiohttp.ClientSession() as session:
        ben = Human(session, sandbox.url, sandbox.world.seed.person("ben").slack_token)
        told = await ben.post("/commands", channel="#security", command="/incident")
        await until(lambda: bool(sandbox.slack.state.views))
        view_id = next(iter(sandbox.slack.state.views))
        refused = await ben.post(f"/modals/{view_id}/submit", values={"summary": "x"})
        accepted = await ben.post(f"/modals/{view_id}/submit", values={"summary": "A link"})
    assert (told["result"], refused["result"], accepted["result"]) == ("acknowledged", "errors", "acknowledged")
    assert refused["errors"] == {"summary": "Say more."}
    assert [row.source_id.split("/")[0] for row in inbox.rows] == ["command", "form"]


async def test_a_forged_delivery_is_refused_and_not_kept(sandbox: Sandbox, url: str, inbox: MemoryInbox) -> None:
    """Without the secret nothing gets in, whatever its headers look like."""
    headers = {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"}
    async with aiohttp.ClientSession() as session:
        reply = await session.post(url, data=b"command=%2Fincident", headers=headers)
    assert reply.status == 401
    assert inbox.rows == []
