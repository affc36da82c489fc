"""People see in Slack what they would see, and no more."""

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox
from tests.integration.sandbox.clients import Human

People = Callable[[str], Human]


async def test_a_private_channel_does_not_exist_for_outsiders(slack: AsyncWebClient, person: People) -> None:
    """Ana is in it and sees it, Jo does not."""
    channel = (await slack.conversations_create(name="inc-1", is_private=True))["channel"]["id"]
    await slack.conversations_invite(channel=channel, users="U0ANA")
    ana = [c["id"] for c in (await person("ana").get("/channels"))["channels"]]
    joe = [c["id"] for c in (await person("jo").get("/channels"))["channels"]]
    assert channel in ana
    assert channel not in joe
    assert (await person("jo").get(f"/channels/{channel}/messages"))["error"] == "channel_not_found"


async def test_a_person_reads_topic_pins_bookmarks_and_buttons(slack: AsyncWebClient, person: People) -> None:
    """Everything a person needs to act is in what they read."""
    channel = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ts = (await slack.chat_postMessage(channel=channel, text="x", blocks=[{"type": "actions", "elements": [button]}]))[
        "ts"
    ]
    await slack.conversations_setTopic(channel=channel, topic="SEV1")
    await slack.pins_add(channel=channel, timestamp=ts)
    await slack.bookmarks_add(channel_id=channel, title="Epic", type="link", link="https://jira.example/1")
    shown = await person("ben").get(f"/channels/{channel}")
    messages = (await person("ben").get(f"/channels/{channel}/messages"))["messages"]
    assert shown["topic"]["value"] == "SEV1"
    assert shown["pins"][0]["ts"] == ts
    assert shown["bookmarks"][0]["title"] == "Epic"
    assert messages[0]["blocks"][0]["elements"][0]["action_id"] == "go"


async def test_a_person_speaks_reacts_and_uploads(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """What a person does is there for the app to read."""
    channel = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    ben = person("ben")
    assert (await ben.post("/messages", channel=channel, text="hi"))["error"] == "not_in_channel"
    await ben.post(f"/channels/{channel}/members")
    said = await ben.post("/messages", channel=channel, text="hi")
    await ben.post("/reactions", channel=channel, ts=said["ts"], name="eyes")
    url = f"{ben.url}/slack/human/channels/{channel}/files?name=shot.png"
    async with ben.session.post(url, data=b"png", headers={"Authorization": f"Bearer {ben.token}"}) as reply:
        posted = await reply.json()
    message = (await slack.conversations_history(channel=channel))["messages"][1]
    assert message["reactions"][0]["users"] == ["U0BEN"]
    assert posted["files"][0]["size"] == 3


async def test_nobody_acts_without_a_token(sandbox: Sandbox, person: People) -> None:
    """An unknown token is nobody's."""
    stranger = Human(person("ben").session, sandbox.url, "xoxp-unknown")
    assert (await stranger.get("/channels"))["error"] == "not_authed"


async def test_what_is_not_there_cannot_be_pressed(slack: AsyncWebClient, person: People) -> None:
    """The refusal lists what could be pressed."""
    channel = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    ts = (await slack.chat_postMessage(channel=channel, text="no buttons"))["ts"]
    told = await person("ben").post("/actions", channel=channel, ts=ts, action_id="go")
    assert told["error"] == "impossible"
    assert "nothing here is called go" in told["message"]


async def test_a_person_is_taken_out_of_a_channel(slack: AsyncWebClient, person: People) -> None:
    """They see it no more; who is not in it, or is the app itself, is not taken out."""
    channel = (await slack.conversations_create(name="inc-1", is_private=True))["channel"]["id"]
    await slack.conversations_invite(channel=channel, users="U0BEN,U0ANA")
    await slack.conversations_kick(channel=channel, user="U0BEN")
    assert channel not in [one["id"] for one in (await person("ben").get("/channels"))["channels"]]
    codes = {"U0BEN": "not_in_channel", "U0NOBODY": "user_not_found", "U0TOCSIN": "cant_kick_self"}
    for user, code in codes.items():
        with pytest.raises(SlackApiError, match=code):
            await slack.conversations_kick(channel=channel, user=user)


async def test_an_ephemeral_message_is_for_one_person(slack: AsyncWebClient, person: People) -> None:
    """It is in nobody's history and on one screen."""
    channel = (await slack.conversations_create(name="inc-1"))["channel"]["id"]
    await slack.conversations_invite(channel=channel, users="U0BEN,U0ANA")
    await slack.chat_postEphemeral(channel=channel, user="U0BEN", text="Counsel approves this.")
    ben = (await person("ben").get("/ephemerals"))["messages"]
    assert [(m["channel"], m["text"]) for m in ben] == [(channel, "Counsel approves this.")]
    assert (await person("ana").get("/ephemerals"))["messages"] == []
    assert (await person("ben").get(f"/channels/{channel}/messages"))["messages"] == []
