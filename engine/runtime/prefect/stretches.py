"""The directly carried stretches of a timeline, as Prefect would have seen them. Pure; it knows no Prefect.

Rule kept here: a stretch whose last effect has not ended yet is not shown; it is looked at again later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from engine.ports.records import Entry


@dataclass(frozen=True, slots=True)
class Shown:
    """One effect of a stretch: when it began and ended, and whether it was done."""

    key: str
    name: str
    began: datetime
    ended: datetime
    good: bool


@dataclass(slots=True)
class Stretch:
    """A stretch of work that was carried directly."""

    incident: str
    number: int
    began: datetime
    effects: list[Shown] = field(default_factory=list)

    def words(self) -> str:
        """Return when it really was: Prefect gives a flow run's state the instant at which it is told."""
        ended = max((shown.ended for shown in self.effects), default=self.began)
        return f"Carried without Prefect from {instant_text(self.began)} to {instant_text(ended)}; painted afterwards."


def stretches(incident: str, entries: Sequence[Entry], *, after: int) -> Iterator[Stretch]:
    """Yield the directly carried, ended stretches of a timeline that come after a number."""
    current: Stretch | None = None
    begun: dict[str, datetime] = {}
    for entry in entries:
        event = entry.event
        match event:
            case ev.SegmentBegan():
                if current is not None:
                    yield current
                wanted = event.lane == "direct" and event.number > after
                current = Stretch(incident, event.number, entry.real_at) if wanted else None
            case ev.EffectIntended():
                begun[event.key] = entry.real_at
            case ev.EffectDone() | ev.EffectFailed() | ev.EffectUnconfirmed() if current is not None:
                began = begun.get(event.key, entry.real_at)
                good = isinstance(event, ev.EffectDone)
                key = f"{event.key}:{event.attempt}"
                current.effects.append(Shown(key, f"{event.kind} {event.subject}", began, entry.real_at, good))
    if current is not None and not _under_way(entries):
        yield current


def _under_way(entries: Sequence[Entry]) -> bool:
    """Return whether an effect was begun whose end is not written down yet."""
    open_effects: set[str] = set()
    for entry in entries:
        match entry.event:
            case ev.EffectIntended(key=key):
                open_effects.add(key)
            case ev.EffectDone(key=key) | ev.EffectFailed(key=key) | ev.EffectUnconfirmed(key=key):
                open_effects.discard(key)
    return bool(open_effects)
