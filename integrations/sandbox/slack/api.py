"""The Web API endpoint: authentication, scopes, rates, then the method's handler.

Refusals are HTTP 200 with `ok: false`; only a rate limit is a 429.
"""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.sandbox.gate import entry_of
from integrations.sandbox.log import LogEntry
from integrations.sandbox.seed import SlackSeed
from integrations.sandbox.slack.call import Call, Method
from integrations.sandbox.slack.catalog import METHODS
from integrations.sandbox.slack.errors import RateLimitedError, SlackError
from integrations.sandbox.slack.workspace import Workspace
from integrations.sandbox.values import JsonObject

_MINUTE = 60.0
_POST = "chat.postMessage"


@dataclass
class Rates:
    """How often each method was called in the last minute of real time, and when each channel was last posted to."""

    post_interval: float
    calls: dict[str, deque[float]] = field(default_factory=dict)
    posts: dict[str, float] = field(default_factory=dict)

    def spend(self, name: str, *, per_minute: int, at: float) -> None:
        """Count a call, or refuse it when the method's rate is used up."""
        recent = self.calls.setdefault(name, deque())
        while recent and at - recent[0] >= _MINUTE:
            recent.popleft()
        if per_minute and len(recent) >= per_minute:
            raise RateLimitedError(int(_MINUTE - (at - recent[0])) + 1)
        recent.append(at)

    def post(self, channel: str, *, at: float) -> None:
        """Count a message, or refuse it when the channel had one just now."""
        wait = self.posts.get(channel, at - self.post_interval) + self.post_interval - at
        if wait > 0:
            raise RateLimitedError(ceil(wait))
        self.posts[channel] = at


def api_endpoint(workspace: Workspace) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that answers `/slack/api/<method>`."""
    rates = Rates(post_interval=workspace.app.post_interval)

    async def endpoint(request: Request) -> Response:
        name = request.path_params["method"]
        workspace.address = str(request.base_url).rstrip("/")
        entry = entry_of(request)
        try:
            body = await _answer(request, name=name, workspace=workspace, rates=rates)
        except SlackError as refusal:
            entry.error = refusal.code
            body = refusal.as_json()
        except RateLimitedError as limited:
            entry.error = "ratelimited"
            return rate_limited(limited.retry_after)
        else:
            entry.committed = METHODS[name].writes
        return JSONResponse(body, headers=_scope_headers(name, app=workspace.app))

    return endpoint


def rate_limited(retry_after: int) -> Response:
    """Return Slack's answer to too many calls."""
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after)})


async def _answer(request: Request, *, name: str, workspace: Workspace, rates: Rates) -> JsonObject:
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    arguments = await _arguments(request)
    scopes = _authenticated(request, arguments=arguments, method=method, app=workspace.app)
    entry = entry_of(request)
    entry.who = workspace.app.bot_name
    _note_evidence(entry, arguments=arguments)
    if workspace.app.rate_limits:
        rates.spend(name, per_minute=method.per_minute, at=workspace.monotonic())
        if name == _POST:
            rates.post(str(arguments.get("channel")), at=workspace.monotonic())
    call = Call(
        workspace=workspace,
        method=method,
        arguments=arguments,
        base_url=workspace.address,
        scopes=scopes,
    )
    _require_scope(call)
    return {"ok": True, **method.handler(call)}


async def _arguments(request: Request) -> JsonObject:
    arguments: JsonObject = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        return arguments | _json_object(await request.body())
    return arguments | dict(await request.form())


def _json_object(body: bytes) -> JsonObject:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except json.JSONDecodeError as malformed:
        raise SlackError("invalid_json") from malformed
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def _authenticated(request: Request, *, arguments: JsonObject, method: Method, app: SlackSeed) -> frozenset[str]:
    header = request.headers.get("authorization", "")
    token = header.removeprefix("Bearer ").strip() or arguments.get("token")
    if not token:
        raise SlackError("not_authed")
    if token not in (app.bot_token, app.app_token):
        raise SlackError("invalid_auth")
    if token != {"bot": app.bot_token, "app": app.app_token}[method.bearer]:
        raise SlackError("not_allowed_token_type")
    return frozenset(app.scopes if method.bearer == "bot" else ("connections:write",))


def _require_scope(call: Call) -> None:
    accepted = call.method.accepted
    if accepted and not call.scopes.intersection(accepted):
        call.need(accepted[0])


def _note_evidence(entry: LogEntry, *, arguments: JsonObject) -> None:
    for name in ("metadata", "client_msg_id", "channel", "name", "ts"):
        if arguments.get(name):
            entry.evidence[name] = arguments[name]


def _scope_headers(name: str, *, app: SlackSeed) -> dict[str, str]:
    accepted = METHODS[name].accepted if name in METHODS else ()
    return {"x-oauth-scopes": ",".join(app.scopes), "x-accepted-oauth-scopes": ",".join(accepted)}
