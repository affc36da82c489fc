"""conversations.history and replies: what was said, newest first and oldest first."""

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.methods.conversations import paged
from integrations.sandbox.slack.records import Channel, Message
from integrations.sandbox.slack.shapes import message_shape
from integrations.sandbox.values import JsonObject


def history(call: Call) -> JsonObject:
    """Return the messages of a channel without the replies in its threads, newest first."""
    channel = call.joined()
    top = [message for message in channel.messages if message.thread_ts is None]
    return _page(top[::-1], channel=channel, call=call)


def replies(call: Call) -> JsonObject:
    """Return a message and the replies in its thread, oldest first."""
    channel = call.joined()
    root = call.text("ts")
    thread = [m for m in channel.messages if root in (m.ts, m.thread_ts)]
    if not thread:
        raise SlackError("thread_not_found")
    return _page(thread, channel=channel, call=call)


def _page(messages: list[Message], *, channel: Channel, call: Call) -> JsonObject:
    wanted = [m for m in messages if _in_range(m.ts, call=call)]
    metadata = call.flag("include_all_metadata")
    shapes = [message_shape(m, channel=channel, workspace=call.workspace, metadata=metadata) for m in wanted]
    page, cursor = paged(shapes, call=call)
    return {
        "messages": page,
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _in_range(ts: str, *, call: Call) -> bool:
    oldest, latest = _bound("oldest", call=call), _bound("latest", call=call)
    if call.flag("inclusive") and ts in (call.maybe("oldest"), call.maybe("latest")):
        return True
    moment = float(ts)
    return (oldest is None or moment > oldest) and (latest is None or moment < latest)


def _bound(name: str, *, call: Call) -> float | None:
    text = call.maybe(name)
    if not text or text == "now":
        return None
    try:
        return float(text)
    except ValueError as malformed:
        raise SlackError(f"invalid_ts_{name}") from malformed
