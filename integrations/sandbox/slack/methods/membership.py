"""conversations.invite, kick, join and open: who gets into a conversation, and out of it."""

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.records import Channel
from integrations.sandbox.slack.shapes import channel_shape
from integrations.sandbox.values import JsonObject

MAX_INVITED = 100


def invite(call: Call) -> JsonObject:
    """Add people; with `force` the valid ones although others are not."""
    channel = call.writable()
    users = call.listed("users")
    if not users:
        raise SlackError("no_user")
    if len(users) > MAX_INVITED:
        raise SlackError("too_many_users")
    refused = {user: code for user in users if (code := _refusal(user, channel=channel, call=call))}
    welcome = [user for user in dict.fromkeys(users) if user not in refused]
    if refused and not (call.flag("force") and welcome):
        raise SlackError(next(iter(refused.values())), errors=_errors(refused))
    for user in welcome:
        enter(channel, user=user, call=call)
    return {"channel": channel_shape(channel, user=call.bot)} | ({"errors": _errors(refused)} if refused else {})


def kick(call: Call) -> JsonObject:
    """Take a person out."""
    channel = call.writable()
    user = call.maybe("user") or ""
    if user == call.bot:
        raise SlackError("cant_kick_self")
    if channel.name == "general":
        raise SlackError("cant_kick_from_general")
    call.workspace.state.user(user)
    if user not in channel.members:
        raise SlackError("not_in_channel")
    channel.members.remove(user)
    call.workspace.deliveries.tell(_membership("member_left_channel", channel, user=user, call=call))
    return {}


def join(call: Call) -> JsonObject:
    """Enter a public channel."""
    channel = call.channel()
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    shape = {"channel": channel_shape(channel, user=call.bot)}
    if call.bot in channel.members:
        return {**shape, "warning": "already_in_channel"}
    enter(channel, user=call.bot, call=call)
    return {"channel": channel_shape(channel, user=call.bot)}


def open_direct(call: Call) -> JsonObject:
    """Return the direct conversation with one person, made when there is none."""
    users = call.listed("users")
    if call.has("channel"):
        return {"channel": channel_shape(call.channel(), user=call.bot)}
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")
    return {"channel": channel_shape(direct_with(users[0], call=call), user=call.bot)}


def direct_with(user_id: str, *, call: Call) -> Channel:
    """Return the direct conversation of the caller and this person, or refuse."""
    user = call.workspace.state.user(user_id)
    if user.deactivated:
        raise SlackError("user_disabled")
    state = call.workspace.state
    return state.direct(call.bot, second=user_id, at=call.workspace.time)


def enter(channel: Channel, *, user: str, call: Call) -> None:
    """Make the user a member and tell the app."""
    channel.members.append(user)
    joined = _membership("member_joined_channel", channel, user=user, call=call)
    call.workspace.deliveries.tell({**joined, "inviter": call.bot})


def _membership(event: str, channel: Channel, *, user: str, call: Call) -> JsonObject:
    return {
        "type": event,
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "private" else "C",
        "team": call.workspace.app.team_id,
    }


def _refusal(user_id: str, *, channel: Channel, call: Call) -> str | None:
    user = call.workspace.state.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user_id == call.bot:
        return "cant_invite_self"
    if user_id in channel.members:
        return "already_in_channel"
    if user.deactivated:
        return "cant_invite"
    return "user_is_restricted" if user.guest else None


def _errors(refused: dict[str, str]) -> list[JsonObject]:
    return [{"user": user, "ok": False, "error": code} for user, code in refused.items()]
