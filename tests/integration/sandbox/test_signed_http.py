"""Signed HTTP delivery: the genuine verifier accepts what the sandbox posts."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import Clock, SignatureVerifier

from integrations.sandbox import default_seed, run_sandbox
from tests.integration.sandbox.clients import Human, StoryClock, until


def verifiers_clock() -> datetime:
    """Tell the time the genuine verifier compares with."""
    return datetime.fromtimestamp(Clock().now(), UTC)


class Receiver:
    """The app's request URL: keeps what came and answers with the next of its answers."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.answers: list[web.Response] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), dict(request.headers)))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    """A listening receiver and its address."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield receiver, f"http://127.0.0.1:{port}/"
    await runner.cleanup()


async def test_commands_events_and_answers_travel_signed(receiver: tuple[Receiver, str], clock: StoryClock) -> None:
    """Command, event and retry pass the verifier; the body of the reply is the app's answer."""
    taken, url = receiver
    plain = default_seed()
    slack = plain.slack.model_copy(update={"request_url": url, "event_retry_seconds": (0.0,), "events": ("message",)})
    taken.answers = [web.json_response({"text": "declared"}), web.Response(status=500)]
    async with (
        run_sandbox(plain.model_copy(update={"slack": slack}), now=clock, wall=verifiers_clock) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        ben = Human(session, sandbox.url, plain.person("ben").slack_token)
        told = await ben.post("/commands", channel="#general", command="/incident", text="declare")
        said = (await ben.get("/ephemerals"))["messages"]
        await ben.post("/messages", channel="#general", text="odd link")
        await until(lambda: len(taken.got) == 3)
        secret = sandbox.slack_signing_secret
    (command, command_headers), (event, _), (again, again_headers) = taken.got
    verifier = SignatureVerifier(secret)
    assert told["result"] == "acknowledged"
    assert said[0]["text"] == "declared"
    assert verifier.is_valid_request(command, command_headers)
    assert not verifier.is_valid_request(command + b"&x=1", command_headers)
    assert parse_qs(command.decode())["command"] == ["/incident"]
    assert json.loads(event)["event_id"] == json.loads(again)["event_id"]
    assert again_headers["X-Slack-Retry-Num"] == "1"
