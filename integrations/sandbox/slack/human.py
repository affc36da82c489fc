"""`/slack/human`: what a person's Slack client can do, as JSON over HTTP.

The person is given by their own token (Bearer). Used by the page and by a scripted cast. A person
sees what they would see in Slack and no more: their channels, their ephemeral messages, their modals.
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.gate import entry_of
from integrations.sandbox.slack import doing, seeing
from integrations.sandbox.slack.desk import Desk
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.slack.inputs import ImpossibleError
from integrations.sandbox.slack.records import User
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

HumanHandler: TypeAlias = Callable[[Desk], Awaitable[JsonObject]]

HANDLERS: tuple[tuple[str, str, HumanHandler], ...] = (
    ("GET", "/me", seeing.me),
    ("GET", "/channels", seeing.channels),
    ("GET", "/channels/{channel}", seeing.channel),
    ("GET", "/channels/{channel}/messages", seeing.messages),
    ("GET", "/ephemerals", seeing.ephemerals),
    ("GET", "/modals", seeing.modals),
    ("POST", "/channels/{channel}/members", doing.join),
    ("POST", "/channels/{channel}/archive", doing.archive),
    ("POST", "/channels/{channel}/files", doing.upload),
    ("POST", "/files", doing.give),
    ("POST", "/messages", doing.say),
    ("POST", "/reactions", doing.react),
    ("POST", "/pins", doing.pin),
    ("POST", "/actions", doing.click),
    ("POST", "/commands", doing.command),
    ("POST", "/modals/{view}/submit", doing.submit),
    ("POST", "/modals/{view}/close", doing.close),
)


def human_routes(workspace: Workspace) -> list[Route]:
    """Return the routes of the human side."""
    return [
        Route(f"/slack/human{path}", _endpoint(workspace, handler=handler), methods=[verb])
        for verb, path, handler in HANDLERS
    ]


def acting(workspace: Workspace, *, token: str) -> User | None:
    """Return the person whose token this is."""
    for person in workspace.seed.people:
        if person.slack_token == token and not person.deactivated:
            return workspace.state.users[person.slack_id]
    return None


def _endpoint(workspace: Workspace, *, handler: HumanHandler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        user = acting(workspace, token=token)
        if user is None:
            return _refused("not_authed", "Send the person's own token as Bearer.", status=401)
        entry_of(request).who = user.name
        try:
            return JSONResponse(await handler(Desk(workspace=workspace, user=user, request=request)))
        except SlackError as refusal:
            return _refused(refusal.code, f"Slack says {refusal.code}.", status=404)
        except (ImpossibleError, ValidationError) as impossible:
            return _refused("impossible", str(impossible), status=400)

    return endpoint


def _refused(code: str, message: str, *, status: int) -> Response:
    return JSONResponse({"ok": False, "error": code, "message": message}, status_code=status)
