"""The API of `tocsin serve`: the token, triggers, commands, hooks, and errors that programs can read."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import httpx
import pytest

from engine.bootstrap.serving import open_service
from engine.entrypoints.web.app import LARGEST, create_app
from engine.entrypoints.web.serving import parts_of
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TRIGGER = {"playbook": "lost-device", "inputs": {"summary": "Left on a train", "device": "LT-42"}}
INCIDENTS = "/api/v1/incidents"


@asynccontextmanager
async def api(home: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the service of a data folder, without its engine at work, and a client that holds its token."""
    given = {"TOCSIN_HOME": str(home), "TOCSIN_CONFIG": str(ROOT / "config"), "TOCSIN_PREFECT": "off", **more}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    async with open_service() as service:
        transport = httpx.ASGITransport(create_app(parts_of(service)), raise_app_exceptions=False)
        bearer = {"Authorization": f"Bearer {service.token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://tocsin", headers=bearer) as client:
            yield client


@pytest.fixture
async def client(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose token stands for Ben, who declares and answers but does not command."""
    async with api(home, monkeypatch, TOCSIN_PERSON="ben") as made:
        yield made


async def test_a_trigger_declares_once_per_key(client: httpx.AsyncClient) -> None:
    """The same key gives the same incident, and says that it was there."""
    first = await client.post(INCIDENTS, json={**TRIGGER, "dedup_key": "alarm-7"})
    again = await client.post(INCIDENTS, json={**TRIGGER, "dedup_key": "alarm-7"})
    assert (first.status_code, first.json()) == (201, {"incident": "INC-1", "created": True})
    assert (again.status_code, again.json()) == (200, {"incident": "INC-1", "created": False})
    listed = (await client.get(INCIDENTS)).json()["incidents"]
    assert [(one["incident"], one["state"]) for one in listed] == [("INC-1", "declared")]
    status = (await client.get(f"{INCIDENTS}/INC-1")).json()
    assert (status["declared_by"], status["playbook"]) == ("ben", "lost-device")


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic Zm9v"])
@pytest.mark.parametrize("path", [INCIDENTS, f"{INCIDENTS}/INC-1", "/api/v1/poke", "/nowhere"])
async def test_nothing_answers_without_the_token(client: httpx.AsyncClient, header: str, path: str) -> None:
    """Not even whether a path or an incident exists."""
    answer = await client.get(path, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "api-token" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({"playbook": "lost-devise"}, 400, "lost-devise"),
        ({"playbook": "lost-device"}, 422, "summary"),
        ({**TRIGGER, "inputs": {**TRIGGER["inputs"], "aware_at": "2026-01-01T10:00"}}, 422, "aware_at"),  # type: ignore[dict-item]  # of that type
        ({**TRIGGER, "inputs": {**TRIGGER["inputs"], "colour": "red"}}, 422, "colour"),  # type: ignore[dict-item]  # as above
        ({"inputs": {}}, 422, "playbook"),
        ({**TRIGGER, "as": "ana"}, 422, "as"),
        ([], 422, "body"),
    ],
)
async def test_what_is_wrong_with_a_trigger_is_named(
    client: httpx.AsyncClient, body: object, status: int, named: str
) -> None:
    """An object with the error, what to do next, and the inputs or fields; nothing is declared."""
    answer = await client.post(INCIDENTS, json=body)
    assert answer.status_code == status
    found = answer.json()
    assert found["error"]
    assert named in str(found)
    assert (await client.get(INCIDENTS)).json() == {"incidents": [], "next": None}


async def test_the_list_comes_in_pages(client: httpx.AsyncClient) -> None:
    """Each page names what the next one begins after; the last one names nothing."""
    for _ in range(3):
        await client.post(INCIDENTS, json=TRIGGER)
    first = (await client.get(INCIDENTS, params={"limit": 2})).json()
    assert ([one["incident"] for one in first["incidents"]], first["next"]) == (["INC-3", "INC-2"], "INC-2")
    second = (await client.get(INCIDENTS, params={"limit": 2, "before": first["next"], "open": True})).json()
    assert ([one["incident"] for one in second["incidents"]], second["next"]) == (["INC-1"], None)


@pytest.mark.parametrize(
    ("asked", "status", "named"),
    [("limit=0", 422, "limit"), ("limit=9999", 422, "limit"), ("before=INC-x", 404, "INC-x"), ("page=2", 422, "page")],
)
async def test_a_page_that_cannot_be_is_refused(client: httpx.AsyncClient, asked: str, status: int, named: str) -> None:
    """What is wrong is named."""
    answer = await client.get(f"{INCIDENTS}?{asked}")
    assert answer.status_code == status
    assert named in str(answer.json())


async def test_a_body_that_is_no_json_or_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """Neither is read further than it must be."""
    broken = await client.post(INCIDENTS, content=b'{"playbook"', headers={"Content-Type": "application/json"})
    assert broken.status_code == 422
    large = await client.post(INCIDENTS, content=b"x" * (LARGEST + 1))
    assert large.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    unsaid = await client.post(INCIDENTS, content=endless())
    assert unsaid.status_code == 413


async def test_the_token_may_what_its_person_may(client: httpx.AsyncClient) -> None:
    """Ben notes and adds; assigning roles is the commander's, and he is told who that is."""
    await client.post(INCIDENTS, json=TRIGGER)
    note = {"command": {"kind": "note", "text": "Called the train company."}}
    assert (await client.post(f"{INCIDENTS}/INC-1/commands", json=note)).json() == {"accepted": ["note_added"]}
    assign = {"command": {"kind": "assign", "role": "counsel", "people": ["jo"]}}
    refused = await client.post(f"{INCIDENTS}/INC-1/commands", json=assign)
    assert refused.status_code == 403
    assert refused.json() == {
        "rule": "not_allowed",
        "error": "The commander decides this.",
        "hint": "Ask ana or jo.",
        "fields": {},
    }


async def test_an_unknown_incident_is_not_found(client: httpx.AsyncClient) -> None:
    """Looking and commanding say the same."""
    note = {"command": {"kind": "note", "text": "x"}}
    for answer in (
        await client.get(f"{INCIDENTS}/INC-9"),
        await client.post(f"{INCIDENTS}/INC-9/commands", json=note),
    ):
        assert answer.status_code == 404
        assert "INC-9" in answer.json()["error"]


async def test_a_hook_that_is_not_set_up_is_not_there(client: httpx.AsyncClient) -> None:
    """Whoever sends hears what to set; nothing is stored."""
    for path in ("/slack/events", "/jira/webhook"):
        assert (await client.post(path, content=b"{}")).status_code == 404


@pytest.mark.parametrize("stamp", ["", "soon", "1"])
async def test_a_hook_without_a_good_signature_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, stamp: str
) -> None:
    """Slack's needs a fresh, numeric timestamp and its signature, Jira's its own; neither needs the token."""
    given = {
        "TOCSIN_PERSON": "ben",
        "TOCSIN_SLACK_BOT_TOKEN": "xoxb-1",
        "TOCSIN_SLACK_SIGNING_SECRET": "s",
        "TOCSIN_SLACK_BASE_URL": "http://127.0.0.1:9/api/",
        "TOCSIN_JIRA_URL": "http://127.0.0.1:9",
        "TOCSIN_JIRA_TOKEN": "t",
        "TOCSIN_JIRA_PROJECT": "SEC",
        "TOCSIN_SECRET_JIRA_WEBHOOK": "w",
    }
    async with api(home, monkeypatch, **given) as client:
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00", "X-Hub-Signature": "sha256=00"}
        for path in ("/slack/events", "/jira/webhook"):
            answer = await client.post(path, content=b"payload=%7B%7D", headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"]
        large = await client.post("/slack/events", content=b"x" * (LARGEST + 1), headers=headers)
        assert large.status_code == 413


async def test_a_damaged_timeline_is_told_in_words(client: httpx.AsyncClient, home: Path) -> None:
    """What happened and what to do, and no traceback."""
    await client.post(INCIDENTS, json=TRIGGER)
    with closing(sqlite3.connect(home / "tocsin.db", isolation_level=None)) as database:
        database.execute("UPDATE contents SET body = 'x'")
    answer = await client.get(f"{INCIDENTS}/INC-1")
    assert answer.status_code == 409
    assert "verify" in answer.json()["hint"]
    assert "Traceback" not in answer.text


async def test_the_token_is_made_once_and_for_its_owner_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode 0600, the same after a restart; TOCSIN_API_TOKEN goes before it."""
    for _ in range(2):
        async with api(home, monkeypatch, TOCSIN_PERSON="ben") as client:
            assert (await client.get(INCIDENTS)).status_code == 200
    assert stat.S_IMODE((home / "api-token").stat().st_mode) == 0o600
    async with api(home, monkeypatch, TOCSIN_PERSON="ben", TOCSIN_API_TOKEN="given") as client:
        assert client.headers["Authorization"] == "Bearer given"
        assert (await client.get(INCIDENTS)).status_code == 200
