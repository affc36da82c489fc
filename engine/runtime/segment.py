"""One stretch of work on one incident: everything that can be done now is done, until only people or time are awaited.

Theory of operation. Under a lease, the timeline is folded and the conductor is asked. What follows is written in one
append, the intents of effects with it; the effects then run side by side. What some came to is written together with
what follows from it, so that a step after a step costs one flush to disk. Inputs may arrive at any moment: an append
that was decided on an older timeline is refused, and the segment folds again. It ends with the lease given back, only
if the timeline has not grown since it was last read; one that has made many moves or taken long ends as soon as nothing
of its own is running, and is followed by the next.

Rules kept here: no effect starts before its intent is on disk; nothing is appended once the lease is lost, and
what still runs is cancelled; results are appended whatever came in meanwhile.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conductor import NOTHING_CONNECTED, Turn, advance
from engine.domain.errors import HeadMovedError, TocsinError
from engine.domain.fold import fold
from engine.domain.waking import ASLEEP
from engine.runtime.keeping import kept
from engine.runtime.performing import Doubt
from engine.runtime.standings import folded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.calendar import BusinessCalendar
    from engine.domain.conducting.situation import Perform
    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.domain.surfaces import Connected
    from engine.domain.waking import Waking
    from engine.ports.ledger import Ledger
    from engine.ports.records import Lease
    from engine.ports.time import Clock
    from engine.runtime.carrier import Carrier
    from engine.runtime.performing import Outcome, Performs
    from engine.runtime.plans import Plans
    from engine.runtime.standings import Standings

MOST_MOVES = 500
LONGEST = 60.0
"""Real seconds. Past one of the two bounds a segment begins nothing more, so that no flow run grows without an end."""
POLL = 0.5
"""Real seconds after which a segment looks for inputs while effects are running."""
HELD = 0.005
"""Real seconds that a result from which nothing follows waits for the next one."""
DOUBTS = {"intended": Doubt.OPEN, "unconfirmed": Doubt.DECIDED}
"""What the state of an effect says about earlier attempts; an unconfirmed one comes back only when a person says so."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every segment works with."""

    ledger: Ledger
    standings: Standings
    plans: Plans
    performer: Performs
    clock: Clock
    calendar: BusinessCalendar
    connected: Connected = NOTHING_CONNECTED
    waking: Waking = ASLEEP
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    most_moves: int = MOST_MOVES
    longest: float = LONGEST


@dataclass(slots=True)
class Segment:
    """A segment under way; used once."""

    shop: Workshop
    lease: Lease
    carrier: Carrier
    asked: float | None = None
    """When the ledger was asked for the lease, by the monotonic clock; just now if it is not given."""
    incident: Incident | None = None
    running: dict[str, asyncio.Task[Outcome]] = field(default_factory=dict)
    ended: list[Outcome] = field(default_factory=list)
    """What effects came to, not written down yet."""
    waits_since: float = 0.0
    behind: bool = False
    began: bool = False
    moves: int = 0
    since: float = 0.0

    async def run(self) -> Incident:
        """Do everything that can be done now; return the state it ends in, the lease given back."""
        self.since = self.shop.clock.monotonic()
        try:
            asked = self.since if self.asked is None else self.asked
            async with kept(self.shop.ledger, self.shop.clock, self.lease, asked=asked):
                try:
                    return await self._run()
                finally:
                    for task in self.running.values():
                        task.cancel()
                    await asyncio.gather(*self.running.values(), return_exceptions=True)
        except asyncio.CancelledError:  # the engine stops: the next one need not wait for the lease to expire
            with suppress(TocsinError):
                await self.shop.ledger.release(self.lease, expect=None)
            raise

    async def _run(self) -> Incident:
        while True:
            incident = await self._caught_up()
            if self._full and not self.running and not self.ended:
                await self.shop.ledger.release(self.lease, expect=None)
                return incident
            if await self._take_turn(incident):
                continue
            if self.running:
                await self._collect()
            elif await self.shop.ledger.release(self.lease, expect=incident.seq):
                return incident
            else:
                self.behind = True

    @property
    def _full(self) -> bool:
        shop = self.shop
        return self.moves >= shop.most_moves or shop.clock.monotonic() - self.since >= shop.longest

    async def _take_turn(self, incident: Incident) -> bool:
        """Write down what has ended and what follows, in one append; return whether there is something to look at."""
        plan = await self.shop.plans.of(incident.digest, playbook=incident.playbook)
        now = self.shop.clock.now()
        for outcome in self.ended:
            incident = fold(incident, outcome, at=now, seq=incident.seq + 1)
        turn = self._turn(plan, incident, now)
        fresh = [move for move in turn.performs if move.key not in self.running]
        started = instant_text(self.shop.clock.real_now())
        intents = [_intent(move, started) for move in fresh if not _intended(incident, move)]
        if not turn.events and not fresh and (not self.ended or self._may_wait()):
            return False
        events: list[Event] = [*self.ended, *turn.events, *intents]
        if not self.began:
            events.insert(0, self._beginning(incident))
        if not await self._append(events):
            return True
        self.moves += len(fresh)
        known = replace(turn.incident, unclean=turn.incident.unclean or self.lease.unclean)
        for move in fresh:
            self._start(plan, known, move, doubt=_doubt(known, move))
        return True

    def _turn(self, plan: Plan, incident: Incident, now: datetime) -> Turn:
        """Return what follows; once the segment is full, nothing more does."""
        if self._full:
            return Turn((), (), incident)
        shop = self.shop
        return advance(
            plan,
            incident,
            now=now,
            calendar=shop.calendar,
            connected=shop.connected,
            waking=shop.waking,
            calendars=shop.calendars,
        )

    async def _append(self, events: list[Event]) -> bool:
        """Append what was decided; if the timeline has grown meanwhile, only what has ended. Return whether all was."""
        try:
            entries = await self.shop.ledger.append_engine(self.lease, events, expect=self._seq)
        except HeadMovedError:
            self.behind = True
            if self.ended:
                await self.shop.ledger.append_engine(self.lease, self.ended)
                self.ended.clear()
            return False
        self.began = True
        self.ended.clear()
        self.incident = folded(self.incident, entries)
        return True

    def _beginning(self, incident: Incident) -> ev.SegmentBegan:
        number = len(incident.segments) + 1
        self.carrier.begun(incident.id, number)
        return ev.SegmentBegan(
            number=number,
            lane=self.carrier.lane,
            flow_run=self.carrier.flow_run,
            engine=self.lease.owner,
            unclean=self.lease.unclean,
        )

    def _start(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> None:
        work = asyncio.ensure_future(self.shop.performer.perform(plan, incident, move, doubt=doubt))
        self.running[move.key] = asyncio.create_task(self._shown(move, work))

    async def _shown(self, move: Perform, work: asyncio.Future[Outcome]) -> Outcome:
        try:
            outcome, task_run = await self.carrier.show(f"{move.kind} {move.subject}", work, failed=_not_done)
        finally:
            work.cancel()
        return outcome.model_copy(update={"task_run": task_run})

    async def _collect(self) -> None:
        """Wait until an effect ends, or for a moment, after which what came in is looked at."""
        patience = HELD if self.ended else POLL
        done, _ = await asyncio.wait(self.running.values(), timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        self.behind = not done and not self.ended
        for key in [key for key, task in self.running.items() if task in done]:
            if not self.ended:
                self.waits_since = self.shop.clock.monotonic()
            self.ended.append(self.running.pop(key).result())

    def _may_wait(self) -> bool:
        """Whether results from which nothing follows may wait a moment, to be flushed together with others."""
        return bool(self.running) and self.shop.clock.monotonic() - self.waits_since < HELD

    @property
    def _seq(self) -> int:
        return self.incident.seq if self.incident else 0

    async def _caught_up(self) -> Incident:
        """Return the state, read again where somebody else may have written."""
        if self.incident is None:
            self.incident = (await self.shop.standings.of(self.lease.incident)).incident
        elif self.behind:
            self.incident = folded(self.incident, await self.shop.ledger.entries(self.lease.incident, after=self._seq))
        self.behind = False
        return self.incident


def _intent(move: Perform, started: str) -> ev.EffectIntended:
    return ev.EffectIntended(
        key=move.key, kind=move.kind, subject=move.subject, attempt=move.attempt, digest=move.digest,
        started=started, round=move.round,
    )  # fmt: skip


def _not_done(outcome: Outcome) -> bool:
    return not isinstance(outcome, ev.EffectDone)


def _intended(incident: Incident, move: Perform) -> bool:
    effect = incident.effects.get(move.key)
    return effect is not None and effect.status == "intended" and effect.attempt == move.attempt


def _doubt(incident: Incident, move: Perform) -> Doubt:
    """Return how sure it is that a move was not made before."""
    effect = incident.effects.get(move.key)
    least = Doubt.SLIGHT if incident.unclean else Doubt.NONE
    if effect is None:
        return least
    return Doubt.OPEN if effect.unsure else DOUBTS.get(effect.status, least)
