"""The page shows what each person would see, and acts for them."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from jira import JIRA
from playwright.async_api import Page, async_playwright, expect
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox
from integrations.sandbox.page import mrkdwn, wiki
from integrations.sandbox.page.presets import PRESETS
from tests.integration.sandbox.clients import SocketApp, connected_app

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "summary",
            "label": {"type": "plain_text", "text": "What happened?"},
            "element": {"type": "plain_text_input", "action_id": "v"},
        },
    ],
}


def names(some_id: str) -> str:
    """Name Ana only."""
    return {"U0ANA": "Ana Ruiz"}.get(some_id, some_id)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~ `x*y*`", "<strong>bold</strong> <em>it</em> <s>no</s> <code>x*y*</code>"),
        ("<@U0ANA> &amp; co", "<span class=mention>@Ana Ruiz</span> &amp; co"),
        ("<https://x.example|here>", '<a href="https://x.example">here</a>'),
        ("<javascript:alert(1)|here>", "here"),
        ("<script>", "script"),
        ("a < b :bell:", "a &lt; b 🔔"),
        ("> said\nnext", "<span class=quote>said</span><br>next"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_mrkdwn_is_rendered_and_never_trusted(text: str, html: str) -> None:
    """What people write becomes text, never markup of their own."""
    assert mrkdwn.rendered(text, names=names) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("h2. Why\nThe *law* says", "<h4>Why</h4>\n<p>The <strong>law</strong> says</p>"),
        ("* one\n* two", '<ul><li class="depth1">one</li><li class="depth1">two</li></ul>'),
        ("||A||B||\n|1|2|", "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"),
        ("{quote}\nsaid\n{quote}", "<blockquote>said</blockquote>"),
        ("{code:python}\nx < 1\n{code}", "<pre>x &lt; 1</pre>"),
        ("[the page|https://x.example]", '<p><a href="https://x.example">the page</a></p>'),
        ("{{a}} <b>", "<p><code>a</code> &lt;b&gt;</p>"),
    ],
)
def test_wiki_markup_is_rendered_and_never_trusted(text: str, html: str) -> None:
    """Headings, lists, tables, quotes, code and links come out; markup of others does not."""
    assert wiki.rendered(text) == html


async def shown(sandbox: Sandbox, path: str, *, handle: str = "ben") -> tuple[int, str]:
    """Fetch a page as somebody."""
    async with (
        aiohttp.ClientSession(cookies={"sandbox-person": handle}) as session,
        session.get(sandbox.url + path) as reply,
    ):
        return reply.status, await reply.text()


async def test_every_page_of_an_empty_sandbox_is_there(sandbox: Sandbox) -> None:
    """A visitor who comes first finds channels, a board and the panel."""
    for path in ("/", "/issues", "/page/sandbox.css", "/page/sandbox.js"):
        status, text = await shown(sandbox, path)
        assert status == 200
        assert text
    _, home = await shown(sandbox, "/")
    assert "general" in home
    assert all(preset.label in home for preset in PRESETS)


async def test_a_private_channel_is_shown_to_members_only(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """Its name is not even in the list of others."""
    channel = (await slack.conversations_create(name="inc-secret", is_private=True))["channel"]["id"]
    await slack.conversations_invite(channel=channel, users="U0ANA")
    assert "inc-secret" in (await shown(sandbox, f"/channels/{channel}", handle="ana"))[1]
    assert "inc-secret" not in (await shown(sandbox, f"/channels/{channel}", handle="jo"))[1]


async def test_an_issue_page_shows_what_the_issue_says(sandbox: Sandbox, with_jira: Run) -> None:
    """Description, family and history are on one page; the tracker's address leads there."""

    def work(jira: JIRA) -> None:
        fields = {"project": {"key": "SEC"}, "summary": "INC-1", "issuetype": {"name": "Epic"}}
        epic = jira.create_issue(fields=fields, prefetch=False).key
        below = {"summary": "File it", "issuetype": {"name": "Task"}, "parent": {"key": epic}}
        jira.create_issue(fields={**fields, **below, "description": "h3. Why\nThe *law*."}, prefetch=False)
        jira.transition_issue("SEC-2", "31", fields={"resolution": {"name": "Won't do"}})

    await with_jira(work)
    _, epic = await shown(sandbox, "/issues/SEC-1")
    _, task = await shown(sandbox, "/jira/browse/SEC-2")
    assert "100 % done" in epic
    assert "File it" in epic
    assert "The <strong>law</strong>." in task
    assert "Won&#39;t do" in task


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    """A browser tab on the sandbox."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        tab = await browser.new_page()
        problems: list[str] = []
        tab.on("pageerror", lambda problem: problems.append(str(problem)))
        await tab.goto(sandbox.url)
        yield tab
        await browser.close()
        assert problems == []


@pytest.mark.browser
async def test_a_visitor_declares_an_incident_in_the_page(sandbox: Sandbox, slack: AsyncWebClient, page: Page) -> None:
    """Typing the command opens the app's form, which refuses to be empty and then arrives filled."""

    async def answer(app: SocketApp) -> None:
        command = await app.next()
        await slack.views_open(trigger_id=command.payload["trigger_id"], view=FORM)

    async with connected_app(sandbox) as app:
        await page.get_by_role("textbox", name="Message").fill("/incident declare")
        await page.get_by_role("button", name="Send").click()
        await answer(app)
        await expect(page.get_by_role("heading", name="Declare")).to_be_visible()
        await page.get_by_role("button", name="Go").click()
        await expect(page.get_by_text("Please complete this required field.")).to_be_visible()
        await page.get_by_label("What happened?").fill("A link to a recording")
        await page.get_by_role("button", name="Go").click()
        await expect(page.locator(".modal")).to_have_count(0)
        submission = await app.next()
    assert submission.payload["view"]["state"]["values"]["summary"]["v"]["value"] == "A link to a recording"


@pytest.mark.browser
async def test_a_visitor_presses_a_button_as_somebody_else(sandbox: Sandbox, slack: AsyncWebClient, page: Page) -> None:
    """The app sees Carla press, and the page shows the message edited in place."""
    button = {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Approve"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    security = sandbox.slack.state.channel_named("security")
    assert security is not None
    ts = (await slack.chat_postMessage(channel=security.id, text="May we?", blocks=blocks))["ts"]
    pressed: list[str] = []

    def press(request: SocketModeRequest) -> dict[str, Any]:
        pressed.append(request.payload["user"]["name"])
        return {}

    async with connected_app(sandbox, answer=press):
        await page.goto(f"{sandbox.url}/channels/{security.id}")
        await page.get_by_label("Act as").select_option("carla")
        await expect(page.get_by_placeholder("Message as Carla Weiss")).to_be_visible()
        await page.get_by_role("button", name="Approve").click()
        await slack.chat_update(channel=security.id, ts=ts, text="approved by Carla", blocks=[])
        await expect(page.get_by_text("approved by Carla")).to_be_visible()
    assert pressed == ["carla"]


@pytest.mark.browser
async def test_a_visitor_moves_an_issue_and_breaks_the_next_call(sandbox: Sandbox, with_jira: Run, page: Page) -> None:
    """Closing asks for a resolution; a preset puts a fault in force that can be lifted."""
    fields = {"project": {"key": "SEC"}, "summary": "File it", "issuetype": {"name": "Task"}}
    await with_jira(lambda jira: jira.create_issue(fields=fields, prefetch=False))
    await page.goto(f"{sandbox.url}/issues/SEC-1")
    await page.get_by_label("Resolution").select_option("Won't do")
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    await page.get_by_role("button", name="Create the next issue, lose the reply").click()
    await expect(page.locator(".faults li")).to_have_count(1)
    (fault,) = sandbox.faults.listed()
    await page.get_by_role("button", name="Lift").click()
    await expect(page.locator(".faults li")).to_have_count(0)
    (issue,) = sandbox.jira.state.issues.values()
    assert fault.match == "POST issue"
    assert issue.resolution_id == "10001"
    assert issue.history[0].author == "ben.osei"
