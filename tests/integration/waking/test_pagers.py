"""The pagers by themselves: what they send, what the far side refuses, and what is known afterwards."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.paging import Page, Pager
from engine.ports.people import Person
from integrations.paging import Opsgenie, PagerDuty, Webhook
from integrations.paging.asking import Line
from integrations.paging.webhook import signature
from integrations.sandbox import Fault, FaultKind, Sandbox, default_seed, run_sandbox
from integrations.sandbox.pagers import WEBHOOK_SECRET
from integrations.system.clock import SystemClock
from integrations.system.secrets import EnvironmentSecrets
from integrations.web.client import WebClient
from integrations.web.guard import AllowList
from tests.integration.waking.rig import SECRETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KINDS = ("pagerduty", "opsgenie", "webhook")
SECRET = {"pagerduty": "DUTY", "opsgenie": "PHONES", "webhook": "BRIDGE"}
PAGE = Page(
    key="a" * 32,
    incident="INC-7",
    summary="INC-7: a task waits for Ana Ruiz",
    person=Person(id="ana", name="Ana Ruiz", mail="ana.ruiz@example.com"),
    level=1,
    due=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    link="https://chat.example/1",
    urgent=True,
    exercise=False,
)


@dataclass
class Desk:
    """A sandbox and a way to each of its pagers."""

    sandbox: Sandbox

    def pager(self, kind: str, *, secret: str = "", patience: float = 5.0) -> Pager:
        """Return a pager with its own secret, or the one of that name."""
        http = WebClient(AllowList.parse([self.sandbox.url.removeprefix("http://")]))
        name = secret or SECRET[kind]
        line = Line(name=kind, http=http, secrets=EnvironmentSecrets(SECRETS), secret=name, patience=patience)
        url = f"{self.sandbox.pagers_url}/{kind}"
        match kind:
            case "pagerduty":
                return PagerDuty(line, url)
            case "opsgenie":
                return Opsgenie(line, url)
            case _:
                return Webhook(line, url, SystemClock())

    def states(self) -> list[tuple[str, int]]:
        """Return what has become of each alert, and how often it was sent."""
        return [(alert.state, alert.sent) for alert in self.sandbox.world.pagers.alerts]


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """Open the desk."""
    async with run_sandbox(default_seed(), now=SystemClock().now) as sandbox:
        yield Desk(sandbox)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_page_is_sent_acknowledged_and_ended_and_each_again_changes_nothing(kind: str) -> None:
    """The key tells that it is the same."""
    async with desk() as made:
        pager = made.pager(kind)
        await pager.end(PAGE)
        await pager.acknowledge(PAGE, by="Jo Bell")
        assert made.states() == []
        other = replace(PAGE, key="b" * 32)
        for _ in range(2):
            await pager.send(other)
        assert [state for state, _ in made.states()] == ["open"]
        for _ in range(2):
            await pager.acknowledge(other, by="Jo Bell")
        assert [state for state, _ in made.states()] == ["acknowledged"]
        for _ in range(2):
            await pager.end(other)
        assert [state for state, _ in made.states()] == ["ended"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_long_summary_and_a_person_without_mail_are_taken(kind: str) -> None:
    """What does not fit is cut before the far side refuses it."""
    bare = replace(PAGE, summary="x" * 3000, person=Person(id="jo", name="Jo"), due=None, link="", urgent=False)
    async with desk() as made:
        await made.pager(kind).send(bare)
        assert made.states() == [("open", 1)]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_answer_in_time_means_that_nobody_knows(kind: str) -> None:
    """So does a fault of the far side; too many requests means surely not."""
    async with desk() as made:
        made.sandbox.faults.add(Fault(kind=FaultKind.HANG, match="/pagers/*"))
        with pytest.raises(OutcomeUnknownError, match="it may or may not have been done"):
            await made.pager(kind, patience=0.2).send(PAGE)
        made.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="/pagers/*", status=503))
        with pytest.raises(OutcomeUnknownError, match=f"Pager {kind} answered 503"):
            await made.pager(kind).send(PAGE)
        made.sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="/pagers/*", seconds=7))
        with pytest.raises(IntegrationError, match="too many requests") as raised:
            await made.pager(kind).send(PAGE)
        assert (raised.value.retryable, raised.value.retry_after) == (True, 7.0)
        assert made.states() == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_or_missing_secret_is_named_and_never_shown(kind: str) -> None:
    """Nothing was done, and the hint names the variable."""
    wrong = "PHONES" if kind != "opsgenie" else "DUTY"
    async with desk() as made:
        with pytest.raises(IntegrationError, match="was refused") as refused:
            await made.pager(kind, secret=wrong).send(PAGE)
        assert f"TOCSIN_SECRET_{wrong}" in refused.value.hint()
        assert SECRETS[f"TOCSIN_SECRET_{wrong}"] not in f"{refused.value.message} {refused.value.hint()}"
        assert not isinstance(refused.value, OutcomeUnknownError)
        with pytest.raises(IntegrationError, match="There is no secret NOWHERE"):
            await made.pager(kind, secret="NOWHERE").send(PAGE)
        assert made.states() == []


async def test_a_pager_that_is_away_did_nothing() -> None:
    """A connection that is refused says so, and it is tried again."""
    async with desk() as made:
        pager = made.pager("webhook")
    with pytest.raises(IntegrationError, match="cannot be reached") as raised:
        await pager.send(PAGE)
    assert raised.value.retryable
    assert not isinstance(raised.value, OutcomeUnknownError)


BAD_EVENTS: list[dict[str, Any]] = [
    {"routing_key": "short"},
    {"event_action": "shout"},
    {"dedup_key": "x" * 256},
    {"payload": None},
    {"payload": {"summary": "x" * 1025, "source": "s", "severity": "critical"}},
    {"payload": {"summary": "x", "source": "s", "severity": "terrible"}},
    {"links": [{"text": "nowhere"}]},
]


@pytest.mark.parametrize("bad", BAD_EVENTS)
async def test_the_stand_in_refuses_what_pagerduty_refuses(bad: dict[str, Any]) -> None:
    """A bad event is 400 and opens nothing."""
    good = {
        "routing_key": SECRETS["TOCSIN_SECRET_DUTY"],
        "event_action": "trigger",
        "dedup_key": "k",
        "payload": {"summary": "s", "source": "s", "severity": "critical"},
    }
    async with desk() as made, aiohttp.ClientSession() as session:
        url = f"{made.sandbox.pagers_url}/pagerduty/v2/enqueue"
        async with session.post(url, json=good | bad) as answer:
            assert answer.status == 400
            assert (await answer.json())["status"] == "invalid event"
        async with session.post(url, data=b"not json") as answer:
            assert answer.status == 400
        assert made.states() == []
        async with session.post(url, json=good) as answer:
            assert answer.status == 202
        assert made.states() == [("open", 1)]


@pytest.mark.parametrize(
    "bad",
    [
        {"message": "x" * 131},
        {"message": ""},
        {"alias": "x" * 513},
        {"priority": "P9"},
        {"details": {"level": 1}},
        {"responders": [{"type": "user"}]},
    ],
)
async def test_the_stand_in_refuses_what_opsgenie_refuses(bad: dict[str, Any]) -> None:
    """A bad alert is 422, a wrong key 401, an unknown action 404."""
    good = {"message": "m", "alias": "a", "priority": "P1", "responders": [{"type": "user", "username": "a@b.c"}]}
    key = {"Authorization": f"GenieKey {SECRETS['TOCSIN_SECRET_PHONES']}"}
    async with desk() as made, aiohttp.ClientSession() as session:
        url = f"{made.sandbox.pagers_url}/opsgenie/v2/alerts"
        async with session.post(url, json=good | bad, headers=key) as answer:
            assert answer.status == 422
        async with session.post(url, json=good) as answer:
            assert answer.status == 401
        async with session.post(f"{url}/a/close", json={}, headers=key) as answer:
            assert answer.status == 404
        assert made.states() == []


@pytest.mark.parametrize("broken", ["signature", "age", "key"])
async def test_the_receiver_of_webhooks_refuses_what_is_not_signed_now(broken: str) -> None:
    """The signature covers timestamp and body, and grows old after five minutes."""
    now = int(SystemClock().real_now().timestamp())
    timestamp = str(now - 301 if broken == "age" else now)
    body = b'{"action": "page", "key": "k"}'
    headers = {
        "Tocsin-Timestamp": timestamp,
        "Tocsin-Signature": signature(WEBHOOK_SECRET, body=body, timestamp=timestamp),
        "Idempotency-Key": "" if broken == "key" else "k:page",
    }
    async with desk() as made, aiohttp.ClientSession() as session:
        sent = body + b" " if broken == "signature" else body
        async with session.post(f"{made.sandbox.pagers_url}/webhook", data=sent, headers=headers) as answer:
            assert answer.status == 401
        assert made.states() == []


def test_a_signature_is_what_the_documentation_says() -> None:
    """The vector of docs/waking.md."""
    body = b'{"action":"page"}'
    expected = "v1=a277604710ff6e50750494bd9769833c5e2d8f2ed9a2f13bb63cc27034c6aa51"
    assert signature("secret", body=body, timestamp="1764000000") == expected
