"""Files in modals: chosen by a person, told to the app, handed out to its token; with the genuine client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from playwright.async_api import expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import default_seed, run_sandbox
from tests.integration.sandbox.browser import tab_on
from tests.integration.sandbox.clients import Human, StoryClock, connected_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from integrations.sandbox import Sandbox
    from tests.integration.sandbox.clients import SocketApp

    People = Callable[[str], Human]

RECEIPT = b"received, DPA-17"
FORM: dict[str, Any] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "File it"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "receipt",
            "label": {"type": "plain_text", "text": "Receipt"},
            "element": {"type": "file_input", "action_id": "value", "max_files": 1, "filetypes": ["pdf"]},
        },
    ],
}


async def opened(slack: AsyncWebClient, ben: Human, app: SocketApp) -> str:
    """Type the command, let the app open its form and return the modal's id."""
    typing = asyncio.create_task(ben.post("/commands", channel="#security", command="/incident", text="declare"))
    command = await app.next()
    await typing
    return str((await slack.views_open(trigger_id=command.payload["trigger_id"], view=FORM))["view"]["id"])


async def handed_out(place: str, token: str) -> tuple[int, bytes]:
    """Fetch an address as the app does; return its status and its bytes."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(place, headers=headers, allow_redirects=False) as reply,
    ):
        return reply.status, await reply.read()


async def test_a_file_is_chosen_told_and_handed_out(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """The app is told what it is and where; its bytes are for the bot's token alone."""
    ben = person("ben")
    async with connected_app(sandbox) as app:
        view = await opened(slack, ben, app)
        chosen = await ben.give("receipt 17.pdf", RECEIPT)
        told = await ben.post(f"/modals/{view}/submit", values={"receipt": [chosen["id"]]})
        payload = (await app.next()).payload
    (file,) = payload["view"]["state"]["values"]["receipt"]["value"]["files"]
    assert told["result"] == "acknowledged"
    assert (file["id"], file["name"], file["size"]) == (chosen["id"], "receipt 17.pdf", len(RECEIPT))
    assert (file["mimetype"], file["filetype"]) == ("application/pdf", "pdf")
    assert await handed_out(file["url_private_download"], sandbox.slack_bot_token) == (200, RECEIPT)
    assert await handed_out(file["url_private"], sandbox.slack_bot_token) == (200, RECEIPT)
    for wrong in ("", "xoxb-wrong", sandbox.slack_app_token, sandbox.world.seed.person("ben").slack_token):
        status, data = await handed_out(file["url_private_download"], wrong)
        assert (status, RECEIPT in data) == (302, False)


async def test_what_slacks_client_refuses_never_reaches_the_app(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """Too many, of another type, too large, of somebody else, or none."""
    ben = person("ben")
    async with connected_app(sandbox) as app:
        view = await opened(slack, ben, app)
        receipt, again = await ben.give("a.pdf", b"1"), await ben.give("b.pdf", b"2")
        photo, others = await ben.give("a.png", b"3"), await person("ana").give("c.pdf", b"4")
        refused = [
            await ben.post(f"/modals/{view}/submit", values={"receipt": given})
            for given in ([receipt["id"], again["id"]], [photo["id"]], [])
        ]
        stolen = await ben.post(f"/modals/{view}/submit", values={"receipt": [others["id"]]})
    assert [answer["errors"]["receipt"] for answer in refused] == [
        "Please choose at most 1 files.",
        "Please choose files of these types: pdf.",
        "Please complete this required field.",
    ]
    assert (stolen["error"], "is no file that ben has chosen" in stolen["message"]) == ("impossible", True)
    large = await ben.give("large.pdf", b"x" * 10_000_001)
    assert (large["error"], large["message"]) == ("impossible", "Slack's forms take files up to 10 MB")
    assert app.requests == []


async def test_an_app_that_may_read_no_files_can_ask_for_none(clock: StoryClock) -> None:
    """Neither opens such a form nor is handed a file."""
    plain = default_seed()
    scopes = tuple(scope for scope in plain.slack.scopes if scope != "files:read")
    seed = plain.model_copy(update={"slack": plain.slack.model_copy(update={"scopes": scopes})})
    async with run_sandbox(seed, now=clock) as sandbox, aiohttp.ClientSession() as session:
        slack = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, retry_handlers=[])
        ben = Human(session, sandbox.url, sandbox.world.seed.person("ben").slack_token)
        async with connected_app(sandbox) as app:
            with pytest.raises(SlackApiError, match="missing_scope"):
                await opened(slack, ben, app)
        chosen = await ben.give("a.pdf", RECEIPT)
        place = f"{sandbox.url}/slack/files/{chosen['id']}/download/a.pdf"
        assert (await handed_out(place, sandbox.slack_bot_token))[0] == 302


@pytest.mark.browser
async def test_a_visitor_gives_a_file_in_the_page(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """It is chosen as in any form, and can be changed until the form is sent."""
    async with tab_on(sandbox.url) as page, connected_app(sandbox) as app:
        await page.get_by_role("textbox", name="Message").fill("/incident declare")
        await page.get_by_role("button", name="Send").click()
        command = await app.next()
        await slack.views_open(trigger_id=command.payload["trigger_id"], view=FORM)
        field = page.get_by_label("Receipt")
        await field.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": b"no receipt"})
        await page.get_by_role("button", name="Go").click()
        await expect(page.get_by_text("Please choose files of these types: pdf.")).to_be_visible()
        await field.set_input_files({"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": RECEIPT})
        await page.get_by_role("button", name="Go").click()
        await expect(page.locator(".modal")).to_have_count(0)
        payload = (await app.next()).payload
    (file,) = payload["view"]["state"]["values"]["receipt"]["value"]["files"]
    assert (file["name"], file["size"], file["mimetype"]) == ("receipt.pdf", len(RECEIPT), "application/pdf")
