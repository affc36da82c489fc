"""The last step before a request leaves and the first after its answer came: secrets in, secrets out.

Rules kept here: a value that was a secret is struck out of everything that comes back; cookies are dropped;
an answer is JSON only if it says so and can be read.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TypeAlias

from engine.actions.http_models import HttpResult
from engine.actions.interface import ActionContext, Secret
from engine.domain.errors import ConfigError, IntegrationError
from engine.domain.templates import is_secret
from engine.domain.values import Json
from engine.ports.web import HttpResponse

Opener: TypeAlias = Callable[[Mapping[str, Json]], str]

STRUCK = "[secret]"
MAX_TEXT = 20_000
MAX_WAIT = 86_400.0
DROPPED = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "www-authenticate"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A request's headers and body with their secrets filled in, and those secrets."""

    headers: dict[str, str]
    body: bytes | None
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Sealed({len(self.headers)} headers)"


def seal(
    headers: Mapping[str, str | Secret], body: str | Secret | None, *, json: Json, context: ActionContext
) -> Sealed:
    """Return the request's headers and body with secrets and the idempotency key filled in."""
    used: list[str] = []

    def opened(value: str | Secret) -> str:
        if isinstance(value, str):
            return value
        secret = _resolved(value.secret, context=context)
        used.append(secret)
        return f"{value.prefix}{secret}"

    filled = {name: opened(value) for name, value in headers.items() if name.lower() != "idempotency-key"}
    if any(not character.isprintable() for name in filled for character in filled[name]):
        raise IntegrationError(
            "A header was not sent: it holds what a header cannot.", hint="Check the secret's value."
        )
    filled["Idempotency-Key"] = context.key
    names = {name.lower() for name in filled}
    if json is not None:
        if "content-type" not in names:
            filled["Content-Type"] = "application/json"
        tree = _filled(json, opened=lambda tree: opened(Secret.model_validate(tree)))
        return Sealed(filled, jsonlib.dumps(tree, ensure_ascii=False).encode(), tuple(used))
    return Sealed(filled, None if body is None else opened(body).encode(), tuple(used))


def shown(response: HttpResponse, *, struck: tuple[str, ...]) -> HttpResult:
    """Return an answer as a result."""
    headers = {name.lower(): text for name, text in response.headers.items() if name.lower() not in DROPPED}
    content = None if response.truncated else _json(headers.get("content-type", ""), response.body)
    text = None if content is not None else _text(headers.get("content-type", ""), response.body)
    values = _struck({"headers": headers, "json": content, "text": text, "url": response.url}, struck)
    return HttpResult.model_validate({**values, "status": response.status, "truncated": response.truncated})


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date (RFC 9110, 10.2.3)."""
    text = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), MAX_WAIT) if isfinite(seconds) else None


def _resolved(name: str, *, context: ActionContext) -> str:
    try:
        return context.secrets.resolve(name)
    except ConfigError as error:
        raise IntegrationError(error.message, hint=error.hint()) from None


def _filled(tree: Json, *, opened: Opener) -> Json:
    match tree:
        case Mapping():
            if is_secret(tree):
                return opened(tree)
            return {key: _filled(item, opened=opened) for key, item in tree.items()}
        case list() | tuple():
            return [_filled(item, opened=opened) for item in tree]
        case _:
            return tree


def _json(media_type: str, body: bytes) -> Json:
    kind = media_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return None
    try:
        found: Json = jsonlib.loads(body)
    except (ValueError, RecursionError):
        return None
    return found


def _text(media_type: str, body: bytes) -> str | None:
    kind = media_type.partition(";")[0].strip().lower()
    if not (kind.startswith("text/") or "json" in kind or "xml" in kind):
        return None
    return body[: MAX_TEXT * 4].decode("utf-8", errors="replace")[:MAX_TEXT]


def _struck(tree: Json, secrets: tuple[str, ...]) -> dict[str, Json]:
    def struck(node: Json) -> Json:
        match node:
            case str():
                for secret in secrets:
                    node = node.replace(secret, STRUCK)
                return node
            case Mapping():
                return {str(struck(key)): struck(item) for key, item in node.items()}
            case list():
                return [struck(item) for item in node]
            case _:
                return node

    found = struck(tree)
    return dict(found) if isinstance(found, Mapping) else {}
