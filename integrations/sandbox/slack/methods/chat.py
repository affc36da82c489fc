"""chat.*: posting, changing and deleting messages."""

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.content import Content, read_content
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.methods.membership import direct_with
from integrations.sandbox.slack.records import Channel, Message
from integrations.sandbox.slack.shapes import message_shape
from integrations.sandbox.slack.state import message_in
from integrations.sandbox.values import JsonObject


def post_message(call: Call) -> JsonObject:
    """Post a message; a user id as channel means the direct conversation with that person."""
    channel = _target(call)
    content = read_content(call)
    message = Message(
        ts=call.workspace.state.new_ts(call.workspace.time),
        user=call.bot,
        bot_id=call.workspace.app.bot_id,
        text=content.text,
        blocks=content.blocks,
        metadata=content.metadata,
        thread_ts=_thread(call, channel=channel),
        unfurl=call.flag("unfurl_links", default=True),
    )
    call.workspace.post(channel, message=message)
    return _posted(message, channel=channel, call=call)


def update(call: Call) -> JsonObject:
    """Change the app's own message; blocks and metadata stay unless given again."""
    channel = call.writable()
    message = message_in(channel, ts=call.text("ts"))
    if message.user != call.bot:
        raise SlackError("cant_update_message")
    content = read_content(call, required=not message.blocks)
    message.text = content.text or message.text
    if call.has("blocks"):
        message.blocks = content.blocks
    if call.has("metadata"):
        message.metadata = content.metadata
    message.edited_ts = call.workspace.state.new_ts(call.workspace.time)
    return _posted(message, channel=channel, call=call) | {"text": message.text}


def delete(call: Call) -> JsonObject:
    """Delete the app's own message."""
    channel = call.writable()
    message = message_in(channel, ts=call.text("ts"))
    if message.user != call.bot:
        raise SlackError("cant_delete_message")
    channel.messages.remove(message)
    channel.pins = [ts for ts in channel.pins if ts != message.ts]
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> JsonObject:
    """Show a message to one member of the channel; it is in no history."""
    channel = call.writable()
    user = call.workspace.state.user(call.text("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(call)
    message = ephemeral(content, user=user.id, call=call)
    call.workspace.state.ephemerals.append((channel.id, message))
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> JsonObject:
    """Return the address of a message."""
    channel = call.channel()
    message = message_in(channel, ts=call.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink(call.base_url, channel, ts=message.ts)}


def permalink(base_url: str, channel: Channel, *, ts: str) -> str:
    """Make the address of a message in this sandbox, shaped like Slack's."""
    return f"{base_url}/archives/{channel.id}/p{ts.replace('.', '')}"


def ephemeral(content: Content, *, user: str, call: Call) -> Message:
    """Make a message that only this user sees."""
    return Message(
        ts=call.workspace.state.new_ts(call.workspace.time),
        user=call.bot,
        bot_id=call.workspace.app.bot_id,
        text=content.text,
        blocks=content.blocks,
        thread_ts=call.maybe("thread_ts"),
        only_for=user,
    )


def _target(call: Call) -> Channel:
    named = call.text("channel")
    if named in call.workspace.state.users:
        return direct_with(named, call=call)
    return call.writable()


def _thread(call: Call, *, channel: Channel) -> str | None:
    root_ts = call.maybe("thread_ts")
    if not root_ts:
        return None
    root = next((m for m in channel.messages if m.ts == root_ts), None)
    if root is None:
        raise SlackError("thread_not_found")
    return root.thread_ts or root.ts


def _posted(message: Message, *, channel: Channel, call: Call) -> JsonObject:
    shape = message_shape(message, channel=channel, workspace=call.workspace, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shape}
