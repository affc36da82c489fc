"""The payloads Slack sends when a person does something with what the app showed."""

from integrations.sandbox.slack.escaping import escaped_command
from integrations.sandbox.slack.inputs import action_id_of, read_value
from integrations.sandbox.slack.records import Channel, Message, User, View
from integrations.sandbox.slack.shapes import message_shape, view_shape
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject


def command_payload(
    workspace: Workspace, *, user: User, channel: Channel, command: str, text: str, base_url: str
) -> JsonObject:
    """Describe a slash command, as flat text fields."""
    path = workspace.new_response_path(user.id, channel=channel.id)
    return {
        "token": "unused",
        "team_id": workspace.app.team_id,
        "team_domain": workspace.app.domain,
        "channel_id": channel.id,
        "channel_name": channel.name or "directmessage",
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": _as_sent(workspace, text),
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": base_url + path,
        "trigger_id": workspace.new_trigger(user.id),
    }


def _as_sent(workspace: Workspace, text: str) -> str:
    if not workspace.app.escapes_commands:
        return text
    users = {user.name: user.id for user in workspace.state.users.values()}
    channels = {channel.name: channel.id for channel in workspace.state.channels.values() if channel.kind == "public"}
    return escaped_command(text, users=users, channels=channels)


def action_payload(
    workspace: Workspace, *, user: User, channel: Channel, message: Message, base_url: str
) -> JsonObject:
    """Describe a click in a message; the action itself is added by the caller."""
    path = workspace.new_response_path(user.id, channel=channel.id, message_ts=message.ts)
    shape = message_shape(message, channel=channel, workspace=workspace, metadata=True)
    return {
        **_common(workspace, user=user, kind="block_actions"),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "trigger_id": workspace.new_trigger(user.id),
        "channel": {"id": channel.id, "name": channel.name or "directmessage"},
        "message": shape,
        "state": {"values": {}},
        "response_url": base_url + path,
    }


def view_action_payload(workspace: Workspace, *, user: User, view: View, values: JsonObject) -> JsonObject:
    """Describe a click in a modal."""
    return {
        **_common(workspace, user=user, kind="block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.new_trigger(user.id, view_id=view.id),
        "view": filled_view(workspace, view=view, values=values),
    }


def submission_payload(workspace: Workspace, *, user: User, view: View, values: JsonObject) -> JsonObject:
    """Describe the submission of a modal."""
    return {
        **_common(workspace, user=user, kind="view_submission"),
        "trigger_id": workspace.new_trigger(user.id, view_id=view.id),
        "view": filled_view(workspace, view=view, values=values),
        "response_urls": [],
    }


def closed_payload(workspace: Workspace, *, user: User, view: View) -> JsonObject:
    """Describe the closing of a modal that asked to hear of it."""
    return {
        **_common(workspace, user=user, kind="view_closed"),
        "view": filled_view(workspace, view=view, values={}),
        "is_cleared": False,
    }


def action_of(element: JsonObject, *, block: JsonObject, value: object, action_ts: str) -> JsonObject:
    """Describe what was clicked or chosen."""
    action = {
        "type": element["type"],
        "action_id": action_id_of(element, block=block),
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    if element["type"] == "button":
        shown: JsonObject = {key: element[key] for key in ("value", "style") if key in element}
        return {**action, "text": element["text"], **shown}
    return {**action, **read_value(element, value=value)}


def filled_view(workspace: Workspace, *, view: View, values: JsonObject) -> JsonObject:
    """Show a view with what was filled in."""
    return {**view_shape(view, workspace=workspace), "state": {"values": values}}


def _common(workspace: Workspace, *, user: User, kind: str) -> JsonObject:
    app = workspace.app
    return {
        "type": kind,
        "team": {"id": app.team_id, "domain": app.domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": app.team_id,
        },
        "api_app_id": app.app_id,
        "token": "unused",
        "enterprise": None,
        "is_enterprise_install": False,
    }
