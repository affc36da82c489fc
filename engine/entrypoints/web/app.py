"""The HTTP interface of `tocsin serve`.

Rules kept here: nothing but the hooks and the health check answers without the token; an error is a JSON object with
what happened and what to do next; a hook's body is handed on as raw bytes, since that is what its signature covers.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.background import BackgroundTask

from engine.domain.errors import ConfigError, InputError, PlaybookError, TocsinError, UnknownIncidentError
from engine.entrypoints.web import incidents

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engine.entrypoints.web.parts import Hook, WebParts

LARGEST = 1_000_000
"""Bytes of a request's body."""
log = structlog.get_logger(__name__)
OPEN = frozenset({"/", "/healthz", "/slack/events", "/jira/webhook"})
_HOME = """<!doctype html><meta charset="utf-8"><title>Tocsin</title>
<style>body{font:16px/1.5 system-ui;margin:4rem auto;max-width:40rem;padding:0 1rem;color-scheme:light dark}</style>
<h1>Tocsin</h1><p>This is the engine. People work in Slack, in Jira and with <code>tocsin</code> in a shell.</p>
<ul><li><code>GET /healthz</code>: is it up, is it busy?</li>
<li><code>POST /api/v1/incidents</code>: declare an incident (<code>playbook</code>, <code>inputs</code>,
<code>dedup_key</code>)</li><li><code>GET /api/v1/incidents/INC-1</code>: where it stands</li></ul>
<p>Send the token of <code>TOCSIN_HOME/api-token</code> as <code>Authorization: Bearer ...</code>.</p>
"""


def create_app(parts: WebParts) -> FastAPI:
    """Return the application."""
    app = FastAPI(title="Tocsin", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(incidents.routes(parts))

    @app.middleware("http")
    async def guarded(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path in OPEN:
            return await go_on(request)
        if not _authorised(request, parts.token):
            return _error(401, "This needs the token.", "Send TOCSIN_HOME/api-token as `Authorization: Bearer ...`.")
        if int(request.headers.get("content-length") or 0) > LARGEST or "transfer-encoding" in request.headers:
            return _error(413, "The request is too large.", f"Send at most {LARGEST:,} bytes, with their length.")
        return await go_on(request)

    _tell_errors(app)

    @app.get("/", response_class=HTMLResponse)
    async def home() -> str:
        return _HOME

    @app.get("/healthz")
    async def health() -> Any:  # noqa: ANN401 - a JSON object
        return await parts.health()

    @app.post("/api/v1/poke", status_code=204)
    async def poke() -> None:
        parts.poke()

    _take_hooks(app, parts)
    return app


def _tell_errors(app: FastAPI) -> None:
    @app.exception_handler(TocsinError)
    async def refused(_: Request, error: TocsinError) -> Response:
        return _error(_status(error), error.message, error.hint(), **_details(error))

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, error: RequestValidationError) -> Response:
        fields = {".".join(map(str, one["loc"][1:])) or "body": str(one["msg"]) for one in error.errors()}
        return _error(422, "This is not what is expected here.", "See the fields.", fields=fields)

    @app.exception_handler(Exception)
    async def fault(_: Request, error: Exception) -> Response:
        log.error("fault", kind=type(error).__name__)
        return _error(500, "This is a fault of Tocsin.", "Its log says more; nothing was half done: try it again.")


def _take_hooks(app: FastAPI, parts: WebParts) -> None:
    @app.post("/slack/events")
    async def slack(request: Request) -> Response:
        return await _hooked(request, parts.slack, "Slack")

    @app.post("/jira/webhook")
    async def jira(request: Request) -> Response:
        return await _hooked(request, parts.jira, "Jira")


async def _hooked(request: Request, hook: Hook | None, name: str) -> Response:
    if hook is None:
        return _error(404, f"{name} does not send its requests here.", f"Set what {name} signs with, see the settings.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return _error(413, "The request is too large.", f"A hook takes at most {LARGEST:,} bytes.")
    answer = await hook(bytes(body), request.headers)
    then = BackgroundTask(_awaited, answer.then) if answer.then else None
    if answer.body is None:
        return Response(status_code=answer.status, background=then)
    return JSONResponse(dict(answer.body), status_code=answer.status, background=then)


async def _awaited(then: Callable[[], Awaitable[None]]) -> None:
    """Do what follows an answer; a background task itself awaits only what is a coroutine function."""
    await then()


def _authorised(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _status(error: TocsinError) -> int:
    match error:
        case InputError() | PlaybookError():
            return 422
        case UnknownIncidentError():
            return 404
        case ConfigError():
            return 400
        case _:
            return 409


def _details(error: TocsinError) -> dict[str, Any]:
    match error:
        case InputError():
            return {"inputs": dict(error.wrong)}
        case PlaybookError():
            return {"problems": [problem.message for problem in error.problems]}
        case _:
            return {}


def _error(status: int, message: str, hint: str, **more: Any) -> JSONResponse:  # noqa: ANN401 - JSON values
    return JSONResponse({"error": message, "hint": hint, **more}, status_code=status)
