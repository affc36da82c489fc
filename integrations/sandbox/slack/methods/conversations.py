"""conversations.*: making, naming and finding channels. Limits are those of Slack's documentation."""

import re

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError, invalid_arguments
from integrations.sandbox.slack.records import Channel, ChannelKind, Message
from integrations.sandbox.slack.shapes import channel_shape
from integrations.sandbox.slack.state import visible
from integrations.sandbox.values import JsonObject

MAX_NAME = 80
MAX_TOPIC = 250

_ALLOWED_NAME = re.compile(r"[a-z0-9_-]+")
_KINDS: dict[str, ChannelKind] = {
    "public_channel": "public",
    "private_channel": "private",
    "im": "im",
}


def create(call: Call) -> JsonObject:
    """Make a channel; its creator is its only member."""
    kind: ChannelKind = "private" if call.flag("is_private") else "public"
    call.need_kind(kind)
    if call.workspace.app.channels_restricted:
        raise SlackError("restricted_action")
    name = _checked_name(call, name=call.maybe("name") or "")
    workspace = call.workspace
    channel = workspace.state.add_channel(name, kind=kind, creator=call.bot, at=workspace.time)
    return _shown(channel, call=call)


def info(call: Call) -> JsonObject:
    """Describe a channel."""
    return _shown(call.channel(), call=call)


def listing(call: Call) -> JsonObject:
    """List the channels of the wanted kinds that the caller can see, a page at a time."""
    kinds = {_kind(name) for name in call.listed("types") or ["public_channel"]}
    for kind in kinds:
        call.need_kind(kind)
    without_archived = call.flag("exclude_archived")
    found = [
        channel
        for channel in call.workspace.state.channels.values()
        if channel.kind in kinds and visible(channel, user=call.bot) and not (without_archived and channel.archived)
    ]
    page, cursor = paged([channel_shape(c, user=call.bot) for c in found], call=call)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def members(call: Call) -> JsonObject:
    """List who is in a channel."""
    page, cursor = paged(call.channel().members, call=call)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def set_topic(call: Call) -> JsonObject:
    """Change the topic; Slack cuts nothing, it refuses."""
    channel = call.writable()
    channel.topic = _short(call.maybe("topic") or "")
    _note(call, channel=channel, subtype="channel_topic", text=f"set the topic: {channel.topic}")
    return _shown(channel, call=call)


def set_purpose(call: Call) -> JsonObject:
    """Change the purpose."""
    channel = call.writable()
    channel.purpose = _short(call.maybe("purpose") or "")
    return _shown(channel, call=call) | {"purpose": channel.purpose}


def rename(call: Call) -> JsonObject:
    """Change the name, under the rules of a new one."""
    channel = call.writable()
    channel.name = _checked_name(call, name=call.maybe("name") or "")
    return _shown(channel, call=call)


def archive(call: Call) -> JsonObject:
    """Archive a channel; its name stays taken."""
    channel = call.joined()
    if channel.archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    channel.archived = True
    event = {"type": "channel_archive", "channel": channel.id, "user": call.bot}
    call.workspace.deliveries.tell(event)
    return {}


def paged(items: list[JsonObject] | list[str], *, call: Call) -> tuple[list[object], str]:
    """Cut the page the call asks for; the cursor is the offset of the next one."""
    limit = call.number("limit", default=100, low=1)
    cursor = call.maybe("cursor") or "0"
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start, end = int(cursor), int(cursor) + limit
    return list(items[start:end]), str(end) if end < len(items) else ""


def _kind(name: str) -> ChannelKind:
    if name == "mpim":
        message = "group conversations are not part of this sandbox"
        raise invalid_arguments(message)
    if name not in _KINDS:
        raise SlackError("invalid_types")
    return _KINDS[name]


def _checked_name(call: Call, *, name: str) -> str:
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > MAX_NAME:
        raise SlackError("invalid_name_maxlength")
    if not _ALLOWED_NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if not name.strip("-_"):
        raise SlackError("invalid_name_punctuation")
    if call.workspace.state.channel_named(name) is not None:
        raise SlackError("name_taken")
    return name


def _short(text: str) -> str:
    if len(text) > MAX_TOPIC:
        raise SlackError("too_long")
    return text


def _note(call: Call, *, channel: Channel, subtype: str, text: str) -> None:
    workspace = call.workspace
    ts = workspace.state.new_ts(workspace.time)
    workspace.post(channel, message=Message(ts=ts, user=call.bot, text=text, subtype=subtype))


def _shown(channel: Channel, *, call: Call) -> JsonObject:
    return {"channel": channel_shape(channel, user=call.bot)}
