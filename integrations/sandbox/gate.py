"""In front of both services: writes every call to the log and makes calls fail as the board says.

Rules:
- A fault before the work leaves the state untouched; one after it leaves a change nobody was told of.
- A revoked token is refused as each service refuses it, and only to the app.
- A dropped reply closes the connection without a byte of answer, as a broken network would.
"""

import asyncio
import json
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.sandbox.faults import REQUEST_FAULTS, Fault, FaultBoard, FaultKind
from integrations.sandbox.log import LogEntry, RequestLog, Service
from integrations.sandbox.values import JsonObject, Now

DROP = "tocsin.sandbox.drop"
_VERSION = re.compile(r"/rest/api/(?:latest|3)/")
_FILE = "attachment/content"
_UNKNOWN = "Client must be authenticated to access this resource."

_SERVICES: tuple[tuple[str, Service], ...] = (
    ("/slack/human", "human"),
    ("/slack", "slack"),
    ("/jira/rest", "jira"),
    ("/jira/secure", "jira"),
    ("/jira/media", "jira"),
    ("/pagers/", "pager"),
)


class DroppedError(ConnectionResetError):
    """The reply was dropped on purpose, in a process where no connection can be closed."""


class Gate:
    """The ASGI layer that logs and breaks calls."""

    def __init__(self, app: ASGIApp, *, log: RequestLog, faults: FaultBoard, now: Now, tokens: frozenset[str]) -> None:
        """Stand in front of this app; `tokens` are those of whoever is tested, as they stand in `Authorization`."""
        self._app = app
        self._log = log
        self._faults = faults
        self._now = now
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, unless it is to fail."""
        service = _service(scope)
        if scope["type"] != "http" or service is None:
            await self._app(scope, receive, send)
            return
        entry = self._new_entry(scope, service=service)
        scope.setdefault("state", {})["entry"] = entry
        fault = self._take(entry, tested=_authorization(scope) in self._tokens)
        if fault is None:
            await self._app(scope, receive, _noting(send, entry=entry))
            return
        entry.fault = fault.kind.value
        await self._fail(fault, scope=scope, receive=receive, send=_noting(send, entry=entry))

    def _new_entry(self, scope: Scope, *, service: Service) -> LogEntry:
        path = _VERSION.sub("/rest/api/2/", scope["path"], count=1)
        entry = LogEntry(
            number=self._log.next_number(),
            at=self._now(),
            service=service,
            verb=scope["method"],
            path=path,
            name=_name(scope["method"], path=path, service=service),
        )
        self._log.add(entry)
        return entry

    def _take(self, entry: LogEntry, *, tested: bool) -> Fault | None:
        if entry.service == "human":
            return None
        kinds = REQUEST_FAULTS if tested else REQUEST_FAULTS - {FaultKind.TOKEN_REVOKED}
        names = (entry.name, entry.path, f"{entry.verb} {entry.path}")
        return self._faults.take(kinds, names=names)

    async def _fail(self, fault: Fault, *, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind is FaultKind.SLOW and not fault.after_commit:
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind is FaultKind.SLOW:
            await self._app(scope, receive, _late(send, seconds=fault.seconds))
        elif fault.kind is FaultKind.DROP_REPLY or fault.after_commit:
            await self._app(scope, receive, _unheard)
            await _refuse(fault, scope=scope, receive=receive, send=send)
        else:
            await _refuse(fault, scope=scope, receive=receive, send=send)


def entry_of(request: Request) -> LogEntry:
    """Return the log entry of the call being answered."""
    entry = request.scope["state"]["entry"]
    if not isinstance(entry, LogEntry):
        raise TypeError(entry)
    return entry


async def _refuse(fault: Fault, *, scope: Scope, receive: Receive, send: Send) -> None:
    match fault.kind:
        case FaultKind.RATE_LIMITED:
            await _reply(send, status=429, retry_after=fault.seconds)
        case FaultKind.SERVER_ERROR:
            await _reply(send, status=fault.status)
        case FaultKind.HANG:
            await _gone(receive)
        case FaultKind.TOKEN_REVOKED:
            await _unauthorised(scope, send=send)
        case _:
            await _drop(scope, receive=receive)


async def _unauthorised(scope: Scope, *, send: Send) -> None:
    slack = scope["path"].startswith("/slack")
    body = {"ok": False, "error": "token_revoked"} if slack else {"errorMessages": [_UNKNOWN], "errors": {}}
    scope["state"]["entry"].error = "token_revoked"
    await _send_json(send, status=200 if slack else 401, body=body)


async def _reply(send: Send, *, status: int, retry_after: float | None = None) -> None:
    headers = [] if retry_after is None else [(b"retry-after", str(max(1, int(retry_after))).encode())]
    error = "ratelimited" if retry_after is not None else "internal_error"
    body = {"ok": False, "error": error, "errorMessages": ["Made to fail by the sandbox"]}
    await _send_json(send, status=status, body=body, headers=headers)


async def _send_json(send: Send, *, status: int, body: JsonObject, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    typed = [(b"content-type", b"application/json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": typed})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def _drop(scope: Scope, *, receive: Receive) -> None:
    drop = scope.get("extensions", {}).get(DROP)
    if drop is None:
        raise DroppedError
    drop()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _unheard(message: Message) -> None:
    """Swallow what the app answers."""
    del message


def _late(send: Send, *, seconds: float) -> Send:
    async def late(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return late


def _noting(send: Send, *, entry: LogEntry) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            entry.replied = True
        await send(message)

    return noting


def _authorization(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")


def _service(scope: Scope) -> Service | None:
    path = scope.get("path", "")
    return next((service for prefix, service in _SERVICES if path.startswith(prefix)), None)


def _name(verb: str, *, path: str, service: Service) -> str:
    """Name a call: the Slack method, or verb and first word of the Jira resource."""
    if service == "slack":
        return path.removeprefix("/slack/api/").removeprefix("/slack/")
    if service == "jira":
        resource = path.removeprefix("/jira/rest/api/2/").removeprefix("/jira/")
        parts = [_FILE] if resource.startswith(_FILE) else resource.split("/")
        return f"{verb} {'/'.join([parts[0], *parts[2:3]])}"
    return f"{verb} {path}"
