"""PagerDuty, by its Events API v2.

Rules kept here, from PagerDuty's reference: an event goes to `v2/enqueue` with a service's integration key; `dedup_key`
(at most 255 characters) tells alerts apart, so that an event sent again is no second alert; a summary has at most 1024
characters; acknowledging or resolving what is not there changes nothing. Whom a service wakes is its own escalation
policy: where one person is to be woken, that person has a service of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.domain.chain import instant_text
from integrations.paging.asking import Line, cut, written

if TYPE_CHECKING:
    from engine.ports.paging import Page

LONGEST_SUMMARY = 1024


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Implements `engine.ports.paging.Pager`; `url` is where the Events API is."""

    line: Line
    url: str

    async def send(self, page: Page) -> None:
        """Trigger an alert."""
        details = {
            "incident": page.incident,
            "for": page.person.name,
            "level": str(page.level),
            "due": instant_text(page.due) if page.due else "",
            "exercise": "yes" if page.exercise else "no",
        }
        payload = {
            "summary": cut(page.summary, limit=LONGEST_SUMMARY),
            "source": "Tocsin",
            "severity": "critical" if page.urgent else "warning",
            "component": page.incident,
            "custom_details": details,
        }
        links = [{"href": page.link, "text": "Where it is answered"}] if page.link else []
        await self._event("trigger", page, client="Tocsin", payload=payload, links=links)

    async def acknowledge(self, page: Page, *, by: str) -> None:
        """Acknowledge the alert; PagerDuty keeps no name with it."""
        del by
        await self._event("acknowledge", page)

    async def end(self, page: Page) -> None:
        """Resolve the alert."""
        await self._event("resolve", page)

    async def _event(
        self,
        action: Literal["trigger", "acknowledge", "resolve"],
        page: Page,
        **more: Any,  # noqa: ANN401 - JSON of an event
    ) -> None:
        event = {"routing_key": self.line.key(), "event_action": action, "dedup_key": page.key, **more}
        await self.line.post(f"{self.url.rstrip('/')}/v2/enqueue", written(event), headers={})
