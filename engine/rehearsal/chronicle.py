"""The timeline of a rehearsal, in memory: events in their order, what they add up to, and the chain that seals them.

Rules kept here: what stands on it can be read by the reports as any other timeline; salts are worked out, so that the
same rehearsal has the same hashes; an event becomes part of the state as it is appended. Sealing can be left out, where
only times are looked at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.domain.chain import SALT_BYTES, Head, Row, Stamp, seal
from engine.domain.events.shape import InputEvent
from engine.domain.fold import fold
from engine.ports.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.ports.time import Clock

ORG = "rehearsal"
ENGINE = "engine"


@dataclass(slots=True)
class Chronicle:
    """The timeline of one incident."""

    name: str
    clock: Clock
    sealed: bool = True
    entries: list[Entry] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    state: Incident | None = None

    @property
    def incident(self) -> Incident:
        """What the timeline adds up to."""
        if self.state is None:
            raise ValueError("nothing has been declared")
        return self.state

    @property
    def last(self) -> Head:
        """The last event."""
        return Head(self.rows[-1].seq, self.rows[-1].hash) if self.rows else Head(len(self.entries))

    async def head(self, incident: str) -> Head:
        """Return where the timeline ends, as `engine.ports.ledger.Heads`."""
        del incident
        return self.last

    def append(self, events: Iterable[Event]) -> None:
        """Put events at the end."""
        for event in events:
            self._put(event)

    def _put(self, event: Event) -> None:
        now = self.clock.now()
        seq = len(self.entries) + 1
        self.state = fold(self.state, event, at=now, seq=seq)
        actor = event.by if isinstance(event, InputEvent) else ENGINE
        digest = self._seal(event, actor=actor) if self.sealed else ""
        self.entries.append(Entry(seq, now, now, actor, event, digest))

    def _seal(self, event: Event, *, actor: str) -> str:
        now = self.clock.now()
        previous = self.last
        salt = hashlib.sha256(f"{self.name}/{previous.seq + 1}".encode()).digest()[:SALT_BYTES]
        stamp = Stamp(ORG, self.name, now, now, actor)
        row = seal(previous, (event.type, event.version), event.content(), salt=salt, stamp=stamp)
        self.rows.append(row)
        return row.hash
