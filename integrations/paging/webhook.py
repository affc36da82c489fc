"""A webhook of one's own: whatever else can wake somebody, told by a signed request.

Rules kept here, which docs/waking.md tells the receiver:
1. `Tocsin-Signature` is `v1=` and the HMAC-SHA256, in hexadecimal, of `v1:<Tocsin-Timestamp>:<body>` with the secret;
   the timestamp is seconds since 1970, and the receiver refuses one that is more than five minutes off.
2. `Idempotency-Key` is the same whenever the same request is sent again; the receiver takes each once.
3. Any 2xx is an answer; the body is not read.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.domain.chain import instant_text
from integrations.paging.asking import Line, written

if TYPE_CHECKING:
    from engine.ports.paging import Page
    from engine.ports.time import Clock

VERSION = 1


@dataclass(frozen=True, slots=True)
class Webhook:
    """Implements `engine.ports.paging.Pager`; `url` is the receiver's address."""

    line: Line
    url: str
    clock: Clock

    async def send(self, page: Page) -> None:
        """Tell that a person is to be woken."""
        await self._tell("page", page)

    async def acknowledge(self, page: Page, *, by: str) -> None:
        """Tell that somebody is on it."""
        await self._tell("acknowledge", page, by=by)

    async def end(self, page: Page) -> None:
        """Tell that it is over."""
        await self._tell("end", page)

    async def _tell(self, action: Literal["page", "acknowledge", "end"], page: Page, *, by: str = "") -> None:
        person = page.person
        body = written(
            {
                "version": VERSION,
                "action": action,
                "key": page.key,
                "incident": page.incident,
                "summary": page.summary,
                "person": {"id": person.id, "name": person.name, "mail": person.mail},
                "level": page.level,
                "due": instant_text(page.due) if page.due else None,
                "link": page.link,
                "urgent": page.urgent,
                "exercise": page.exercise,
                "by": by,
            }
        )
        timestamp = str(int(self.clock.real_now().timestamp()))
        headers = {
            "Tocsin-Timestamp": timestamp,
            "Tocsin-Signature": signature(self.line.key(), body=body, timestamp=timestamp),
            "Idempotency-Key": f"{page.key}:{action}",
        }
        await self.line.post(self.url, body, headers=headers)


def signature(secret: str, *, body: bytes, timestamp: str) -> str:
    """Return what a request is signed with."""
    digest = hmac.new(secret.encode(), f"v{VERSION}:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return f"v{VERSION}={digest}"
