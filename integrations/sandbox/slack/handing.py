"""Where the app fetches a file that somebody gave in a modal: only with its bot token, and with the scope files:read.

As at Slack, whoever may not have it is led to a page to sign in, and no error says so.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from integrations.sandbox.gate import entry_of
from integrations.sandbox.slack.workspace import Workspace

SCOPE = "files:read"


def download_endpoint(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers `/slack/files/<file>/download/<name>`, and the same without `download`."""

    async def endpoint(request: Request) -> Response:
        entry = entry_of(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if token != workspace.app.bot_token or SCOPE not in workspace.app.scopes:
            entry.error = "not_authed"
            return RedirectResponse("/?redir=files", status_code=302)
        entry.who = workspace.app.bot_name
        file = workspace.state.files.get(request.path_params["file"])
        if file is None or file.content is None:
            return PlainTextResponse("no such file", status_code=404)
        return Response(file.content, media_type=file.mimetype)

    return endpoint
