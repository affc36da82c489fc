"""The signed way in from Slack as a stranger, a broken sender and Slack itself knock at it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from engine.entrypoints.web.app import LARGEST
from integrations.sandbox import default_seed, run_sandbox
from integrations.sandbox.values import hex_hmac
from integrations.system.clock import SystemClock
from tests.architecture.sources import ROOT
from tests.integration.sandbox.clients import until
from tests.integration.web.test_api import api

SECRET = "s"
PIN = {"type": "pin_added", "user": "U0BEN", "item": {"type": "message", "channel": "C1", "message": {"ts": "1.2"}}}
EVENT = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": PIN}).encode()
COMMAND = urlencode({"command": "/incident", "text": "status", "user_id": "U0BEN", "trigger_id": "T1"}).encode()


@pytest.fixture
async def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an engine that Slack sends its requests to."""
    given = {
        "TOCSIN_PERSON": "ben",
        "TOCSIN_SLACK_BOT_TOKEN": "xoxb-1",
        "TOCSIN_SLACK_SIGNING_SECRET": SECRET,
        "TOCSIN_SLACK_BASE_URL": "http://127.0.0.1:9/api/",
    }
    async with api(home, monkeypatch, **given) as made:
        yield made


def signed(body: bytes, *, stamp: str | None = None, secret: str = SECRET) -> dict[str, str]:
    """Sign as Slack does, now unless told otherwise."""
    at = str(int(SystemClock().real_now().timestamp())) if stamp is None else stamp
    digest = hex_hmac(secret, message=b"v0:" + at.encode() + b":" + body)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


def stored(home: Path) -> list[str]:
    """Return the ids of what is in the inbox."""
    with closing(sqlite3.connect(home / "tocsin.db")) as database:
        return [row[0] for row in database.execute("SELECT source_id FROM inbox ORDER BY id")]


DAY = 86_400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (signed(COMMAND, secret="other"), 401),
        (signed(COMMAND + b"x"), 401),
        (signed(COMMAND, stamp=str(int(SystemClock().real_now().timestamp()) - DAY)), 401),
        (signed(COMMAND, stamp=str(int(SystemClock().real_now().timestamp()) + DAY)), 401),
        (signed(COMMAND, stamp="soon"), 401),
        (signed(COMMAND, stamp="1e9"), 401),
        (signed(COMMAND, stamp="9" * 400), 401),
        (signed(COMMAND, stamp="-1"), 401),
    ],
    ids=["none", "other-secret", "other-body", "stale", "early", "word", "float", "long", "negative"],
)
async def test_what_slack_did_not_sign_just_now_is_refused(
    client: httpx.AsyncClient, home: Path, headers: dict[str, str], status: int
) -> None:
    """With 401 and a hint; nothing is stored, and no traceback goes out."""
    answer = await client.post("/slack/events", content=COMMAND, headers=headers)
    assert answer.status_code == status
    assert "TOCSIN_SLACK_SIGNING_SECRET" in answer.json()["hint"]
    assert stored(home) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b"payload=",
        b"payload=%5B%5D",
        b"a=b",
        b"{}",
        b'{"type": "event_callback", "event": "x", "event_id": "Ev1"}',
        b'{"type": "view_submission", "view": "x", "user": {}}',
        b'{"type": "block_actions", "user": {}, "actions": {}}',
        b'{"type": "x", "n": Infinity}',
        b'{"a": ' + b"[" * 50_000,
    ],
)
async def test_a_signed_body_that_makes_no_sense_is_refused(client: httpx.AsyncClient, home: Path, body: bytes) -> None:
    """With 400; nothing is stored."""
    answer = await client.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert stored(home) == []


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: httpx.AsyncClient, home: Path) -> None:
    """With 413, signed or not."""
    body = b"x" * (LARGEST + 1)
    for headers in ({}, signed(body)):
        assert (await client.post("/slack/events", content=body, headers=headers)).status_code == 413
    assert stored(home) == []


async def test_an_event_that_slack_sends_again_is_stored_once(client: httpx.AsyncClient, home: Path) -> None:
    """Each time it is acknowledged, so that Slack stops; what nobody reads is acknowledged too, and not stored."""
    for retry in ({}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}, {"X-Slack-Retry-Num": "2"}):
        answer = await client.post("/slack/events", content=EVENT, headers={**signed(EVENT), **retry})
        assert answer.status_code == 200
    other = EVENT.replace(b"pin_added", b"member_joined_channel").replace(b"Ev1", b"Ev2")
    assert (await client.post("/slack/events", content=other, headers=signed(other))).status_code == 200
    assert stored(home) == ["event/Ev1"]


async def test_slack_verifies_the_address(client: httpx.AsyncClient, home: Path) -> None:
    """By a challenge that comes back."""
    body = b'{"type": "url_verification", "challenge": "abc"}'
    answer = await client.post("/slack/events", content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})
    assert stored(home) == []


async def test_a_command_is_stored_before_it_is_acknowledged(client: httpx.AsyncClient, home: Path) -> None:
    """Delivered twice, it is one row."""
    for _ in range(2):
        assert (await client.post("/slack/events", content=COMMAND, headers=signed(COMMAND))).status_code == 200
    assert stored(home) == ["command/T1"]


async def test_the_form_of_a_command_opens_after_the_acknowledgement(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack is answered first; then the form stands open before whoever typed the command."""
    async with run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        given = {
            "TOCSIN_PERSON": "ben",
            "TOCSIN_PLAYBOOKS": str(ROOT / "playbooks"),
            "TOCSIN_SLACK_BOT_TOKEN": sandbox.slack_bot_token,
            "TOCSIN_SLACK_SIGNING_SECRET": SECRET,
            "TOCSIN_SLACK_BASE_URL": sandbox.slack_base_url,
        }
        async with api(home, monkeypatch, **given) as client:
            body = urlencode(
                {"command": "/incident", "user_id": "U0BEN", "trigger_id": sandbox.slack.new_trigger("U0BEN")}
            ).encode()
            assert (await client.post("/slack/events", content=body, headers=signed(body))).status_code == 200
            await until(lambda: bool(sandbox.slack.state.views))
    (view,) = sandbox.slack.state.views.values()
    assert (view.user, view.content["title"]["text"]) == ("U0BEN", "Declare an incident")
