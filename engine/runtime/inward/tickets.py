"""Noticing what people do to tickets: by looking every few seconds always, and sooner when the tracker says so.

Rules kept here: the look is the truth, a request of the tracker only a hint of which ticket to read, and only tickets
of ours are read; a tracker that is away is looked for again, later and later up to a minute; of several engines one at
a time looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from engine.domain.errors import IntegrationError

if TYPE_CHECKING:
    from engine.ports.time import Clock
    from engine.runtime.inward.places import Places
    from engine.runtime.inward.reconciling import Reconciler

LONGEST_PAUSE = 60.0
log = structlog.get_logger(__name__)


class Looked(Protocol):
    """What a look at tickets came to."""

    @property
    def new(self) -> int:
        """Rows that are new in the inbox."""
        ...

    @property
    def unread(self) -> Sequence[tuple[str, str]]:
        """Tickets that could not be read, and why."""
        ...


class Looks(Protocol):
    """Looks at tickets and puts what is new into the inbox."""

    async def poll(self, tickets: Sequence[str]) -> Looked:
        """Look at those of these tickets that may have changed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWatch:
    """Looks at the tickets of incidents until it is stopped; `every` is in real seconds, `heard` hints at new rows.

    `on_duty` says whether it is this engine that looks.
    """

    looks: Looks
    places: Places
    clock: Clock
    every: float = 5.0
    on_duty: Callable[[], int] = lambda: 1
    heard: Callable[[], None] = lambda: None
    reconciler: Reconciler | None = None

    async def run(self) -> None:
        """Look until cancelled."""
        pause, away = self.every, False
        while True:
            try:
                if self.on_duty():
                    await self.look()
                    await self._reconciled(away=away)
                    away = False
                pause = self.every
            except Exception as error:  # noqa: BLE001 - a tracker or database that is away comes back
                pause, away = min(LONGEST_PAUSE, pause * 2), True
                log.warning("tickets_not_looked_at", error=type(error).__name__, again_in=pause)
            await self.clock.sleep(pause)

    async def _reconciled(self, *, away: bool) -> None:
        if self.reconciler is not None and await self.reconciler.after(away=away):
            self.heard()

    async def look(self) -> int:
        """Look once; return how much was new."""
        looked = await self.looks.poll(await self.places.watched())
        for ticket, why in looked.unread:
            log.warning("ticket_not_read", ticket=ticket, why=why)
        if looked.new:
            self.heard()
        return looked.new


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHook:
    """Takes requests of the tracker. `verify` gives the ticket that a signed body is about, empty for none."""

    verify: Callable[[bytes, Mapping[str, str]], str]
    take_up: Callable[[str], Awaitable[bool]]
    places: Places
    heard: Callable[[], None] = lambda: None

    async def receive(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Take a request; return whether it was news. A ticket that cannot be read now is found by the next look.

        Raises:
            IntegrationError: it is not signed with our secret, too large, or not JSON.
        """
        ticket = self.verify(body, headers)
        if not ticket or await self.places.ticket(ticket) is None:
            return False
        try:
            news = await self.take_up(ticket)
        except IntegrationError as error:
            log.info("ticket_not_read", ticket=ticket, why=error.message)
            return False
        if news:
            self.heard()
        return news
