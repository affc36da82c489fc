"""Every method of the Chat port, with the genuine client, as the people in the channel see it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine.domain.errors import IntegrationError
from engine.ports.chat import MessageRef
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.people import Person
from engine.ports.shown import Button, Message, Section
from integrations.sandbox import Fault, FaultKind, Sandbox
from integrations.slack import RefusedError, SlackApi, SlackChat, health
from tests.integration.sandbox.clients import Human, StoryClock
from tests.integration.slack.persons import ANA, BEN

People = Callable[[str], Human]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_channel_is_private_and_carries_the_incident(sandbox: Sandbox, chat: SlackChat) -> None:
    """Nobody but the app is in it, and its purpose says whose it is."""
    channel_id = await chat.open_channel("INC 7: Quiet Owl!", incident="INC-7", key="k")
    channel = sandbox.slack.state.channels[channel_id]
    assert (channel.name, channel.kind, channel.members) == ("inc-7-quiet-owl", "private", ["U0TOCSIN"])
    assert "[tocsin:INC-7]" in channel.purpose


async def test_a_name_taken_by_others_gets_a_suffix(sandbox: Sandbox, chat: SlackChat) -> None:
    """Another incident's channel, a public one and one we cannot see are left alone."""
    name = "n" * 100
    first = await chat.open_channel(name, incident="INC-1", key="k")
    other = await chat.open_channel(name, incident="INC-10", key="k")
    security = await chat.open_channel("security", incident="INC-3", key="k")
    names = [sandbox.slack.state.channels[channel].name for channel in (first, other, security)]
    assert names == ["n" * 80, "n" * 78 + "-2", "security-2"]


async def test_opening_again_gives_the_same_channel(sandbox: Sandbox, chat: SlackChat) -> None:
    """Also when it got a suffix, has people in it and a topic of its own."""
    opened = await chat.open_channel("security", incident="INC-1", key="k")
    await chat.invite(opened, [BEN])
    await chat.set_topic(opened, "t" * 300)
    assert await chat.open_channel("security", incident="INC-1", key="k") == opened
    assert await chat.find_channel("security", incident="INC-1", key="k") == Found(opened)
    assert await chat.find_channel("security", incident="INC-10", key="k") == Absent()
    assert sandbox.slack.state.channels[opened].topic == "t" * 249 + "…"


async def test_a_lost_reply_to_a_creation_leaves_one_channel(sandbox: Sandbox, chat: SlackChat) -> None:
    """The channel made there has no marker yet; it is taken over, since nobody else is in it."""
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="conversations.create"))
    with pytest.raises(IntegrationError) as lost:
        await chat.open_channel("inc-1", incident="INC-1", key="k")
    assert type(lost.value).__name__ == "OutcomeUnknownError"
    opened = await chat.open_channel("inc-1", incident="INC-1", key="k")
    assert sandbox.slack.state.channels[opened].name == "inc-1"
    assert len(sandbox.log.calls("conversations.create", committed=True)) == 1


async def test_who_cannot_be_invited_does_not_keep_the_others_out(sandbox: Sandbox, chat: SlackChat) -> None:
    """Each failure is named with its person; inviting again changes nothing."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    nobody = Person(id="nobody", name="No Body", mail="no.body@example.com")
    ghost = Person(id="ghost", name="A Ghost", slack="U0GHOST")
    bare = Person(id="bare", name="Bare")
    invited = await chat.invite(channel, [nobody, BEN, ghost, ANA, bare])
    again = await chat.invite(channel, [BEN, ghost, ANA])
    assert invited.present == again.present == ("ben", "ana")
    assert set(invited.failed) == {"nobody", "ghost", "bare"}
    assert invited.failed["ghost"] == "Slack says user_not_found"
    assert set(sandbox.slack.state.channels[channel].members) == {"U0TOCSIN", "U0BEN", "U0ANA"}
    assert len(sandbox.log.calls("users.lookupByEmail")) == 2


async def test_people_are_taken_out_of_the_channel(sandbox: Sandbox, chat: SlackChat) -> None:
    """Those who are in it; taking them out again changes nothing."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    await chat.invite(channel, [BEN, ANA])
    for _ in range(2):
        await chat.remove(channel, [ANA, Person(id="bare", name="Bare"), Person(id="ghost", name="A", slack="U0GHOST")])
    assert set(sandbox.slack.state.channels[channel].members) == {"U0TOCSIN", "U0BEN"}


async def test_a_message_is_shown_edited_pinned_and_linked(sandbox: Sandbox, chat: SlackChat, person: People) -> None:
    """People see plain text as it was written, and no key."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    await chat.invite(channel, [BEN])
    button = Button(label="Approve", action="approve", token="t-1", style="primary")
    section = Section(heading="Why", lines=("a < b & c", "<!channel>"))
    ref = await chat.post(
        channel, Message(text="May we?", heading="Ask", sections=(section,), buttons=(button,)), key="k1"
    )
    await chat.pin(ref)
    await chat.pin(ref)
    asked = (await person("ben").get(f"/channels/{channel}/messages"))["messages"][-1]
    await chat.edit(ref, Message(text="Approved by Ana"))
    edited = (await person("ben").get(f"/channels/{channel}/messages"))["messages"][-1]
    assert asked["blocks"][1]["text"]["text"] == "*Why*\na &lt; b &amp; c\n&lt;!channel&gt;"
    assert [block["type"] for block in asked["blocks"]] == ["header", "section", "actions"]
    assert [block["text"]["text"] for block in edited["blocks"]] == ["Approved by Ana"]
    assert sandbox.slack.state.channels[channel].pins == [ref.id]
    assert chat.address(channel).endswith(f"/archives/{channel}")
    genuine = SlackChat(SlackApi(bot_token="xoxb-none"))
    assert genuine.address(channel) == f"https://slack.com/app_redirect?channel={channel}"
    assert (await chat.link(ref)).endswith(f"/archives/{channel}/p{ref.id.replace('.', '')}")
    # aiohttp sends a GET again by itself when the connection breaks, so no write may be one
    assert {entry.verb for entry in sandbox.log.entries if entry.service == "slack" and entry.committed} == {"POST"}
    with pytest.raises(RefusedError, match="message_not_found"):
        await chat.link(MessageRef(channel=channel, id="1.000000"))


async def test_a_long_message_goes_on_in_its_thread(sandbox: Sandbox, chat: SlackChat) -> None:
    """Once, also when it is edited, and when Slack's answer was lost on the way."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    long = Message(text="x", sections=(Section(lines=("word " * 4000,)),))
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="conversations.replies"))
    ref = await chat.post(channel, long, key="k1")
    assert [m for m in sandbox.slack.state.channels[channel].messages if m.thread_ts] == []
    sandbox.faults.clear()
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="chat.postMessage"))
    with pytest.raises(IntegrationError):
        await chat.edit(ref, long)
    await chat.edit(ref, long)
    await chat.edit(ref, Message(text="x", sections=(Section(lines=("other " * 4000,)),)))
    thread = [m for m in sandbox.slack.state.channels[channel].messages if m.thread_ts == ref.id]
    assert len(thread) == 1
    assert "other" in str(thread[0].blocks)
    assert "word" not in str(thread[0].blocks)
    assert await chat.find_post(channel, key="k1", since=LONG_AGO) == Found(ref)


async def test_a_whisper_reaches_one_person(chat: SlackChat, person: People) -> None:
    """Nobody else sees it, and who is not in the channel cannot get it."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    await chat.invite(channel, [BEN])
    await chat.whisper(channel, BEN, "Somebody was faster.")
    told = (await person("ben").get("/ephemerals"))["messages"]
    assert [message["text"] for message in told] == ["Somebody was faster."]
    with pytest.raises(RefusedError, match="user_not_in_channel"):
        await chat.whisper(channel, ANA, "hello")


async def test_a_post_is_found_by_its_key_after_an_edit_and_over_pages(chat: SlackChat, clock: StoryClock) -> None:
    """The key stays with the message; another key, or a later start, finds nothing."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    since = clock()
    ref = await chat.post(channel, Message(text="one"), key="k1")
    await chat.edit(ref, Message(text="two"))
    for number in range(201):
        await chat.post(channel, Message(text="more"), key=f"more-{number}")
    assert await chat.find_post(channel, key="k1", since=since) == Found(ref)
    assert await chat.find_post(channel, key="k", since=since) == Absent()
    clock.pass_(hours=1)
    assert await chat.find_post(channel, key="k1", since=clock()) == Absent()


async def test_a_lost_reply_to_a_post_is_found_and_not_repeated(
    sandbox: Sandbox, chat: SlackChat, clock: StoryClock
) -> None:
    """The message that nobody told us of is adopted by its key."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    sandbox.faults.add(Fault(kind=FaultKind.DROP_REPLY, match="chat.postMessage"))
    with pytest.raises(IntegrationError) as lost:
        await chat.post(channel, Message(text="one"), key="k1")
    found = await chat.find_post(channel, key="k1", since=clock())
    assert type(lost.value).__name__ == "OutcomeUnknownError"
    assert isinstance(found, Found)
    assert len(sandbox.log.calls("chat.postMessage", committed=True)) == 1


async def test_a_look_up_that_fails_cannot_tell(sandbox: Sandbox, chat: SlackChat, clock: StoryClock) -> None:
    """Neither found nor absent, whatever goes wrong."""
    channel = await chat.open_channel("inc-1", incident="INC-1", key="k")
    for kind in (FaultKind.DROP_REPLY, FaultKind.SERVER_ERROR):
        sandbox.faults.clear()
        sandbox.faults.add(
            Fault(kind=kind, match="conversations.*", count=None)
        )  # a dropped GET is sent again by aiohttp
        assert isinstance(await chat.find_post(channel, key="k", since=clock()), CannotTell)
        assert isinstance(await chat.find_channel("inc-1", incident="INC-1", key="k"), CannotTell)
    sandbox.faults.clear()
    assert isinstance(await chat.find_post("C0NOWHERE", key="k", since=clock()), CannotTell)


async def test_health_names_the_bot_and_what_it_may_not_do(sandbox: Sandbox, api: SlackApi) -> None:
    """The scopes come from Slack's own header."""
    found = await health(api)
    assert (found.bot, found.bot_user, found.ok) == ("tocsin", "U0TOCSIN", True)
    assert found.team == sandbox.world.seed.slack.team_name
