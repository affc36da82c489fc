"""The page shows what each person would see, and acts for them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jira import JIRA
from playwright.async_api import Page, expect
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import FaultKind, Sandbox
from integrations.sandbox.page import mrkdwn, wiki
from integrations.sandbox.page.presets import PRESETS
from tests.integration.sandbox.browser import tab_on
from tests.integration.sandbox.clients import SocketApp, connected_app

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

LONG = "https://a.example/" + "0123456789abcdef" * 12
OVERFLOW = """Math.max(...["body", "#main", "#side", "#panel"].map(name => document.querySelector(name))
    .filter(part => part.offsetParent || part === document.body).map(part => part.scrollWidth - part.clientWidth))"""
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
        ("see https://x.example/a, b", 'see <a href="https://x.example/a">https://x.example/a</a>, b'),
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
        ("(/) done, (x) not", "<p><span class=yes>\u2713</span> done, <span class=no>\u2717</span> not</p>"),
        ("(!) open", "<p><strong>!</strong> open</p>"),
        ("{color:#cccccc}k{color}", "<p><small class=faint>k</small></p>"),
        (r"\{color:red} \[a] \(x) \*b*", "<p>&#123;color:red} &#91;a] &#40;x) &#42;b*</p>"),
        ("see https://x.example/a.", '<p>see <a href="https://x.example/a">https://x.example/a</a>.</p>'),
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
    (general,) = (one.id for one in sandbox.slack.state.channels.values() if one.name == "general")
    for path in ("/", "/issues", f"/archives/{general}", "/page/sandbox.css", "/page/sandbox.js"):
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
    async with tab_on(sandbox.url) as tab:
        yield tab


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
    async with connected_app(sandbox) as app:
        await page.goto(f"{sandbox.url}/channels/{security.id}")
        await page.get_by_label("Act as").select_option("carla")
        await expect(page.get_by_placeholder("Message as Carla Weiss")).to_be_visible()
        await page.get_by_role("button", name="Approve").click()
        pressed = await app.next()
        await slack.chat_update(channel=security.id, ts=ts, text="approved by Carla", blocks=[])
        await expect(page.get_by_text("approved by Carla")).to_be_visible()
    assert pressed.payload["user"]["name"] == "carla"


@pytest.mark.browser
async def test_a_visitor_marks_a_message_for_the_timeline(sandbox: Sandbox, slack: AsyncWebClient, page: Page) -> None:
    """With an hourglass or a pin, which the app hears of; what is pinned is not pinned again."""
    security = sandbox.slack.state.channel_named("security")
    assert security is not None
    ts = (await slack.chat_postMessage(channel=security.id, text="Seen on a forum."))["ts"]
    async with connected_app(sandbox) as app:
        await page.goto(f"{sandbox.url}/channels/{security.id}")
        await page.get_by_title("Put it on the timeline").click()
        reacted = (await app.next()).payload["event"]
        await page.get_by_title("Pin it").click()
        pinned = (await app.next()).payload["event"]
        await expect(page.get_by_title("Pin it")).to_have_count(0)
    assert (reacted["type"], reacted["reaction"], reacted["item"]["ts"]) == (
        "reaction_added",
        "hourglass_flowing_sand",
        ts,
    )
    assert (pinned["type"], pinned["channel_id"], pinned["item"]["message"]["ts"]) == ("pin_added", security.id, ts)


@pytest.mark.browser
async def test_a_visitor_moves_an_issue_and_breaks_the_next_call(sandbox: Sandbox, with_jira: Run, page: Page) -> None:
    """Closing asks for a resolution; a preset puts a fault in force that can be lifted."""
    fields = {"project": {"key": "SEC"}, "summary": "File it", "issuetype": {"name": "Task"}}
    await with_jira(lambda jira: jira.create_issue(fields=fields, prefetch=False))
    await page.goto(f"{sandbox.url}/issues/SEC-1")
    await page.get_by_label("Resolution").select_option("Won't do")
    await page.get_by_role("button", name="Done", exact=True).click()
    await expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    await page.locator("[data-fail=jira-lost]").click()
    await expect(page.locator(".faults li")).to_have_count(1)
    (fault,) = sandbox.faults.listed()
    await page.get_by_role("button", name="Lift").click()
    await expect(page.locator(".faults li")).to_have_count(0)
    (issue,) = sandbox.jira.state.issues.values()
    assert (fault.kind, fault.match) == (FaultKind.DROP_REPLY, "P* issue*")
    assert issue.resolution_id == "10001"
    assert issue.history[0].author == "ben.osei"


@pytest.mark.browser
async def test_the_panel_says_what_is_armed_and_how_often_it_has_struck(
    sandbox: Sandbox, slack: AsyncWebClient, with_jira: Run, page: Page
) -> None:
    """A fault that has struck as often as it was to is over; one that stays counts on."""
    panel = page.locator("#panel")
    for name in ("slack-500", "jira-lag"):
        await page.locator(f"[data-fail={name}]").click()
    await expect(panel.locator("button.armed")).to_have_count(2)
    await expect(panel.locator(".faults")).to_contain_text("Slack: 500, not done waits for 1 more, has not struck yet")
    with pytest.raises(SlackApiError):
        await slack.chat_postMessage(channel="#security", text="one")
    for _ in range(2):
        await with_jira(lambda jira: jira.search_issues("project = SEC"))
    await expect(panel.locator(".over")).to_contain_text("Slack: 500, not done")
    await expect(panel.locator(".over")).to_contain_text("struck 1 time")
    await expect(panel.locator(".faults")).to_contain_text("Jira: Search lags until it is lifted, has struck 2 times")


@pytest.mark.browser
async def test_a_visitor_breaks_any_call_as_often_as_wanted(
    sandbox: Sandbox, slack: AsyncWebClient, page: Page
) -> None:
    """The calls to choose from are those that were made."""
    await slack.auth_test()
    await page.get_by_text("Anything else").click()
    await expect(page.locator("#breaker option", has_text="auth.test")).to_be_attached()
    await page.get_by_label("What goes wrong").select_option("server_error")
    await page.get_by_label("With which call").select_option("auth.test")
    await page.get_by_label("How often").fill("2")
    await page.get_by_label("Do it, then fail").check()
    await page.get_by_role("button", name="Break it").click()
    await expect(page.locator(".faults")).to_contain_text("auth.test: fail with 500")
    (fault,) = sandbox.faults.listed()
    assert (fault.kind, fault.match, fault.count, fault.after_commit) == ("server_error", "auth.test", 2, True)


@pytest.mark.browser
@pytest.mark.parametrize("width", [400, 1000, 1280])
async def test_nothing_is_wider_than_the_screen(
    sandbox: Sandbox, slack: AsyncWebClient, with_jira: Run, width: int
) -> None:
    """Where it is narrow, one part is shown at a time, and each can be reached."""
    fields = {"project": {"key": "SEC"}, "summary": "File it " * 20, "issuetype": {"name": "Task"}, "description": LONG}
    await with_jira(lambda jira: jira.create_issue(fields=fields, prefetch=False))
    security = sandbox.slack.state.channel_named("security")
    assert security is not None
    await slack.chat_postMessage(channel=security.id, text=LONG)
    async with tab_on(sandbox.url, width=width) as page:
        for path in (f"/channels/{security.id}", "/issues", "/issues/SEC-1"):
            await page.goto(sandbox.url + path)
            for part in ("main", "side", "panel"):
                if width < 860:
                    await page.locator(f".tabs [data-pane={part}]").click()
                await expect(page.locator(f"#{part}")).to_be_visible()
                assert await page.evaluate(OVERFLOW) <= 0, (path, part)


@pytest.mark.browser
async def test_a_visitor_attaches_a_file_on_the_page(
    sandbox: Sandbox, with_jira: Run, page: Page, tmp_path: Path
) -> None:
    """As whoever they are on the page, and takes it away again."""
    fields = {"project": {"key": "SEC"}, "summary": "File it", "issuetype": {"name": "Task"}}
    key = await with_jira(lambda jira: jira.create_issue(fields=fields, prefetch=False).key)
    path = tmp_path / "receipt.pdf"
    path.write_bytes(b"received")
    await page.goto(f"{sandbox.url}/issues/{key}")
    await page.locator("#attach").set_input_files(str(path))
    await page.locator("#attachments li").wait_for()
    (file,) = sandbox.jira.state.issue(key).attachments
    assert (file.name, file.author, file.content) == ("receipt.pdf", "ben.osei", b"received")
    await page.locator("[data-remove]").click()
    await page.locator("#attachments li").wait_for(state="detached")
    assert sandbox.jira.state.issue(key).attachments == []
