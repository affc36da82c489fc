"""What the board says goes wrong, and the log tells what was really done."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jira import JIRA, JIRAError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Fault, FaultKind, Sandbox, default_seed, run_sandbox
from tests.architecture.sources import ROOT
from tests.integration.sandbox.clients import Human, StoryClock, connected_app, genuine_jira, until

Run = Callable[[Callable[[JIRA], Any]], Awaitable[Any]]

NEW = {"project": {"key": "SEC"}, "issuetype": {"name": "Task"}, "summary": "x", "labels": ["ir-1"]}


def test_every_fault_is_documented() -> None:
    """By the name that a script sends."""
    told = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert [kind for kind in FaultKind if f"| `{kind.value}` |" not in told] == []


async def test_a_rate_limit_says_when_to_come_back_and_is_used_up(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """One 429 with Retry-After, then all is well."""
    sandbox.faults.add(Fault(kind=FaultKind.RATE_LIMITED, match="chat.postMessage", seconds=7))
    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(channel="#security", text="one")
    await slack.chat_postMessage(channel="#security", text="two")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert len(sandbox.log.calls("chat.postMessage", committed=True)) == 1


async def test_a_dropped_reply_hides_a_committed_message(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """The client sees a broken connection; the message is there and can be found by its metadata."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="chat.postMessage"))
    metadata = {"event_type": "step", "event_payload": {"idem": "k"}}
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel="#security", text="x", metadata=metadata)
    general = sandbox.slack.state.channel_named("security")
    assert general is not None
    found = await slack.conversations_history(channel=general.id, include_all_metadata=True)
    (entry,) = sandbox.log.calls("chat.postMessage")
    assert [m["metadata"]["event_payload"]["idem"] for m in found["messages"]] == ["k"]
    assert (entry.committed, entry.replied, entry.fault) == (True, False, "drop_reply")
    assert entry.evidence["metadata"] == metadata


async def test_the_default_client_posts_twice_after_a_dropped_reply(sandbox: Sandbox) -> None:
    """Why the adapters switch the client's retries off."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="chat.postMessage"))
    client = WebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
    await asyncio.to_thread(client.chat_postMessage, channel="#security", text="x")
    assert len(sandbox.log.calls("chat.postMessage", committed=True)) == 2


async def test_a_dropped_reply_hides_a_created_issue(sandbox: Sandbox, with_jira: Run) -> None:
    """The label finds the issue that nobody was told of."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="POST /jira/rest/api/2/issue"))

    def work(jira: JIRA) -> list[str]:
        with pytest.raises((JIRAError, ConnectionError, OSError)):
            jira.create_issue(fields=NEW, prefetch=False)
        return [issue.key for issue in jira.search_issues("labels = ir-1")]

    assert await with_jira(work) == ["SEC-1"]
    (entry,) = sandbox.log.calls("POST issue")
    assert (entry.committed, entry.replied, entry.evidence) == (True, False, {"labels": ["ir-1"]})


async def test_an_error_before_the_work_changes_nothing(sandbox: Sandbox, with_jira: Run) -> None:
    """A plain 500 and a 500 after the work differ in what is there afterwards."""

    def work(jira: JIRA) -> list[int]:
        seen = []
        for after in (False, True):
            sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="POST issue", status=503, after_commit=after))
            with pytest.raises(JIRAError):
                jira.create_issue(fields=NEW, prefetch=False)
            seen.append(len(sandbox.jira.state.issues))
        return seen

    assert await with_jira(work) == [0, 1]


async def test_a_hanging_call_ends_with_the_patience_of_the_caller(sandbox: Sandbox) -> None:
    """Nothing is answered and nothing is done."""
    sandbox.faults.add(Fault(kind=FaultKind.HANG, match="chat.*"))
    client = AsyncWebClient(
        token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, timeout=1, retry_handlers=[]
    )
    with pytest.raises(TimeoutError):
        await client.chat_postMessage(channel="#security", text="x")
    assert sandbox.log.calls("chat.postMessage", committed=True) == []


async def test_a_slow_call_is_answered_late(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """The answer comes, after at least as long as asked."""
    sandbox.faults.add(Fault(kind=FaultKind.SLOW, match="auth.test", seconds=0.3))
    begun = asyncio.get_running_loop().time()
    assert (await slack.auth_test())["ok"]
    assert asyncio.get_running_loop().time() - begun >= 0.3


async def test_a_lagging_index_does_not_find_what_is_new(sandbox: Sandbox, with_jira: Run) -> None:
    """Reading by key is immediate, searching is not; a change is found as it was."""

    def work(jira: JIRA) -> tuple[object, ...]:
        key = jira.create_issue(fields=NEW, prefetch=False).key
        lag = sandbox.faults.add(Fault(kind=FaultKind.INDEX_LAG, seconds=60, count=None))
        unseen = jira.search_issues("labels = ir-1")
        read = jira.issue(key).key
        sandbox.faults.clear(lag.id)
        return list(unseen), read, [issue.key for issue in jira.search_issues("labels = ir-1")]

    assert await with_jira(work) == ([], "SEC-1", ["SEC-1"])


async def test_a_revoked_token_is_refused_to_the_app_alone(
    sandbox: Sandbox, slack: AsyncWebClient, with_jira: Run, person: Callable[[str], Human]
) -> None:
    """Each service refuses it in its own way; people go on with theirs, and lifted, all is well."""
    for match in ("*.*", "/jira/rest/*"):
        sandbox.faults.add(Fault(kind=FaultKind.TOKEN_REVOKED, match=match, count=None))
    with pytest.raises(SlackApiError) as refused:
        await slack.chat_postMessage(channel="#security", text="one")
    with pytest.raises(JIRAError) as unknown:
        await with_jira(lambda jira: jira)
    cast = sandbox.world.seed.person("ben")
    login = (cast.email, cast.jira_token)
    mine = await asyncio.to_thread(lambda: genuine_jira(sandbox, login=login).create_issue(fields=NEW, prefetch=False))
    said = await person("ben").post("/messages", channel="#security", text="I am here")
    assert (refused.value.response.status_code, refused.value.response["error"]) == (200, "token_revoked")
    assert (unknown.value.status_code, mine.key, "ts" in said) == (401, "SEC-1", True)
    assert {call.error for call in sandbox.log.calls("chat.postMessage")} == {"token_revoked"}
    sandbox.faults.clear()
    assert (await slack.auth_test())["ok"]


async def test_a_fault_may_let_calls_pass_first_and_counts_its_strikes(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """Two pass, two fail; then it is over, and how often it struck is known."""
    sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="auth.test", skip=2, count=2))
    came = []
    for _ in range(5):
        try:
            came.append(bool((await slack.auth_test())["ok"]))
        except SlackApiError:
            came.append(False)
    assert came == [True, True, False, False, True]
    assert sandbox.faults.listed() == []
    assert [fault.struck for fault in sandbox.faults.over()] == [2]


async def test_a_delivery_is_overtaken_by_the_next_one(sandbox: Sandbox, person: Callable[[str], Human]) -> None:
    """Both people are answered, in the other order; one that nobody overtakes arrives by itself."""
    order: list[str] = []

    def hear(request: SocketModeRequest) -> dict[str, Any]:
        order.append(request.payload["text"])
        return {}

    async with connected_app(sandbox, answer=hear):

        async def types(handle: str, text: str) -> str:
            told = await person(handle).post("/commands", channel="#security", command="/incident", text=text)
            return str(told["result"])

        sandbox.faults.add(Fault(kind=FaultKind.OUT_OF_ORDER, match="slash_commands", seconds=20))
        first = asyncio.create_task(types("ben", "first"))
        await until(lambda: not sandbox.faults.listed())
        results = [await types("ana", "second"), await first]
        sandbox.faults.add(Fault(kind=FaultKind.OUT_OF_ORDER, match="slash_commands", seconds=0))
        results.append(await types("ben", "third"))
    assert order == ["second", "first", "third"]
    assert results == ["acknowledged"] * 3


async def test_faults_are_listed_added_and_cleared_over_http(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """The control API does what the handle does."""
    async with aiohttp.ClientSession(sandbox.url) as session:
        async with session.post("/faults", json={"kind": "server_error", "match": "team.*", "count": 3}) as reply:
            added = await reply.json()
        async with session.post("/faults", json={"kind": "gremlins"}) as reply:
            refused = reply.status
        async with session.get("/faults") as reply:
            listed = (await reply.json())["faults"]
        async with session.delete(f"/faults/{added['id']}") as reply:
            cleared = await reply.json()
        await slack.auth_test()
        async with session.get("/log", params={"name": "auth.test"}) as reply:
            logged = (await reply.json())["entries"]
    assert refused == 400
    assert listed == [added]
    assert cleared == {"cleared": 1}
    assert [(entry["who"], entry["status"]) for entry in logged] == [("tocsin", 200)]


async def test_a_sandbox_with_a_file_remembers(tmp_path: Path, clock: StoryClock) -> None:
    """What was said and opened is there after a restart."""
    file = tmp_path / "sandbox.json"
    async with run_sandbox(default_seed(), now=clock, state=file) as sandbox:
        client = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
        channel = (await client.conversations_create(name="inc-1"))["channel"]["id"]
        await client.files_upload_v2(channel=channel, content=b"\xff\x00", filename="e.bin")
    async with run_sandbox(default_seed(), now=clock, state=file) as sandbox:
        client = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
        with pytest.raises(SlackApiError, match="name_taken"):
            await client.conversations_create(name="inc-1")
        assert [entry.content for entry in sandbox.slack.state.files.values()] == [b"\xff\x00"]
