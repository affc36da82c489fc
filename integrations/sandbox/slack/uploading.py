"""Where the bytes of a reserved upload go; the length must be the one announced."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integrations.sandbox.gate import entry_of
from integrations.sandbox.slack.workspace import Workspace


def upload_endpoint(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers `/slack/upload/<file>`."""

    async def endpoint(request: Request) -> Response:
        file = workspace.state.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("no such upload", status_code=404)
        content = await _content(request)
        if len(content) != file.length:
            return PlainTextResponse("the length is not the one announced", status_code=400)
        file.content = content
        entry_of(request).committed = True
        return PlainTextResponse(f"OK - {file.length}")

    return endpoint


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        return await files[0].read() if files else b""
