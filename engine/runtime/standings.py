"""Where incidents stand: a timeline is folded once, and from then on only by what it has grown.

Rule kept here: a timeline is read on from the last event that was folded, which must still be there as it was; one that
ends elsewhere (a person accepted a loss) is folded anew.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.domain.events.shape import InputEvent
from engine.domain.fold import fold_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.incident import Incident
    from engine.ports.ledger import Ledger
    from engine.ports.records import Entry

MOST = 64
"""So many incidents are kept in memory, those that were asked for last."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an incident stands, and what is on its timeline from where."""

    incident: Incident
    hash: str
    """Of the last event."""
    origins: Mapping[str, Sequence[InputEvent]] = field(default_factory=dict)
    """What came of each origin (a message, a click, a ticket's change)."""


class Standings:
    """Folds timelines and keeps what they add up to."""

    def __init__(self, ledger: Ledger, *, most: int = MOST) -> None:
        self._ledger = ledger
        self._most = most
        self._known: OrderedDict[str, Standing] = OrderedDict()

    async def of(self, incident: str) -> Standing:
        """Return where an incident stands now; raise `UnknownIncidentError` when there is none of that id."""
        known = self._known.get(incident)
        entries = await self._ledger.entries(incident, after=known.incident.seq - 1 if known else 0)
        if known and (not entries or entries[0].hash != known.hash):
            known, entries = None, await self._ledger.entries(incident)
        standing = _grown(known, entries[1:] if known else entries)
        self._known[incident] = standing
        self._known.move_to_end(incident)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return standing


def folded(incident: Incident | None, entries: Sequence[Entry]) -> Incident:
    """Return the state after these entries; raise `ValueError` when there is none at all."""
    incident = fold_all(incident, ((entry.seq, entry.at, entry.event) for entry in entries))
    if incident is None:
        raise ValueError("an incident without a timeline has no state")
    return incident


def _grown(known: Standing | None, entries: Sequence[Entry]) -> Standing:
    if known and not entries:
        return known
    origins = dict(known.origins) if known else {}
    for entry in entries:
        if isinstance(entry.event, InputEvent) and entry.event.origin:
            origins[entry.event.origin] = (*origins.get(entry.event.origin, ()), entry.event)
    return Standing(folded(known.incident if known else None, entries), entries[-1].hash, origins)
