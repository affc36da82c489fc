"""The genuine Slack clients find what they need: channels, messages, threads, marks, files."""

import asyncio

from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox

METADATA = {"event_type": "playbook_step", "event_payload": {"idem": "inc-1:open"}}


async def made(slack: AsyncWebClient, name: str = "inc-1", *, is_private: bool = False) -> str:
    """Make a channel and return its id."""
    reply = await slack.conversations_create(name=name, is_private=is_private)
    return str(reply["channel"]["id"])


async def test_the_synchronous_client_works_as_well(sandbox: Sandbox) -> None:
    """WebClient reads and writes by base URL alone."""
    client = WebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, retry_handlers=[])
    reply = await asyncio.to_thread(client.conversations_create, name="inc-sync")
    assert (await asyncio.to_thread(client.auth_test))["user_id"] == "U0TOCSIN"
    assert reply["channel"]["name"] == "inc-sync"


async def test_a_channel_made_private_is_private(slack: AsyncWebClient) -> None:
    """The client sends `is_private` as 1; the sandbox understands it."""
    channel = await made(slack, is_private=True)
    info = await slack.conversations_info(channel=channel)
    listed = await slack.conversations_list(types="private_channel")
    assert info["channel"]["is_private"] is True
    assert [entry["id"] for entry in listed["channels"]] == [channel]


async def test_topic_purpose_and_name_can_be_changed(slack: AsyncWebClient) -> None:
    """What is set is what is shown afterwards."""
    channel = await made(slack)
    await slack.conversations_setTopic(channel=channel, topic="SEV2")
    await slack.conversations_setPurpose(channel=channel, purpose="incident 1")
    await slack.conversations_rename(channel=channel, name="inc-1-renamed")
    shown = (await slack.conversations_info(channel=channel))["channel"]
    assert (shown["topic"]["value"], shown["purpose"]["value"], shown["name"]) == (
        "SEV2",
        "incident 1",
        "inc-1-renamed",
    )


async def test_metadata_is_shown_only_when_asked_for(slack: AsyncWebClient) -> None:
    """Recovery by metadata needs `include_all_metadata`, as in Slack."""
    channel = await made(slack)
    await slack.chat_postMessage(channel=channel, text="hello", metadata=METADATA)
    without = (await slack.conversations_history(channel=channel))["messages"]
    with_it = (await slack.conversations_history(channel=channel, include_all_metadata=True))["messages"]
    assert "metadata" not in without[0]
    assert with_it[0]["metadata"] == METADATA


async def test_replies_are_in_the_thread_and_not_in_the_history(slack: AsyncWebClient) -> None:
    """A reply shows under its root only."""
    channel = await made(slack)
    root = (await slack.chat_postMessage(channel=channel, text="root"))["ts"]
    reply = (await slack.chat_postMessage(channel=channel, text="reply", thread_ts=root))["ts"]
    history = (await slack.conversations_history(channel=channel))["messages"]
    thread = (await slack.conversations_replies(channel=channel, ts=root))["messages"]
    assert [m["ts"] for m in history] == [root]
    assert history[0]["reply_count"] == 1
    assert [m["ts"] for m in thread] == [root, reply]


async def test_an_update_keeps_blocks_and_metadata_that_are_not_given(slack: AsyncWebClient) -> None:
    """The living message keeps what an edit leaves out."""
    channel = await made(slack)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*open*"}}]
    ts = (await slack.chat_postMessage(channel=channel, text="one", blocks=blocks, metadata=METADATA))["ts"]
    await slack.chat_update(channel=channel, ts=ts, text="two")
    message = (await slack.conversations_history(channel=channel, include_all_metadata=True))["messages"][0]
    assert message["text"] == "two"
    assert message["blocks"][0]["text"]["text"] == "*open*"
    assert message["metadata"] == METADATA
    assert message["edited"]["user"] == "U0TOCSIN"


async def test_a_message_to_a_person_opens_the_direct_conversation(slack: AsyncWebClient) -> None:
    """The same conversation is found when opened by hand."""
    posted = await slack.chat_postMessage(channel="U0BEN", text="psst")
    opened = await slack.conversations_open(users="U0BEN")
    assert opened["channel"]["id"] == posted["channel"]


async def test_pins_bookmarks_and_reactions_are_kept(slack: AsyncWebClient) -> None:
    """Marks show up where people look for them."""
    channel = await made(slack)
    ts = (await slack.chat_postMessage(channel=channel, text="pin me"))["ts"]
    await slack.pins_add(channel=channel, timestamp=ts)
    bookmark = await slack.bookmarks_add(channel_id=channel, title="Epic", type="link", link="https://jira.example/1")
    await slack.bookmarks_edit(channel_id=channel, bookmark_id=bookmark["bookmark"]["id"], title="The epic")
    await slack.reactions_add(channel=channel, timestamp=ts, name="eyes")
    pins = (await slack.pins_list(channel=channel))["items"]
    marks = (await slack.bookmarks_list(channel_id=channel))["bookmarks"]
    message = (await slack.conversations_history(channel=channel))["messages"][0]
    assert [pin["message"]["ts"] for pin in pins] == [ts]
    assert [mark["title"] for mark in marks] == ["The epic"]
    assert message["reactions"][0] == {"name": "eyes", "users": ["U0TOCSIN"], "count": 1}


async def test_a_file_goes_up_in_three_calls(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    """The client's own helper works, and the bytes arrive."""
    channel = await made(slack)
    reply = await slack.files_upload_v2(channel=channel, content="evidence", filename="e.txt", title="Evidence")
    file_id = reply["file"]["id"]
    assert sandbox.slack.state.files[file_id].content == b"evidence"
    assert (await slack.conversations_history(channel=channel))["messages"][0]["files"][0]["id"] == file_id


async def test_forced_invitations_bring_in_the_valid_people(slack: AsyncWebClient) -> None:
    """With `force`, one bad id does not keep out the others."""
    channel = await made(slack)
    await slack.conversations_invite(channel=channel, users=["U0BEN", "U0NOBODY"], force=True)
    assert (await slack.conversations_members(channel=channel))["members"] == ["U0TOCSIN", "U0BEN"]


async def test_long_lists_come_in_pages(slack: AsyncWebClient) -> None:
    """A cursor leads to the rest."""
    for number in range(5):
        await made(slack, f"inc-page-{number}")
    names: list[str] = []
    async for page in await slack.conversations_list(limit=2):
        names += [channel["name"] for channel in page["channels"]]
    assert [name for name in names if name.startswith("inc-page")] == [f"inc-page-{n}" for n in range(5)]


async def test_people_are_found_by_address(slack: AsyncWebClient) -> None:
    """The look-up by address gives the id that invites take."""
    reply = await slack.users_lookupByEmail(email="Ana.Ruiz@example.com")
    assert reply["user"]["id"] == "U0ANA"
    assert len((await slack.users_list())["members"]) == 12


async def test_timestamps_never_repeat_while_the_clock_stands_still(slack: AsyncWebClient) -> None:
    """A story clock that does not move still gives each message its own timestamp."""
    channel = await made(slack)
    posted = [(await slack.chat_postMessage(channel=channel, text=str(n)))["ts"] for n in range(10)]
    assert posted == sorted(set(posted))
