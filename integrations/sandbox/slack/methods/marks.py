"""pins.*, bookmarks.* and reactions.*: what is put onto channels and messages."""

import re

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import Bookmark, Channel, Message, Reaction
from integrations.sandbox.slack.shapes import bookmark_shape, message_shape
from integrations.sandbox.slack.state import message_in
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

MAX_PINS = 100
MAX_BOOKMARKS = 100

_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def add_pin(call: Call) -> JsonObject:
    """Pin a message."""
    channel = call.writable()
    pin(call.workspace, channel=channel, ts=_timestamp(call), user=call.bot)
    return {}


def remove_pin(call: Call) -> JsonObject:
    """Take a pin off."""
    channel = call.writable()
    message = message_in(channel, ts=_timestamp(call))
    if message.ts not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(message.ts)
    return {}


def list_pins(call: Call) -> JsonObject:
    """List the pinned messages."""
    channel = call.joined()
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "message": message_shape(message_in(channel, ts=ts), channel=channel, workspace=call.workspace),
        }
        for ts in channel.pins
    ]
    return {"items": items}


def add_bookmark(call: Call) -> JsonObject:
    """Put a link at the top of a channel."""
    channel = call.writable("channel_id")
    if call.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(channel.bookmarks) >= MAX_BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    bookmark = Bookmark(
        id=call.workspace.state.new_id("Bk"),
        title=call.text("title"),
        link=_link(call.text("link")),
        emoji=call.maybe("emoji") or "",
    )
    channel.bookmarks.append(bookmark)
    return {"bookmark": bookmark_shape(bookmark, channel=channel)}


def edit_bookmark(call: Call) -> JsonObject:
    """Change a bookmark."""
    channel = call.writable("channel_id")
    bookmark = _bookmark(channel, bookmark_id=call.text("bookmark_id"))
    bookmark.title = call.maybe("title") or bookmark.title
    bookmark.link = _link(call.maybe("link") or bookmark.link)
    bookmark.emoji = call.maybe("emoji") or bookmark.emoji
    return {"bookmark": bookmark_shape(bookmark, channel=channel)}


def list_bookmarks(call: Call) -> JsonObject:
    """List the bookmarks of a channel."""
    channel = call.joined("channel_id")
    return {"bookmarks": [bookmark_shape(b, channel=channel) for b in channel.bookmarks]}


def remove_bookmark(call: Call) -> JsonObject:
    """Take a bookmark away."""
    channel = call.writable("channel_id")
    channel.bookmarks.remove(_bookmark(channel, bookmark_id=call.text("bookmark_id")))
    return {}


def add_reaction(call: Call) -> JsonObject:
    """Put an emoji under a message."""
    channel = call.writable()
    react(call.workspace, channel=channel, ts=_timestamp(call), name=call.text("name"), user=call.bot)
    return {}


def get_reactions(call: Call) -> JsonObject:
    """Show a message with its reactions."""
    channel = call.joined()
    message = message_in(channel, ts=_timestamp(call))
    shape = message_shape(message, channel=channel, workspace=call.workspace)
    return {"type": "message", "channel": channel.id, "message": shape}


def pin(workspace: Workspace, *, channel: Channel, ts: str, user: str) -> None:
    """Pin a message on behalf of a user, and tell the app where it is in the channel."""
    message = message_in(channel, ts=ts)
    if message.ts in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= MAX_PINS:
        raise SlackError("too_many_pins")
    channel.pins.append(message.ts)
    shape = message_shape(message, channel=channel, workspace=workspace)
    item = {"type": "message", "channel": channel.id, "message": shape, "created_by": user}
    _tell(workspace, channel=channel, event={"type": "pin_added", "user": user, "channel_id": channel.id, "item": item})


def react(workspace: Workspace, *, channel: Channel, ts: str, name: str, user: str) -> None:
    """Put this user's emoji under a message, once, and tell the app where it is in the channel."""
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    message = message_in(channel, ts=ts)
    reaction = next((r for r in message.reactions if r.name == name), None)
    if reaction is None:
        message.reactions.append(Reaction(name=name, users=[user]))
    elif user in reaction.users:
        raise SlackError("already_reacted")
    else:
        reaction.users.append(user)
    _tell(workspace, channel=channel, event=_reacted("reaction_added", message, channel=channel, name=name, user=user))


def unreact(workspace: Workspace, *, channel: Channel, ts: str, name: str, user: str) -> None:
    """Take this user's emoji away from under a message."""
    message = message_in(channel, ts=ts)
    reaction = next((r for r in message.reactions if r.name == name and user in r.users), None)
    if reaction is None:
        raise SlackError("no_reaction")
    reaction.users.remove(user)
    message.reactions = [kept for kept in message.reactions if kept.users]
    _tell(
        workspace, channel=channel, event=_reacted("reaction_removed", message, channel=channel, name=name, user=user)
    )


def _reacted(kind: str, message: Message, *, channel: Channel, name: str, user: str) -> JsonObject:
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    return {"type": kind, "user": user, "reaction": name, "item_user": message.user, "item": item}


def _tell(workspace: Workspace, *, channel: Channel, event: JsonObject) -> None:
    if workspace.app.bot_user_id in channel.members:
        workspace.deliveries.tell({**event, "event_ts": workspace.state.new_ts(workspace.time)})


def _timestamp(call: Call) -> str:
    timestamp = call.maybe("timestamp")
    if not timestamp:
        raise SlackError("no_item_specified")
    return timestamp


def _bookmark(channel: Channel, *, bookmark_id: str) -> Bookmark:
    for bookmark in channel.bookmarks:
        if bookmark.id == bookmark_id:
            return bookmark
    raise SlackError("not_found")


def _link(link: str) -> str:
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    return link
