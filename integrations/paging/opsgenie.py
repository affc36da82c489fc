"""Opsgenie, and Operations of Jira Service Management, which took over its alerts: the Alert API v2.

Rules kept here, from the API's reference: `alias` (at most 512 characters) tells open alerts apart, so that one created
again is counted and not made; a message has at most 130 characters; a request that was taken is answered with 202 and
worked off later. A responder is named by their mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.domain.chain import instant_text
from integrations.paging.asking import Line, cut, written

if TYPE_CHECKING:
    from engine.ports.paging import Page

LONGEST_MESSAGE = 130
SOURCE = "Tocsin"


@dataclass(frozen=True, slots=True)
class Opsgenie:
    """Implements `engine.ports.paging.Pager`; `url` is the address above `v2/alerts`."""

    line: Line
    url: str

    async def send(self, page: Page) -> None:
        """Create an alert for one responder."""
        person = page.person
        details = {
            "incident": page.incident,
            "for": person.name,
            "level": str(page.level),
            "due": instant_text(page.due) if page.due else "",
            "link": page.link,
        }
        await self._post(
            "",
            message=cut(page.summary, limit=LONGEST_MESSAGE),
            alias=page.key,
            description="\n".join(filter(None, (page.summary, page.link))),
            responders=[{"type": "user", "username": person.mail}] if person.mail else [],
            tags=[page.incident, *(["exercise"] if page.exercise else [])],
            details=details,
            entity=page.incident,
            priority="P1" if page.urgent else "P3",
        )

    async def acknowledge(self, page: Page, *, by: str) -> None:
        """Acknowledge the alert."""
        await self._post(f"/{quote(page.key)}/acknowledge?identifierType=alias", user=by)

    async def end(self, page: Page) -> None:
        """Close the alert."""
        await self._post(f"/{quote(page.key)}/close?identifierType=alias")

    async def _post(self, path: str, **body: Any) -> None:  # noqa: ANN401 - JSON of a request
        headers = {"Authorization": f"GenieKey {self.line.key()}"}
        url = f"{self.url.rstrip('/')}/v2/alerts{path}"
        await self.line.post(url, written({"source": SOURCE, **body}), headers=headers)
