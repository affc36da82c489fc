"""What every pager shares: one request, and what its answer means.

Rules kept here: the secret is resolved at the last moment and is in no message; a request that was refused did nothing;
after a fault of the far side nobody knows whether it did.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.errors import ConfigError, IntegrationError, OutcomeUnknownError
from engine.ports.web import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports.web import Http, HttpResponse, Secrets

PATIENCE = 10.0
MOST_BYTES = 100_000
TOO_MANY, FIRST_FAULT, FIRST_REFUSAL = 429, 500, 300
SECRET_REFUSED = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The way to one pager: what it is called here, and the name of its secret."""

    name: str
    http: Http
    secrets: Secrets
    secret: str
    patience: float = PATIENCE
    """Seconds that a pager has for its answer."""

    def key(self) -> str:
        """Return the secret.

        Raises:
            IntegrationError: there is none of that name.
        """
        try:
            return self.secrets.resolve(self.secret)
        except ConfigError as error:
            raise IntegrationError(f"Pager {self.name}: {error.message}", hint=error.hint()) from None

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> None:
        """Send a request; raise where it was refused, or where nobody can tell whether it was taken."""
        given = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        request = HttpRequest("POST", url, given, body, timeout=self.patience, max_bytes=MOST_BYTES)
        self._check(await self.http.send(request))

    def _check(self, answer: HttpResponse) -> None:
        if answer.status < FIRST_REFUSAL:
            return
        said = f"Pager {self.name} answered {answer.status}"
        if answer.status == TOO_MANY:
            raise IntegrationError(f"{said}: too many requests.", retryable=True, retry_after=_pause(answer))
        if answer.status >= FIRST_FAULT:
            raise OutcomeUnknownError(f"{said}: it may or may not have been taken.")
        if answer.status in SECRET_REFUSED:
            hint = f"Check TOCSIN_SECRET_{self.secret}."
        else:
            hint = f"Check the pager {self.name} in escalation.yaml and TOCSIN_SECRET_{self.secret}."
        raise IntegrationError(f"{said}: it was refused.", hint=hint)


def written(values: Mapping[str, Any]) -> bytes:
    """Return a body of JSON, the same bytes for the same values."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def cut(text: str, *, limit: int) -> str:
    """Return a text, shortened with an ellipsis when it is longer than the limit."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _pause(answer: HttpResponse) -> float | None:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
