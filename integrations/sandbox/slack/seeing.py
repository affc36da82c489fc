"""What a person can look at in Slack."""

from integrations.sandbox.slack.desk import Desk
from integrations.sandbox.slack.shapes import bookmark_shape, channel_shape, view_shape
from integrations.sandbox.slack.state import message_in
from integrations.sandbox.values import JsonObject


async def me(desk: Desk) -> JsonObject:
    """Show who is acting."""
    return desk.user.model_dump()


async def channels(desk: Desk) -> JsonObject:
    """List the person's channels."""
    return {"channels": [channel_shape(channel, user=desk.user.id) for channel in desk.channels()]}


async def channel(desk: Desk) -> JsonObject:
    """Show a channel with its members, bookmarks and pins."""
    seen = desk.seen(desk.request.path_params["channel"])
    return {
        **channel_shape(seen, user=desk.user.id),
        "members": seen.members,
        "bookmarks": [bookmark_shape(bookmark, channel=seen) for bookmark in seen.bookmarks],
        "pins": [desk.shown(message_in(seen, ts=ts), channel=seen) for ts in seen.pins],
    }


async def messages(desk: Desk) -> JsonObject:
    """Show the messages of a channel or of one thread, oldest first."""
    seen = desk.seen(desk.request.path_params["channel"])
    thread = desk.request.query_params.get("thread_ts")
    wanted = [m for m in seen.messages if thread in (None, m.ts, m.thread_ts)]
    return {"messages": [desk.shown(message, channel=seen) for message in wanted]}


async def ephemerals(desk: Desk) -> JsonObject:
    """Show the messages only this person sees."""
    mine = desk.ephemerals()
    return {"messages": [{**desk.shown(m, channel=c), "channel": c.id} for c, m in mine]}


async def modals(desk: Desk) -> JsonObject:
    """Show the person's open modals, the top one last, with the errors under their fields."""
    stack = desk.modals()
    return {"modals": [{**view_shape(v, workspace=desk.workspace), "errors": v.errors} for v in stack]}
