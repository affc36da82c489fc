"""Forms go to Slack and come back: opened, refused under their fields, not shown at all."""

import asyncio
from collections.abc import Callable

import pytest

from engine.domain.fields import FieldSpec, FieldType
from engine.ports.acts import ActKind
from engine.ports.shown import Form
from integrations.sandbox import Fault, FaultKind, Sandbox, Seed
from integrations.slack import SlackChat, SlackSocket, interpret
from tests.integration.sandbox.clients import Human, until
from tests.integration.slack.inbox import MemoryInbox
from tests.integration.slack.listening import Desk, asked, opened, without_events

People = Callable[[str], Human]


@pytest.fixture
def seed() -> Seed:
    """An app as our manifest makes it."""
    return without_events()


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
