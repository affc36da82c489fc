"""What people do in Jira reaches the inbox once, by webhook or by poll; a webhook is believed only when signed."""

import asyncio
import hashlib
import hmac
import json

import pytest

from engine.domain.errors import IntegrationError
from integrations.jira import JiraWatch, take_up, verified
from integrations.jira.webhook import LARGEST
from integrations.sandbox import Fault, FaultKind
from tests.integration.jira.rig import EPIC_KEY, KEY, MemoryInbox, Rig, ticket

SECRET = "a secret"


def signed(body: bytes, *, secret: str = SECRET) -> dict[str, str]:
    """Sign a body as Jira does."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": "one"}


async def test_the_poll_catches_what_no_webhook_told(rig: Rig) -> None:
    """A change is one row however often it is noticed, and the next change is the next row."""
    inbox = MemoryInbox()
    watch = JiraWatch(rig.tracker, inbox=inbox, clock=rig.clock)
    first = await rig.tracker.create_ticket(ticket(), key=KEY)
    other = await rig.tracker.create_ticket(ticket(), key=EPIC_KEY)
    ours = [first.key, other.key]
    assert (await watch.poll(ours)).new == 0
    ana = await asyncio.to_thread(rig.person, "ana")
    await asyncio.to_thread(ana.transition_issue, first.key, "Done", fields={"resolution": {"name": "Done"}})
    assert (await watch.poll(ours)).new == 1
    assert not await take_up(first.key, tracker=rig.tracker, inbox=inbox)
    assert (await watch.poll(ours)).new == 0
    await asyncio.to_thread(ana.transition_issue, first.key, "Reopen")
    assert await take_up(first.key, tracker=rig.tracker, inbox=inbox)
    assert (await watch.poll(ours)).new == 0
    states = [(row.source, row.payload["key"], row.payload["category"]) for row in inbox.rows]
    assert states == [("jira", first.key, "done"), ("jira", first.key, "new")]
    assert [row.source_id for row in inbox.rows] == [f"{first.key}:{row.payload['change']}" for row in inbox.rows]


async def test_a_comment_and_a_new_owner_are_news_too(rig: Rig) -> None:
    """Each is one row, which says whether the last change of status was ours."""
    inbox = MemoryInbox()
    made = await rig.tracker.create_ticket(ticket(), key=KEY)
    ben = await asyncio.to_thread(rig.person, "ben")
    await rig.tracker.comment(made.key, "Ours says nothing", key=EPIC_KEY)
    assert not await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    comment = await asyncio.to_thread(ben.add_comment, made.key, "reference: EDPB-17")
    assert await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    await asyncio.to_thread(ben.assign_issue, made.key, "ana.ruiz")
    assert await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    await rig.tracker.close(made.key, done=True)
    assert await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    assert not await take_up(made.key, tracker=rig.tracker, inbox=inbox)
    last = inbox.rows[-1].payload
    assert [row.source_id for row in inbox.rows] == [
        f"{made.key}::c{comment.id}",
        f"{made.key}::a{last['assigned']}:c{comment.id}",
        f"{made.key}:{last['change']}:a{last['assigned']}:c{comment.id}",
    ]
    assert [row.payload["ours"] for row in inbox.rows] == [False, False, True]
    assert (last["assignee"], last["comments"]) == (
        "ana.ruiz",
        ((comment.id, "ben.osei", "ben.osei@example.com", "reference: EDPB-17"),),
    )


async def test_a_ticket_that_could_not_be_read_is_read_again(rig: Rig) -> None:
    """One unreadable ticket neither stops the others nor is forgotten, though the index names it no more."""
    inbox = MemoryInbox()
    watch = JiraWatch(rig.tracker, inbox=inbox, clock=rig.clock)
    first = await rig.tracker.create_ticket(ticket(), key=KEY)
    other = await rig.tracker.create_ticket(ticket(), key=EPIC_KEY)
    for made in (first, other):
        await rig.tracker.close(made.key, done=True)
    rig.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match=f"GET */issue/{first.key}"))
    polled = await watch.poll([first.key, other.key])
    assert (polled.new, [key for key, _ in polled.unread]) == (1, [first.key])
    await rig.clock.sleep(7200)
    assert (await watch.poll([first.key, other.key])).new == 1
    assert len(inbox.rows) == 2


def test_a_signed_webhook_names_its_ticket() -> None:
    """The key and the delivery's id are taken, whatever the case of the headers."""
    body = json.dumps({"webhookEvent": "jira:issue_updated", "issue": {"key": "SEC-12"}}).encode()
    headers = {name.lower(): value for name, value in signed(body).items()}
    delivery = verified(body, headers=headers, secret=SECRET)
    assert (delivery.id, delivery.ticket) == ("one", "SEC-12")


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"issue": 3}', b'{"issue": {"key": "../../x"}}', b'{"issue": {"key": null}}']
)
def test_a_webhook_about_no_ticket_names_none(body: bytes) -> None:
    """Nothing but a well-formed key is handed on."""
    assert verified(body, headers=signed(body), secret=SECRET).ticket == ""


@pytest.mark.parametrize(
    "headers", [{}, {"X-Hub-Signature": "sha256=00"}, signed(b"{}", secret="other"), {"X-Hub-Signature": "ä"}]
)
def test_an_unsigned_webhook_is_refused(headers: dict[str, str]) -> None:
    """No signature, a wrong one and one by another secret are refused alike."""
    with pytest.raises(IntegrationError, match="without a valid signature"):
        verified(b"{}", headers=headers, secret=SECRET)


def test_no_secret_means_no_webhook() -> None:
    """An empty secret signs nothing."""
    with pytest.raises(IntegrationError, match="without a valid signature"):
        verified(b"{}", headers=signed(b"{}", secret=""), secret="")


def test_a_webhook_that_is_too_large_or_no_json_is_refused() -> None:
    """Size is checked before anything else, form after the signature."""
    with pytest.raises(IntegrationError, match="more than"):
        verified(b"x" * (LARGEST + 1), headers={}, secret=SECRET)
    with pytest.raises(IntegrationError, match="not JSON"):
        verified(b"\xff{", headers=signed(b"\xff{"), secret=SECRET)
