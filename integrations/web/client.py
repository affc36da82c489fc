"""The genuine client behind the `Http` port.

Rules kept here:
1. A connection serves one request, no cookie is kept, no proxy of the environment is used: nothing is shared.
2. `send` goes to allow-listed hosts and follows no redirect; `fetch` follows at most five, each checked anew.
3. An error before there is a connection means that nothing was done; after it, a request that changes something may
   have been done (`OutcomeUnknownError`), and reading may simply be tried again.
4. What changes something is sent only while whoever sends it holds what they act on.
5. Messages name the host, never the rest of an address, a header or a body.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from engine.domain.errors import IntegrationError, LeaseLostError, OutcomeUnknownError
from engine.ports.holding import check_held
from engine.ports.web import HttpRequest, HttpResponse
from integrations.web.body import read_bounded
from integrations.web.guard import AllowList, check_host, checked_url, refused
from integrations.web.resolver import GuardedResolver, LookUp, system_look_up

MAX_REDIRECTS = 5
CHUNK = 65_536
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CARRIED_ACROSS = frozenset({"accept", "accept-language", "user-agent"})
"""Headers that go along when a redirect leads to another host; nothing that could let somebody in."""
OWN_HEADERS = {"User-Agent": "Tocsin", "Accept-Encoding": "identity"}


@dataclass(slots=True)
class _Progress:
    """How far a request got."""

    connected: bool = False


class WebClient:
    """Implements `engine.ports.web.Http` on aiohttp; opened as a context, requests cost less."""

    def __init__(self, allow: AllowList, *, look_up: LookUp = system_look_up) -> None:
        self._allow = allow
        self._look_up = look_up
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = self._new_session()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send to an allow-listed host; a redirect is an answer like any other."""
        return await self._once(request, checked_url(request.url), public=False)

    async def fetch(self, request: HttpRequest) -> HttpResponse:
        """GET any public address; raises `IntegrationError`, never `OutcomeUnknownError`."""
        url = checked_url(request.url)
        asked = replace(request, method="GET", body=None)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._once(asked, url, public=True)
            target = response.headers.get("location")
            if response.status not in REDIRECTS or not target:
                return response
            following = _joined(url, target)
            if following.origin() != url.origin():
                asked = replace(asked, headers=_carried(asked.headers))
            url = following
        raise refused(f"{url.host} redirects more than {MAX_REDIRECTS} times")

    async def _once(self, request: HttpRequest, url: URL, *, public: bool) -> HttpResponse:
        host, port = url.raw_host or "", url.port or 0
        check_host(host, port=port, allow=self._allow, public=public)
        progress = _Progress()
        try:
            if self._session is not None:
                return await _exchange(self._session, request, url, progress)
            async with self._new_session() as session:
                return await _exchange(session, request, url, progress)
        except (TimeoutError, aiohttp.ClientError, OSError, zlib.error) as error:
            raise _mapped(error, request, host=host, connected=progress.connected) from None
        except ValueError as error:
            if progress.connected:
                raise _mapped(error, request, host=host, connected=True) from None
            raise refused("a header or the address holds what cannot be sent") from None

    def _new_session(self) -> aiohttp.ClientSession:
        """Return a session that keeps nothing from one request to the next."""
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_connected)
        resolver = GuardedResolver(self._allow, look_up=self._look_up)
        return aiohttp.ClientSession(
            connector=_HeldConnector(resolver=resolver, use_dns_cache=False, force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[trace],
            auto_decompress=False,
            trust_env=False,
        )


class _HeldConnector(aiohttp.TCPConnector):
    """Gives a connection to a request that changes something only while it may still be sent."""

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own, by its name
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        try:
            if req.method not in SAFE:
                check_held()
        except LeaseLostError:
            connection.close()
            raise
        return connection


async def _connected(_: object, context: Any, __: object) -> None:  # noqa: ANN401 - aiohttp's own, of that type
    context.trace_request_ctx.connected = True


async def _exchange(
    session: aiohttp.ClientSession, request: HttpRequest, url: URL, progress: _Progress
) -> HttpResponse:
    given = {name.lower() for name in request.headers}
    headers = {**{name: text for name, text in OWN_HEADERS.items() if name.lower() not in given}, **request.headers}
    async with session.request(
        request.method,
        url,
        headers=headers,
        data=request.body,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=request.timeout),
        trace_request_ctx=progress,
    ) as answer:
        encoding = answer.headers.get("Content-Encoding", "")
        body, cut = await read_bounded(answer.content.iter_chunked(CHUNK), limit=request.max_bytes, encoding=encoding)
        return HttpResponse(answer.status, str(url), _headers(answer), body, truncated=cut)


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in answer.headers.items():
        lower = name.lower()
        found[lower] = f"{found[lower]}, {text}" if lower in found else text
    return found


def _joined(url: URL, target: str) -> URL:
    try:
        return checked_url(urljoin(str(url), target.strip().replace(" ", "%20")))
    except ValueError as error:
        raise refused(f"{url.host} redirects to what is not an address") from error


def _carried(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name.lower() in CARRIED_ACROSS}


def _mapped(error: Exception, request: HttpRequest, *, host: str, connected: bool) -> IntegrationError:
    what = _words(error, seconds=request.timeout)
    if connected and request.method.upper() not in SAFE:
        message = f"{host} {what} after the request was sent: it may or may not have been done."
        return OutcomeUnknownError(message, hint=f"Look at {host} before doing it again.")
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return IntegrationError(f"{host} {what}.", hint="Check its certificate.")
    return IntegrationError(f"{host} {what}.", hint=f"Check that {host} is up and reachable from here.", retryable=True)


def _words(error: Exception, *, seconds: float) -> str:
    match error:
        case TimeoutError():
            return f"gave no answer within {seconds:g} s"
        case aiohttp.ClientConnectorDNSError():
            return "is a name that cannot be found"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "could not prove who it is"
        case aiohttp.ClientConnectorError():
            return "cannot be reached"
        case zlib.error():
            return "sent a body that cannot be unpacked"
        case _:
            return "broke off the connection"
