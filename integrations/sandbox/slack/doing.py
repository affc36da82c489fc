"""What a person can do in Slack; the app hears of it as an event or an interaction."""

from integrations.sandbox.slack import interactions
from integrations.sandbox.slack.desk import Desk
from integrations.sandbox.slack.inputs import MAX_GIVEN, ImpossibleError
from integrations.sandbox.slack.methods import marks
from integrations.sandbox.slack.methods.files import share
from integrations.sandbox.slack.records import Message, StoredFile
from integrations.sandbox.slack.shapes import file_shape
from integrations.sandbox.slack.wishes import Clicking, Commanding, Filling, Joining, Pinning, Reacting, Saying
from integrations.sandbox.values import JsonObject

_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im"}


async def say(desk: Desk) -> JsonObject:
    """Post a message."""
    wish = Saying.model_validate_json(await desk.request.body())
    channel = desk.entered(wish.channel)
    ts = desk.workspace.state.new_ts(desk.workspace.time)
    message = Message(ts=ts, user=desk.user.id, text=wish.text, thread_ts=wish.thread_ts)
    desk.workspace.post(channel, message=message)
    shown = desk.shown(message, channel=channel)
    kind = _CHANNEL_TYPES[channel.kind]
    desk.workspace.deliveries.tell({**shown, "channel": channel.id, "channel_type": kind, "event_ts": ts})
    return shown


async def react(desk: Desk) -> JsonObject:
    """Put an emoji under a message, or take one's own away."""
    wish = Reacting.model_validate_json(await desk.request.body())
    change = marks.unreact if wish.remove else marks.react
    change(desk.workspace, channel=desk.entered(wish.channel), ts=wish.ts, name=wish.name, user=desk.user.id)
    return {"ok": True}


async def pin(desk: Desk) -> JsonObject:
    """Pin a message."""
    wish = Pinning.model_validate_json(await desk.request.body())
    marks.pin(desk.workspace, channel=desk.entered(wish.channel), ts=wish.ts, user=desk.user.id)
    return {"ok": True}


async def join(desk: Desk) -> JsonObject:
    """Enter a channel, or bring people in."""
    wish = Joining.model_validate_json(await desk.request.body() or b"{}")
    channel = desk.seen(desk.request.path_params["channel"])
    for user_id in wish.users or [desk.user.id]:
        joined = desk.workspace.state.user(user_id)
        if joined.id not in channel.members:
            channel.members.append(joined.id)
            event = {"type": "member_joined_channel", "user": joined.id, "channel": channel.id}
            desk.workspace.deliveries.tell(event)
    return {"members": channel.members}


async def archive(desk: Desk) -> JsonObject:
    """Archive a channel."""
    channel = desk.entered(desk.request.path_params["channel"])
    channel.archived = True
    event = {"type": "channel_archive", "channel": channel.id, "user": desk.user.id}
    desk.workspace.deliveries.tell(event)
    return {"ok": True}


async def upload(desk: Desk) -> JsonObject:
    """Post a file; its bytes are the body, its name and a text are in the query."""
    channel = desk.entered(desk.request.path_params["channel"])
    content = await desk.request.body()
    file = StoredFile(
        id=desk.workspace.state.new_id("F"),
        name=desk.request.query_params.get("name", "file"),
        length=len(content),
        owner=desk.user.id,
        content=content,
        complete=True,
    )
    desk.workspace.state.files[file.id] = file
    text = desk.request.query_params.get("text", "")
    message = share(desk.workspace, files=[file], channel_id=channel.id, user=desk.user.id, text=text)
    return desk.shown(message, channel=channel)


async def give(desk: Desk) -> JsonObject:
    """Choose a file in a modal, which uploads it: its bytes are the body, its name is in the query."""
    content = await desk.request.body()
    if len(content) > MAX_GIVEN:
        message = "Slack's forms take files up to 10 MB"
        raise ImpossibleError(message)
    file = StoredFile(
        id=desk.workspace.state.new_id("F"),
        name=desk.request.query_params.get("name", "file"),
        length=len(content),
        mimetype=desk.request.headers.get("content-type") or "application/octet-stream",
        owner=desk.user.id,
        content=content,
        complete=True,
    )
    desk.workspace.state.files[file.id] = file
    return file_shape(file)


async def click(desk: Desk) -> JsonObject:
    """Press a button or choose a value."""
    wish = Clicking.model_validate_json(await desk.request.body())
    outcome = await interactions.click(
        desk.workspace, user=desk.user, place=desk.place(wish), wish=wish, base_url=desk.base_url
    )
    return _told(outcome, desk=desk)


async def command(desk: Desk) -> JsonObject:
    """Type a slash command."""
    wish = Commanding.model_validate_json(await desk.request.body())
    outcome = await interactions.run_command(
        desk.workspace,
        user=desk.user,
        channel=desk.seen(wish.channel),
        command=wish.command,
        text=wish.text,
        base_url=desk.base_url,
    )
    return _told(outcome, desk=desk)


async def submit(desk: Desk) -> JsonObject:
    """Submit a modal."""
    wish = Filling.model_validate_json(await desk.request.body() or b"{}")
    view = desk.modal(desk.request.path_params["view"])
    outcome = await interactions.submit(desk.workspace, user=desk.user, view=view, values=wish.values)
    return _told(outcome, desk=desk)


async def close(desk: Desk) -> JsonObject:
    """Close a modal."""
    view = desk.modal(desk.request.path_params["view"])
    return _told(await interactions.close(desk.workspace, user=desk.user, view=view), desk=desk)


def _told(outcome: interactions.Outcome, *, desk: Desk) -> JsonObject:
    return {**outcome.model_dump(), "modals": [view.id for view in desk.modals()]}
