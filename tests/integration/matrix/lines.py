"""A line to a far side that is cut before a call: the genuine clients, sent to where nobody listens."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from integrations.jira import JiraPool, JiraSite
from integrations.slack import SlackApi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from integrations.system.clock import SystemClock


@dataclass
class Lines:
    """The way to a far side. A call that is cut goes, with the genuine client, to where nobody listens."""

    nowhere: str
    cut: str = ""
    """The pattern of the call that finds no connection ..."""
    skip: int = 0
    """... after so many that do."""
    cuts: int = 0

    def ends(self, *names: str) -> bool:
        """Return whether the call of these names finds no connection."""
        if not self.cut or not any(fnmatchcase(name, self.cut) for name in names):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.cut, self.cuts = "", self.cuts + 1
        return True


class CutApi(SlackApi):
    """Slack's Web API over a line that may be cut."""

    def __init__(self, lines: Lines, **options: Any) -> None:  # noqa: ANN401 - as SlackApi takes them
        super().__init__(**options)
        self._lines = lines
        self._away = SlackApi(**{**options, "base_url": lines.nowhere})

    async def call_with_headers(
        self, method: str, *, token: str | None = None, place: str = "", **arguments: object
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Call a method, here or where nobody listens."""
        if self._lines.ends(method):
            return await self._away.call_with_headers(method, token=token, place=place, **arguments)
        return await super().call_with_headers(method, token=token, place=place, **arguments)


class CutPool(JiraPool):
    """Jira's REST interface over a line that may be cut."""

    def __init__(self, lines: Lines, site: JiraSite, *, clock: SystemClock) -> None:
        super().__init__(site, clock=clock)
        self._lines = lines

    async def _send(self, verb: str, path: str, *, what: str, query: Any = None, body: Any = None) -> Any:  # noqa: ANN401 - as JiraPool
        parts = path.split("/")
        if not self._lines.ends(f"{verb} {'/'.join([parts[0], *parts[2:3]])}", f"{verb} /{path}"):
            return await super()._send(verb, path, what=what, query=query, body=body)

        def call(client: Any) -> object:  # noqa: ANN401 - as JiraPool
            return client._session.request(verb, f"{self._lines.nowhere}{path}", json=body)

        return await self._run(call, what=what, writes=verb != "GET")


@contextmanager
def nowhere() -> Iterator[str]:
    """Return an address that is taken, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"
