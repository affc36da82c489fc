"""What Slack refuses, the sandbox refuses with the same code."""

from dataclasses import dataclass

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox, Seed, default_seed, run_sandbox
from integrations.sandbox.seed import ChannelSeed, invented_person
from tests.integration.sandbox.clients import StoryClock


@dataclass(frozen=True)
class Scene:
    """Ids that refusals are about."""

    channel: str
    archived: str
    foreign: str
    secret: str
    message: str
    theirs: str

    def given(self, value: object) -> object:
        """Return what an argument of the table stands for."""
        named = isinstance(value, str) and value.startswith("$")
        return getattr(self, str(value)[1:]) if named else value


VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}

# what is tried -> code, method, arguments; "$name" stands for an id of the scene
REFUSALS: dict[str, tuple[str, str, dict[str, object]]] = {
    "unknown channel": ("channel_not_found", "chat.postMessage", {"channel": "C0NONE", "text": "x"}),
    "private channel of others": ("channel_not_found", "conversations.info", {"channel": "$secret"}),
    "public channel not joined": ("not_in_channel", "chat.postMessage", {"channel": "$foreign", "text": "x"}),
    "history not joined": ("not_in_channel", "conversations.history", {"channel": "$foreign"}),
    "posting to an archived channel": ("is_archived", "chat.postMessage", {"channel": "$archived", "text": "x"}),
    "archiving twice": ("already_archived", "conversations.archive", {"channel": "$archived"}),
    "name taken": ("name_taken", "conversations.create", {"name": "inc-live"}),
    "name taken by an archived one": ("name_taken", "conversations.create", {"name": "inc-old"}),
    "name with capitals": ("invalid_name_specials", "conversations.create", {"name": "Inc"}),
    "name with a space": ("invalid_name_specials", "conversations.create", {"name": "inc 1"}),
    "name too long": ("invalid_name_maxlength", "conversations.create", {"name": "a" * 81}),
    "name of dashes": ("invalid_name_punctuation", "conversations.create", {"name": "---"}),
    "no name": ("invalid_name_required", "conversations.create", {"name": ""}),
    "inviting oneself": ("cant_invite_self", "conversations.invite", {"channel": "$channel", "users": "U0TOCSIN"}),
    "inviting a stranger": ("user_not_found", "conversations.invite", {"channel": "$channel", "users": "U0X"}),
    "inviting a member": ("already_in_channel", "conversations.invite", {"channel": "$channel", "users": "U0BEN"}),
    "inviting a guest": ("user_is_restricted", "conversations.invite", {"channel": "$channel", "users": "U0GAST"}),
    "inviting too many": ("too_many_users", "conversations.invite", {"channel": "$channel", "users": ["U0"] * 101}),
    "saying nothing": ("no_text", "chat.postMessage", {"channel": "$channel"}),
    "saying too much": ("msg_too_long", "chat.postMessage", {"channel": "$channel", "text": "x" * 40_001}),
    "metadata that is none": (
        "invalid_metadata_schema",
        "chat.postMessage",
        {"channel": "$channel", "text": "x", "metadata": {"event_type": "a"}},
    ),
    "blocks that are none": (
        "invalid_blocks_format",
        "chat.postMessage",
        {"channel": "$channel", "text": "x", "blocks": "[{"},
    ),
    "thread that is none": (
        "thread_not_found",
        "chat.postMessage",
        {"channel": "$channel", "text": "x", "thread_ts": "1.0"},
    ),
    "updating nothing": ("message_not_found", "chat.update", {"channel": "$channel", "ts": "1.0", "text": "x"}),
    "updating others": ("cant_update_message", "chat.update", {"channel": "$channel", "ts": "$theirs", "text": "x"}),
    "deleting others": ("cant_delete_message", "chat.delete", {"channel": "$channel", "ts": "$theirs"}),
    "whispering to an outsider": (
        "user_not_in_channel",
        "chat.postEphemeral",
        {"channel": "$channel", "user": "U0JO", "text": "x"},
    ),
    "pinning twice": ("already_pinned", "pins.add", {"channel": "$channel", "timestamp": "$message"}),
    "pinning nothing": ("no_item_specified", "pins.add", {"channel": "$channel"}),
    "reacting twice": (
        "already_reacted",
        "reactions.add",
        {"channel": "$channel", "timestamp": "$message", "name": "eyes"},
    ),
    "topic too long": ("too_long", "conversations.setTopic", {"channel": "$channel", "topic": "x" * 251}),
    "bookmark without a link": (
        "invalid_link",
        "bookmarks.add",
        {"channel_id": "$channel", "title": "t", "type": "link", "link": "jira"},
    ),
    "unknown address": ("users_not_found", "users.lookupByEmail", {"email": "no@example.com"}),
    "unknown user": ("user_not_found", "users.info", {"user": "U0X"}),
    "trigger that is none": ("invalid_trigger_id", "views.open", {"trigger_id": "1", "view": VIEW}),
    "view that is none": ("not_found", "views.update", {"view_id": "V0", "view": VIEW}),
    "file that was not uploaded": ("file_not_found", "files.completeUploadExternal", {"files": [{"id": "F0"}]}),
    "argument left out": ("invalid_arguments", "chat.postMessage", {"text": "x"}),
    "page that is none": ("invalid_cursor", "conversations.list", {"cursor": "x"}),
    "types that are none": ("invalid_types", "conversations.list", {"types": "secret"}),
    "method that is none": ("unknown_method", "chat.shout", {}),
    "scope not granted": ("missing_scope", "team.info", {}),
    "bot token for sockets": ("not_allowed_token_type", "apps.connections.open", {}),
}


@pytest.fixture
def seed() -> Seed:
    """The default cast, a guest, and a channel the app is not in."""
    plain = default_seed()
    guest = invented_person("Gast Arbeiter", guest=True)
    secret = ChannelSeed(name="board", private=True, members=("jo",))
    channels = (*plain.slack.channels, secret)
    slack = plain.slack.model_copy(update={"channels": channels})
    return plain.model_copy(update={"people": (*plain.people, guest), "slack": slack})


@pytest.fixture
async def scene(sandbox: Sandbox, slack: AsyncWebClient) -> Scene:
    """A live channel with messages, an archived one and others' channels."""
    live = (await slack.conversations_create(name="inc-live"))["channel"]["id"]
    old = (await slack.conversations_create(name="inc-old"))["channel"]["id"]
    await slack.conversations_archive(channel=old)
    await slack.conversations_invite(channel=live, users="U0BEN")
    message = (await slack.chat_postMessage(channel=live, text="pinned"))["ts"]
    await slack.pins_add(channel=live, timestamp=message)
    await slack.reactions_add(channel=live, timestamp=message, name="eyes")
    state = sandbox.slack.state
    theirs = state.new_ts(sandbox.slack.time)
    state.channels[live].messages.append(
        state.channels[live].messages[0].model_copy(update={"ts": theirs, "user": "U0BEN"})
    )
    general, secret = state.channel_named("general"), state.channel_named("board")
    assert general is not None
    assert secret is not None
    return Scene(live, old, general.id, secret.id, message, theirs)


@pytest.mark.parametrize("name", REFUSALS)
async def test_slack_refuses(name: str, slack: AsyncWebClient, scene: Scene) -> None:
    """Each refusal has Slack's code and changes nothing that was counted as written."""
    code, method, arguments = REFUSALS[name]
    with pytest.raises(SlackApiError) as refused:
        await slack.api_call(method, json={key: scene.given(value) for key, value in arguments.items()})
    assert refused.value.response["error"] == code
    assert refused.value.response.status_code == 200


async def test_a_wrong_token_is_refused(sandbox: Sandbox) -> None:
    """An unknown token, and none at all, are told apart."""
    for token, code in (("xoxb-wrong", "invalid_auth"), (None, "not_authed")):
        client = AsyncWebClient(token=token, base_url=sandbox.slack_base_url)
        with pytest.raises(SlackApiError) as refused:
            await client.auth_test()
        assert refused.value.response["error"] == code


async def test_a_missing_scope_is_named(slack: AsyncWebClient) -> None:
    """The refusal says what is needed and what was provided; the header lists the latter too."""
    with pytest.raises(SlackApiError) as refused:
        await slack.team_info()
    assert refused.value.response["needed"] == "team:read"
    assert "chat:write" in refused.value.response["provided"]
    assert "chat:write" in (await slack.auth_test()).headers["x-oauth-scopes"]


async def test_a_private_channel_needs_its_own_scope(clock: StoryClock) -> None:
    """`channels:manage` makes public channels only."""
    plain = default_seed()
    narrow = plain.slack.model_copy(update={"scopes": ("channels:manage",)})
    async with run_sandbox(plain.model_copy(update={"slack": narrow}), now=clock) as sandbox:
        client = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_create(name="inc-1", is_private=True)
    assert refused.value.response["needed"] == "groups:write"


async def test_a_used_up_rate_says_when_to_come_back(clock: StoryClock) -> None:
    """With rates on, the twenty-first call a minute of a tier 2 method is a 429."""
    plain = default_seed()
    limited = plain.slack.model_copy(update={"rate_limits": True})
    async with run_sandbox(plain.model_copy(update={"slack": limited}), now=clock) as sandbox:
        client = AsyncWebClient(token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url)
        for _ in range(20):
            await client.users_list()
        with pytest.raises(SlackApiError) as refused:
            await client.users_list()
    assert refused.value.response.status_code == 429
    assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 61
