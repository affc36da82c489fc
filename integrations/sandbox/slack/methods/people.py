"""auth.*, team.* and users.*."""

from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.shapes import user_shape
from integrations.sandbox.values import JsonObject


def auth_test(call: Call) -> JsonObject:
    """Say who the token belongs to."""
    app = call.workspace.app
    return {
        "url": f"https://{app.domain}.slack.example/",
        "team": app.team_name,
        "user": app.bot_name,
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> JsonObject:
    """Hand out the address of one Socket Mode connection."""
    ticket = call.workspace.sockets.new_ticket()
    base = call.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/slack/socket?ticket={ticket}"}


def team_info(call: Call) -> JsonObject:
    """Describe the workspace."""
    app = call.workspace.app
    return {"team": {"id": app.team_id, "name": app.team_name, "domain": app.domain}}


def users_list(call: Call) -> JsonObject:
    """List everybody, bots and deactivated people included."""
    with_email = "users:read.email" in call.scopes
    members = [
        user_shape(user, workspace=call.workspace, with_email=with_email)
        for user in call.workspace.state.users.values()
    ]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def users_info(call: Call) -> JsonObject:
    """Describe one user."""
    user = call.workspace.state.user(call.text("user"))
    with_email = "users:read.email" in call.scopes
    return {"user": user_shape(user, workspace=call.workspace, with_email=with_email)}


def users_lookup_by_email(call: Call) -> JsonObject:
    """Find an active person by address."""
    email = call.text("email").lower()
    for user in call.workspace.state.users.values():
        if user.email.lower() == email and not user.deactivated:
            return {"user": user_shape(user, workspace=call.workspace, with_email=True)}
    raise SlackError("users_not_found")
