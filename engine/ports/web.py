"""Requests to other systems, and the secrets they need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to another system. `url` was checked against the allow-list by the port."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = 30.0
    max_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back; `url` is the final address, `body` is cut at the request's `max_bytes` (`truncated`)."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False


class Http(Protocol):
    """Requests with the guard against server-side request forgery; `public` relaxes nothing but the allow-list."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send to an allow-listed host. Raises `IntegrationError` or `OutcomeUnknownError`."""

    async def fetch(self, request: HttpRequest) -> HttpResponse:
        """GET any public address, at most 5 redirects; loopback and private ranges only when allow-listed."""


class Secrets(Protocol):
    """Named secrets, resolved at the last moment."""

    def resolve(self, name: str) -> str:
        """Return the secret; raises `ConfigError` when there is none of that name."""
