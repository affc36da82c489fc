"""What a ledger is, in plain Python and memory: the same calls, the same answers, the same refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.domain.errors import HeadMovedError, LeaseLostError
from engine.domain.timeline import TimerFired, TimerSet
from engine.ports.records import Lease, Timer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from engine.domain.timeline import Event
    from engine.ports.records import DeclareIncident

NOBODY = "nobody"


@dataclass
class Timeline:
    """One incident."""

    key: str | None
    events: list[Event]
    carried: int = 0
    fence: int = 0
    owner: str | None = None
    ends: datetime | None = None
    timers: dict[str, tuple[datetime, bool]] = field(default_factory=dict)
    """Due when, and whether it has fired."""

    def holds(self, lease: Lease) -> bool:
        return (self.fence, self.owner) == (lease.fence, lease.owner)

    def free(self, now: datetime) -> bool:
        return self.ends is None or self.ends <= now


@dataclass
class Model:
    """A ledger and its inbox."""

    now: datetime
    timelines: dict[str, Timeline] = field(default_factory=dict)
    inbox: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """What came in, by its source and id, and what became of it."""
    rows: dict[int, tuple[str, str]] = field(default_factory=dict)
    """How the database numbers what came in; that is its own affair."""

    def declare(self, order: DeclareIncident, *, definition: str) -> tuple[str, bool]:
        del definition
        known = (name for name, one in self.timelines.items() if order.dedup_key and one.key == order.dedup_key)
        for name in known:
            return name, False
        name = f"INC-{len(self.timelines) + 1}"
        event = order.event.model_copy(update={"incident": name})
        self.timelines[name] = Timeline(order.dedup_key, [event])
        return name, True

    def append_inputs(self, incident: str, events: Sequence[Event], *, expect: int | None = None) -> list[int]:
        timeline = self.timelines[incident]
        if expect is not None and expect != len(timeline.events):
            raise HeadMovedError
        before = len(timeline.events)
        timeline.events += events
        for event in events:
            if isinstance(event, TimerSet):
                timeline.timers[event.timer] = (datetime.fromisoformat(event.due), False)
        return list(range(before + 1, len(timeline.events) + 1))

    def append_engine(self, lease: Lease, events: Sequence[Event], *, expect: int | None = None) -> list[int]:
        self._held(lease)
        return self.append_inputs(lease.incident, events, expect=expect)

    def fire_timer(self, timer: Timer, *, late: int) -> bool:
        timeline = self.timelines[timer.incident]
        if timeline.timers.get(timer.timer) != (timer.due, False):
            return False
        timeline.events.append(TimerFired(timer=timer.timer, late=late))
        timeline.timers[timer.timer] = (timer.due, True)
        return True

    def claim(self, incident: str, *, owner: str, ttl: timedelta) -> Lease | None:
        timeline = self.timelines[incident]
        if not timeline.free(self.now):
            return None
        lease = Lease(incident, owner, timeline.fence + 1, unclean=timeline.owner is not None)
        timeline.fence, timeline.owner, timeline.ends = lease.fence, owner, self.now + ttl
        return lease

    def renew(self, lease: Lease, *, ttl: timedelta) -> bool:
        timeline = self.timelines[lease.incident]
        if timeline.holds(lease):
            timeline.ends = self.now + ttl
        return timeline.holds(lease)

    def release(self, lease: Lease, *, expect: int | None) -> bool:
        timeline = self._held(lease)
        if expect is not None and expect != len(timeline.events):
            return False
        timeline.owner = timeline.ends = None
        timeline.carried = timeline.carried if expect is None else expect
        return True

    def let_go(self, *, owners: str) -> int:
        theirs = [one for one in self.timelines.values() if one.ends and str(one.owner).startswith(owners)]
        for timeline in theirs:
            timeline.ends = None
            timeline.fence += 1
        return len(theirs)

    def distrust(self) -> None:
        for timeline in self.timelines.values():
            timeline.owner = timeline.owner or NOBODY

    def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        del payload
        new = (source, source_id) not in self.inbox
        self.inbox.setdefault((source, source_id), None)
        return new

    def finish(self, row: int, *, outcome: str) -> None:
        self.inbox[self.rows[row]] = self.inbox[self.rows[row]] or outcome

    def shown(self) -> dict[str, Any]:
        """Return everything that a database shows of it."""
        return {
            "timelines": {
                name: (one.key, one.events, one.carried, one.fence, one.owner, one.ends, one.timers)
                for name, one in self.timelines.items()
            },
            "inbox": self.inbox,
            "pending": [key for key, outcome in self.inbox.items() if outcome is None],
            "runnable": [
                name for name, one in self.timelines.items() if len(one.events) > one.carried and one.free(self.now)
            ],
            "due": sorted(
                (due, name, timer)
                for name, one in self.timelines.items()
                for timer, (due, fired) in one.timers.items()
                if due <= self.now and not fired
            ),
        }

    def _held(self, lease: Lease) -> Timeline:
        timeline = self.timelines[lease.incident]
        if not timeline.holds(lease):
            raise LeaseLostError
        return timeline
