"""A rota of PagerDuty: whoever is on call in a schedule, by its REST API.

Rule kept here, from PagerDuty's reference: `GET oncalls` with the users included tells the mail of each; of several the
lowest escalation level is meant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from engine.domain.chain import instant_text
from engine.domain.errors import IntegrationError
from engine.ports.web import HttpRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.ports.web import Http, Secrets

OK, TOO_MANY = 200, 429
MOST_BYTES = 1_000_000
FORMAT = "application/vnd.pagerduty+json;version=2"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyRota:
    """Implements `engine.ports.oncall.Rota`; `url` is where the REST API is."""

    schedule: str
    secret: str
    url: str
    http: Http
    secrets: Secrets

    async def on_call(self, at: datetime) -> Sequence[str]:
        """Return the mails and names of whoever is on call."""
        instant = instant_text(at)
        query = urlencode({"schedule_ids[]": self.schedule, "since": instant, "until": instant, "include[]": "users"})
        headers = {"Accept": FORMAT, "Authorization": f"Token token={self.secrets.resolve(self.secret)}"}
        request = HttpRequest("GET", f"{self.url.rstrip('/')}/oncalls?{query}", headers, max_bytes=MOST_BYTES)
        answer = await self.http.send(request)
        if answer.status != OK:
            hint = f"Check the schedule {self.schedule} and TOCSIN_SECRET_{self.secret}."
            retryable = answer.status >= TOO_MANY
            raise IntegrationError(f"PagerDuty answered {answer.status}.", hint=hint, retryable=retryable)
        return _names(answer.body)


def _names(body: bytes) -> list[str]:
    try:
        found: list[dict[str, Any]] = json.loads(body)["oncalls"]
        users = [entry["user"] for entry in sorted(found, key=lambda entry: int(entry["escalation_level"]))]
        texts = [str(user.get(name) or "") for user in users for name in ("email", "name", "summary")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise IntegrationError("PagerDuty's answer is not one of its on-calls.") from None
    return [text for text in dict.fromkeys(texts) if text]
