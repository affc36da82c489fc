"""The other systems of a rehearsal: they reply what the scenario says, and none of them is real.

Rules kept here: nothing leaves the process, whatever a playbook asks; a request that the scenario does not script is
answered with 200 and nothing in it, and is named; what a system was asked to change under a key is known under it
(`GET .../api/requests/KEY`), unless the request surely never reached it, or was answered with a fault (500 and above).
Secrets are invented. While a part of the world is down, nothing there is done.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from engine.domain.errors import IntegrationError, OutcomeUnknownError
from engine.ports.vault import Stored
from engine.ports.web import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.domain.scenario import ReplyModel, WorldModel
    from engine.ports.time import Clock

PAGE = b"<!doctype html><title>A rehearsed page</title><p>This page is part of a rehearsal.</p>"
ASKED = "/api/requests/"
"""Where a system is asked what it answered to a key, as playbooks/README.md says."""
KEY = "Idempotency-Key"
NOT_FOUND, FAULT = 404, 500


@dataclass(frozen=True, slots=True)
class Outage:
    """A part of the world that is down: `chat`, `tracker`, or a part of an address."""

    what: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class ScriptedWeb:
    """Implements `engine.ports.web.Http` without a network."""

    script: Sequence[WorldModel]
    clock: Clock
    outages: Sequence[Outage] = ()
    unscripted: dict[str, int] = field(default_factory=dict)
    """Requests that no reply was written for, and how often each was made."""
    used: dict[str, int] = field(default_factory=dict)
    """How often each reply that was written was asked for, by what it matches."""
    _done: dict[str, HttpResponse] = field(default_factory=dict)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Reply as scripted, else with 200 and an empty object."""
        return self._answered(request, HttpResponse(200, request.url, {"content-type": "application/json"}, b"{}"))

    async def fetch(self, request: HttpRequest) -> HttpResponse:
        """Reply as scripted, else with a page that shows no media."""
        return self._answered(request, HttpResponse(200, request.url, {"content-type": "text/html"}, PAGE))

    def _answered(self, request: HttpRequest, otherwise: HttpResponse) -> HttpResponse:
        refuse_when_down(self.outages, request.url, now=self.clock.now())
        asked = f"{request.method} {request.url}"
        reply = self._scripted(asked)
        key = next((text for name, text in request.headers.items() if name.lower() == KEY.lower()), "")
        if reply is None:
            known = self._known(request.url)
            if known is not None:
                return known
            self.unscripted[asked] = self.unscripted.get(asked, 0) + 1
        elif reply.fails == "unreachable":
            raise IntegrationError("It cannot be reached.", retryable=True)
        response = otherwise if reply is None else _response(reply, request.url)
        if key and request.method not in ("GET", "HEAD") and response.status < FAULT:
            self._done[key] = response
        if reply is not None and reply.fails == "lost":
            raise OutcomeUnknownError("The reply was lost.")
        return response

    def _scripted(self, asked: str) -> ReplyModel | None:
        for entry in self.script:
            if fnmatchcase(asked, entry.match):
                used = self.used.get(entry.match, 0)
                self.used[entry.match] = used + 1
                return entry.replies[min(used, len(entry.replies) - 1)]
        return None

    def _known(self, url: str) -> HttpResponse | None:
        """Return what was answered to a key that is asked for; None when the address asks for no key."""
        _, there, key = url.partition(ASKED)
        return self._done.get(key, HttpResponse(NOT_FOUND, url, {}, b"")) if there else None


def refuse_when_down(outages: Sequence[Outage], what: str, *, now: datetime) -> None:
    """Raise `IntegrationError` while a part of the world is down."""
    for outage in outages:
        if outage.what in what and outage.since <= now < outage.until:
            raise IntegrationError(f"{outage.what} is down.", retryable=True)


def _response(reply: ReplyModel, url: str) -> HttpResponse:
    if reply.text is not None:
        kind, body = "text/html", reply.text.encode()
    else:
        kind, body = "application/json", json.dumps({} if reply.json_ is None else reply.json_).encode()
    headers = {"content-type": kind, **{name.lower(): text for name, text in reply.headers.items()}}
    return HttpResponse(reply.status, url, headers, body)


class InventedSecrets:
    """Implements `engine.ports.web.Secrets`: every secret is there and opens nothing."""

    def resolve(self, name: str) -> str:
        """Return something that is no secret."""
        return f"rehearsed-{name.lower()}"


@dataclass(slots=True)
class MemoryVault:
    """Implements `engine.ports.vault.EvidenceVault` in memory."""

    items: dict[str, bytes] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)

    async def put(self, data: bytes) -> Stored:
        """Keep bytes."""
        digest = hashlib.sha256(data).hexdigest()
        self.items[digest] = data
        return Stored(digest, len(data))

    async def get(self, sha256: str) -> bytes:
        """Return bytes that nobody has sealed."""
        if sha256 in self.sealed or sha256 not in self.items:
            raise IntegrationError("It is not there to be read.")
        return self.items[sha256]

    async def check(self, sha256: str) -> str:
        """Return whether bytes are there."""
        return "match" if sha256 in self.items else "missing"

    async def seal(self, sha256: str) -> None:
        """Let nobody read bytes any more."""
        self.sealed.add(sha256)
