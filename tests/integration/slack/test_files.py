"""A file of a form, fetched from Slack: with the token to Slack alone, so large as it may be, and never half."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from engine.domain.errors import IntegrationError, TurnAwaitedError
from engine.domain.fields import FieldSpec, FieldType
from engine.ports.acts import GivenFile
from engine.ports.shown import Form
from integrations.sandbox import Fault, FaultKind, Sandbox
from integrations.slack import Reception, SlackApi, SlackFiles, interpret
from integrations.slack.files import given_file, lean
from tests.integration.slack.listening import Desk, connected, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.sandbox.clients import Human
    from tests.integration.slack.inbox import MemoryInbox

    People = Callable[[str], Human]

RECEIPT = b"received, DPA-17"
FORM = Form(title="x", token="t", fields={"receipt": FieldSpec(name="receipt", type=FieldType.FILE)})


@pytest.fixture
def files(api: SlackApi) -> SlackFiles:
    """What is tried here."""
    return SlackFiles(api)


@pytest.fixture
async def given(sandbox: Sandbox, api: SlackApi, inbox: MemoryInbox, person: People) -> GivenFile:
    """A file that Ben gave in a form, as the inbox tells of it."""
    ben = person("ben")
    async with connected(sandbox, api=api, inbox=inbox, desk=Desk(form=FORM)):
        view = await opened(sandbox, ben)
        chosen = await ben.give("receipt.pdf", RECEIPT)
        await ben.post(f"/modals/{view}/submit", values={"receipt": [chosen["id"]]})
    act = interpret(inbox.rows[-1].payload)
    assert act is not None
    assert dict(act.values) == {}
    (file,) = act.files["receipt"]
    return file


async def test_a_file_is_read_from_the_inbox_and_fetched(
    sandbox: Sandbox, api: SlackApi, files: SlackFiles, given: GivenFile
) -> None:
    """As it was given; of the wrong token, of a file that is gone and of an address elsewhere nothing comes."""
    assert (given.name, given.size, given.type) == ("receipt.pdf", len(RECEIPT), "application/pdf")
    assert given.place not in repr(given)
    assert await files.fetch(given, most=16) == RECEIPT
    stranger = SlackFiles(SlackApi(bot_token="xoxb-wrong", base_url=sandbox.slack_base_url))
    cases: list[tuple[SlackFiles, GivenFile, int, str]] = [
        (files, given, 15, "more than 15 bytes"),
        (files, replace(given, size=17), 20, "something else than the file"),
        (stranger, given, 20, "does not let the app read the file"),
        (files, replace(given, place=given.place.replace("/files/", "/files/X")), 20, "not in Slack any more"),
        (files, replace(given, place="http://files.example/a"), 20, "does not hand this file out"),
        (files, replace(given, place=given.place.replace("http:", "https:")), 20, "does not hand this file out"),
        (files, replace(given, place=given.place.replace("//", "//me@")), 20, "does not hand this file out"),
        (files, replace(given, place=""), 20, "does not hand this file out"),
    ]
    for where, file, most, words in cases:
        with pytest.raises(IntegrationError, match=words) as refused:
            await where.fetch(file, most=most)
        assert (refused.value.retryable, "http" in refused.value.message) == (False, False)
        assert refused.value.hint()


async def test_the_token_goes_to_slack_and_to_nobody_whose_name_is_like_it(given: GivenFile) -> None:
    """Slack hands its files out from a name below its own."""
    genuine = SlackFiles(SlackApi(bot_token="xoxb-1"))
    for place in (
        "https://slack.com.example/a",
        "https://notslack.com/a",
        "http://files.slack.com/a",
        "https://slack.com:x/a",
    ):
        with pytest.raises(IntegrationError, match="does not hand this file out"):
            await genuine.fetch(replace(given, place=place), most=20)
    assert genuine._is_ours("https://files.slack.com/files-pri/T1-F1/download/a.pdf")


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.RATE_LIMITED, FaultKind.DROP_REPLY])
async def test_a_slack_that_is_away_is_asked_again(
    sandbox: Sandbox, files: SlackFiles, given: GivenFile, kind: FaultKind
) -> None:
    """Whoever wants the file is told that it can be had later."""
    sandbox.faults.add(Fault(kind=kind, match="files/*", count=2))
    with pytest.raises(IntegrationError) as failed:
        await files.fetch(given, most=20)
    assert failed.value.retryable
    assert isinstance(failed.value, TurnAwaitedError) == (kind is FaultKind.RATE_LIMITED)
    sandbox.faults.clear()
    assert await files.fetch(given, most=20) == RECEIPT


async def test_no_address_with_a_token_is_kept(api: SlackApi, inbox: MemoryInbox) -> None:
    """Nor anything of a file that nobody needs; a file that Slack tells little of is one all the same."""
    told: dict[str, Any] = {
        "id": "F1",
        "name": "a.pdf",
        "size": 3,
        "mimetype": "application/pdf",
        "permalink_public": "https://slack-files.com/T1-F1-secret",
        "url_private": "https://files.slack.com/files-pri/T1-F1/a.pdf?t=xoxe-secret",
        "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/a.pdf?t=xoxe-secret#secret",
    }
    field = {"type": "file_input", "files": [told]}
    view = {"id": "V1", "hash": "1", "callback_id": "tocsin.form", "state": {"values": {"receipt": {"value": field}}}}
    payload = {"type": "view_submission", "user": {"id": "U0BEN"}, "view": view}
    desk = Desk()
    reception = Reception(inbox, api=api, opener=desk.open, checker=desk.check)
    assert (await reception.receive(payload, envelope="e")).new
    (row,) = inbox.rows
    assert "secret" not in json.dumps(row.payload)
    act = interpret(row.payload)
    assert act is not None
    assert act.files["receipt"] == (given_file(told),)
    assert given_file({"id": "F2", "file_access": "check_file_info"}) == GivenFile(name="file", size=None, type="")
    assert lean({"files": "none", "n": [1, {"files": [told, "odd"]}]})["files"] == []
