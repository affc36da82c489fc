"""The synchronous client, kept off the event loop: a few threads, one client each, connected when first needed.

Rules kept here:
1. The client never retries: a retried create is a second ticket.
2. A write is sent only while whoever sends it holds what they act on, however long it had to wait for a thread.
3. Connecting is a read of its own, before the call: a write is only unknown once it was sent.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import requests
from jira import JIRA, JIRAError

from engine.domain.errors import IntegrationError
from engine.ports.holding import check_held
from engine.ports.time import Clock
from integrations.jira.refusals import refusal
from integrations.jira.site import JiraSite

Json = dict[str, Any]
Query = Mapping[str, str | int]
_PIECE = 65_536


@dataclass(frozen=True)
class Deployment:
    """What kind of Jira it is, and who we are there."""

    cloud: bool
    account: str
    """Our account id (Cloud) or name (Server, Data Center)."""


class JiraPool:
    """Calls of Jira's REST interface, version 2, from the event loop."""

    def __init__(self, site: JiraSite, *, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._threads = ThreadPoolExecutor(max_workers=site.workers, thread_name_prefix="jira")
        self._own = threading.local()
        self._clients: list[JIRA] = []
        self._deployment: Deployment | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def deployment(self) -> Deployment:
        """Return what was learnt when connecting."""
        if self._deployment is None:
            cloud = await self._run(lambda client: bool(client._is_cloud), what="connect", writes=False)  # noqa: SLF001 - the client offers no public name for it
            me = await self.get("myself", what="ask who we are")
            self._deployment = Deployment(cloud=cloud, account=str(me["accountId" if cloud else "name"]))
        return self._deployment

    async def get(self, path: str, query: Query | None = None, *, what: str) -> Any:  # noqa: ANN401 - the JSON is read where it is used
        """Read something."""
        return await self._send("GET", path, what=what, query=query)

    async def data(self, place: str, query: Query | None = None, *, most: int, what: str) -> bytes:
        """Read bytes at a place under the site's address: one more than `most` where there are more. No redirect."""

        def call(client: JIRA) -> bytes:
            got, url = bytearray(), f"{self._site.url.rstrip('/')}/{place}"
            with _opened(client, url, query) as answer:
                for piece in () if answer.is_redirect else answer.iter_content(_PIECE):
                    got += piece
                    if len(got) > most:
                        break
            return bytes(got[: most + 1])

        found: bytes = await self._run(call, what=what, writes=False)
        return found

    async def post(self, path: str, body: Json, *, what: str) -> Any:  # noqa: ANN401 - the JSON is read where it is used
        """Write something, once."""
        return await self._send("POST", path, what=what, body=body)

    async def put(self, path: str, body: Json, *, what: str) -> None:
        """Replace something, once."""
        await self._send("PUT", path, what=what, body=body)

    async def close(self) -> None:
        """Close every client; calls under way are waited for."""
        await asyncio.to_thread(self._threads.shutdown)
        for client in self._clients:
            client._session.close()  # noqa: SLF001 - `JIRA.close` also clears what other threads may read

    async def _send(
        self, verb: str, path: str, *, what: str, query: Query | None = None, body: Json | None = None
    ) -> Any:  # noqa: ANN401 - the JSON is read where it is used
        def call(client: JIRA) -> object:
            session, url = client._session, client._get_url(path)  # noqa: SLF001 - the public calls cannot send properties
            answer = session.request(verb, url, params=query, json=body)
            return answer.json() if answer.content else None

        return await self._run(call, what=what, writes=verb != "GET")

    async def _run(self, call: Callable[[JIRA], Any], *, what: str, writes: bool) -> Any:  # noqa: ANN401 - the JSON is read where it is used
        now = self._clock.real_now()
        own = copy_context()  # a thread asks whether the caller still holds what it acts on
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, own.run, self._in_thread, call, what, writes, now)

    def _in_thread(self, call: Callable[[JIRA], Any], what: str, writes: bool, now: datetime) -> Any:  # noqa: ANN401, FBT001 - run_in_executor passes by place
        client = _asked(self._client, what=what, writes=False, now=now)
        if writes:
            check_held()
        return _asked(lambda: call(client), what=what, writes=writes, now=now)

    def _client(self) -> JIRA:
        client: JIRA | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = _connected(self._site)
            self._clients.append(client)
        return client


def _opened(client: JIRA, url: str, query: Query | None) -> requests.Response:
    """Return an answer whose bytes are not read yet; `*/*`, since the client would ask for JSON."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    session = client._session  # noqa: SLF001 - as above
    answer: requests.Response = session.get(url, params=query, headers=headers, stream=True, allow_redirects=False)
    return answer


def _connected(site: JiraSite) -> JIRA:
    login = {"basic_auth": (site.email, site.token)} if site.email else {"token_auth": site.token}
    return JIRA(
        server=site.url,
        options={"rest_api_version": "2", "check_update": False},
        get_server_info=True,
        max_retries=0,
        timeout=site.timeout,
        **login,
    )


def _asked(call: Callable[[], Any], *, what: str, writes: bool, now: datetime) -> Any:  # noqa: ANN401 - the JSON is read where it is used
    try:
        return call()
    except IntegrationError:
        raise
    except (JIRAError, requests.RequestException) as error:
        raise refusal(error, what=what, writes=writes, now=now) from error
