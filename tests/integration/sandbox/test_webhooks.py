"""Jira tells registered addresses what happened: signed, best effort, the same identifier each time."""

import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from jira import JIRA

from integrations.sandbox import Fault, FaultKind, Sandbox, Seed, default_seed
from integrations.sandbox.seed import WebhookSeed
from tests.integration.sandbox.clients import until

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

NEW = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "x"}


class Receiver:
    """Keeps what came; answers with the next of its statuses, 200 when there is none."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, Any], bytes, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append((json.loads(body), body, dict(request.headers)))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def events(self) -> list[str]:
        return [payload["webhookEvent"] for payload, _, _ in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A listening receiver."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def seed(receiver: Receiver) -> Seed:
    """A site with one signed webhook."""
    hook = WebhookSeed(url=receiver.url, secret="s3cret", retry_seconds=(0.0, 0.0))
    plain = default_seed()
    return plain.model_copy(update={"jira": plain.jira.model_copy(update={"webhooks": (hook,)})})


async def test_what_happens_is_told_and_signed(receiver: Receiver, with_jira: Run) -> None:
    """Created, moved and commented each arrive with a signature over the raw body."""

    def work(jira: JIRA) -> None:
        key = jira.create_issue(fields=NEW, prefetch=False).key
        jira.transition_issue(key, "Done", fields={"resolution": {"name": "Duplicate"}})
        jira.add_comment(key, "see SEC-1")

    await with_jira(work)
    await until(lambda: len(receiver.got) == 3)
    by_event = {payload["webhookEvent"]: payload for payload, _, _ in receiver.got}
    _, body, headers = receiver.got[0]
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature"] == f"sha256={expected}"
    assert set(by_event) == {"jira:issue_created", "jira:issue_updated", "comment_created"}
    assert {item["toString"] for item in by_event["jira:issue_updated"]["changelog"]["items"]} == {"Done", "Duplicate"}
    assert by_event["jira:issue_updated"]["issue"]["fields"]["resolution"]["name"] == "Duplicate"
    assert by_event["comment_created"]["comment"]["body"] == "see SEC-1"


async def test_a_refused_webhook_comes_again_with_the_same_identifier(receiver: Receiver, with_jira: Run) -> None:
    """Retries are counted in a header of their own."""
    receiver.statuses = [503, 503]
    await with_jira(lambda jira: jira.create_issue(fields=NEW, prefetch=False))
    await until(lambda: len(receiver.got) == 3)
    identifiers = {headers["X-Atlassian-Webhook-Identifier"] for _, _, headers in receiver.got}
    retries = [headers.get("X-Atlassian-Webhook-Retry") for _, _, headers in receiver.got]
    assert len(identifiers) == 1
    assert retries == [None, "1", "2"]


async def test_a_lost_webhook_never_comes_and_a_duplicate_comes_twice(
    sandbox: Sandbox, receiver: Receiver, with_jira: Run
) -> None:
    """The board loses the first event and doubles the second."""
    sandbox.faults.add(Fault(kind=FaultKind.WEBHOOK_LOST, match="jira:issue_created"))
    await with_jira(lambda jira: jira.create_issue(fields=NEW, prefetch=False))
    sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="jira:issue_created"))
    await with_jira(lambda jira: jira.create_issue(fields=NEW, prefetch=False))
    await until(lambda: len(receiver.got) == 2)
    keys = [payload["issue"]["key"] for payload, _, _ in receiver.got]
    identifiers = {headers["X-Atlassian-Webhook-Identifier"] for _, _, headers in receiver.got}
    assert keys == ["SEC-2", "SEC-2"]
    assert len(identifiers) == 1


async def test_the_history_and_the_webhooks_tell_of_each_file(
    sandbox: Sandbox, receiver: Receiver, with_jira: Run
) -> None:
    """The issue's own event names the file by its id; the file's event does not say of which issue it is."""

    def work(jira: JIRA) -> str:
        key = jira.create_issue(fields=NEW, prefetch=False).key
        jira.add_attachment(key, io.BytesIO(b"receipt"), filename="receipt.txt")
        file = str(jira.issue(key).fields.attachment[0].id)
        jira.delete_attachment(file)
        return file

    events = ("jira:issue_updated", "attachment_created", "attachment_deleted")
    sandbox.jira.webhooks.registered[:] = [WebhookSeed(url=receiver.url, events=events)]
    file = await with_jira(work)
    await until(lambda: len(receiver.got) == 4)
    told = {payload["webhookEvent"]: payload for payload, _, _ in receiver.got if "changelog" not in payload}
    assert set(told) == {"attachment_created", "attachment_deleted"}
    assert (told["attachment_created"]["attachment"]["id"], "issue" in told["attachment_created"]) == (file, False)
    items = [item for payload, _, _ in receiver.got for item in payload.get("changelog", {}).get("items", ())]
    named = sorted((item["field"], item["from"], item["to"]) for item in items if item["to"])
    assert named == [("Attachment", None, file)]
    assert {item["from"] for item in items} == {None, file}
