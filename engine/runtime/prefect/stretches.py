"""The stretches of a timeline, as Prefect sees them or would have seen them. Pure; it knows no Prefect.

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

    from engine.domain.events.shape import Lane
    from engine.ports.records import Entry


@dataclass(frozen=True, slots=True)
class Shown:
    """One effect of a stretch: when it began and ended, and whether it was done."""

    key: str
    name: str
    began: datetime
    ended: datetime
    good: bool
    task_run: str | None = None
    """The task run that showed it, if it was carried in a flow run."""


@dataclass(slots=True)
class Stretch:
    """A stretch of work, and the flow run that it was carried in, if any."""

    incident: str
    number: int
    began: datetime
    lane: Lane = "direct"
    flow_run: str | None = None
    effects: list[Shown] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every effect was done."""
        return all(shown.good for shown in self.effects)

    def span(self) -> str:
        """Return when it really was: Prefect gives a flow run's state the instant at which it is told."""
        ended = max((shown.ended for shown in self.effects), default=self.began)
        return f"Carried from {instant_text(self.began)} to {instant_text(ended)}."

    def words(self) -> str:
        """Return when it really was, and why it had to be painted."""
        if self.flow_run is None:
            return f"{self.span()} Without Prefect; painted afterwards."
        return f"{self.span()} This server does not know the flow run that it was in; painted afterwards."


def stretches(incident: str, entries: Sequence[Entry], *, after: int = 0) -> Iterator[Stretch]:
    """Yield the ended stretches of a timeline that come after a number."""
    current: Stretch | None = None
    begun: dict[str, datetime] = {}
    for entry in entries:
        event = entry.event
        match event:
            case ev.SegmentBegan():
                if current is not None:
                    yield current
                stretch = Stretch(incident, event.number, entry.real_at, lane=event.lane, flow_run=event.flow_run)
                current = stretch if event.number > after else None
            case ev.EffectIntended():
                begun[event.key] = entry.real_at
            case ev.EffectDone() | ev.EffectFailed() | ev.EffectUnconfirmed() if current is not None:
                began = begun.get(event.key, entry.real_at)
                good = isinstance(event, ev.EffectDone)
                key, name = f"{event.key}:{event.attempt}", f"{event.kind} {event.subject}"
                current.effects.append(Shown(key, name, began, entry.real_at, good, event.task_run))
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
