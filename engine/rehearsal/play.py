"""Playing a rehearsal from its beginning to its end.

Theory of operation. The conductor is asked, what follows is written down, and its effects are performed, until only
people or time are awaited; then the clock jumps to the next thing that happens. That is what an engine does, without a
lease and without waiting.

Rules kept here: an effect's intent stands on the timeline before it is performed; the story's clock jumps only when
nothing is being performed; it ends when the incident is over and the scenario brings no more, when nothing more will
happen, or at its latest end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, assert_never

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conductor import Turn, advance
from engine.rehearsal.agenda import Happens, Hears, Moment, Says, Turns
from engine.rehearsal.clock import Days
from engine.rehearsal.crew import Crew
from engine.rehearsal.drawing import span
from engine.rehearsal.injecting import bring
from engine.rehearsal.stage import set_up
from engine.rehearsal.waking import USUAL
from engine.runtime.performing import Doubt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.conducting.situation import Perform
    from engine.domain.plan import Plan
    from engine.domain.scenario import Scenario
    from engine.domain.waking import Waking
    from engine.rehearsal.agenda import Item
    from engine.rehearsal.stage import Stage

LATEST = timedelta(days=400)
EVERY_WEEKDAY = Days()
NO_OTHERS: Mapping[str, Plan] = MappingProxyType({})
DOUBTS = {"intended": Doubt.OPEN, "unconfirmed": Doubt.DECIDED}
OF_ASKS = frozenset({"due", "expiry", "remind", "call"})
"""What moments of asks are named by."""
Ending = Literal["over", "still", "latest"]


@dataclass(frozen=True, slots=True)
class Played:
    """A rehearsal that has ended: why, and everything it was played on."""

    stage: Stage
    crew: Crew
    ending: Ending

    @property
    def until(self) -> datetime:
        """Until when it is known what happened: its end where it is over, else the latest one that it could have."""
        return self.stage.clock.now() if self.ending == "over" else _latest(self.stage.scenario, self.stage.clock.begun)


async def play(
    plan: Plan,
    scenario: Scenario,
    *,
    seed: str | None = None,
    sealed: bool = True,
    days: Days = EVERY_WEEKDAY,
    others: Mapping[str, Plan] = NO_OTHERS,
    house: Waking = USUAL,
) -> Played:
    """Play a scenario; `seed` takes the place of its own.

    `others` are versions to which it goes over, by their file; `house` is how the organisation wakes people.

    Unsealed, there is nothing that only people would look at: no channel, no tickets, no hashes, no report.
    """
    number = str(scenario.seed) if seed is None else seed
    stage = set_up(plan, scenario, seed=number, sealed=sealed, days=days, others=others, house=house)
    crew = Crew(stage)
    start = stage.clock.now()
    end = _latest(scenario, start)
    for inject in scenario.injects:
        if not inject.outage and not inject.asleep:
            stage.agenda.put(start + span(inject.at), Happens(inject))
    seen = 0
    while True:
        if stage.incident.seq > seen:
            await _rest(stage)
            crew.hear()
            seen = stage.incident.seq
        if stage.incident.over and not _scripted(stage):
            stage.look(before=None)
            return Played(stage, crew, "over")
        coming = stage.agenda.take()
        stage.look(before=coming[0] if coming else None)
        if coming is None:
            return Played(stage, crew, "still")
        at, item = coming
        if at > end:
            stage.look(before=None)
            return Played(stage, crew, "latest")
        stage.clock.jump(at)
        _happen(stage, crew, item)


def _latest(scenario: Scenario, start: datetime) -> datetime:
    return start + (span(scenario.ends_after) if scenario.ends_after else LATEST)


def _scripted(stage: Stage) -> bool:
    """Return whether the scenario still brings something, so that what follows on the end is played too."""
    asks = stage.incident.asks
    return any(
        isinstance(item, Happens) or (isinstance(item, Turns | Says) and item.scripted and asks[item.ask].open)
        for item in stage.agenda.items()
    )


def _happen(stage: Stage, crew: Crew, item: Item) -> None:
    match item:
        case Moment():
            if not stage.incident.timers[item.timer].fired and (stage.chronicle.sealed or _awaited(stage, item)):
                stage.append([ev.TimerFired(timer=item.timer)])
        case Happens():
            bring(stage, crew, item.inject)
        case Turns():
            crew.turn(item)
        case Hears():
            crew.hearing.look(item)
        case Says():
            crew.say(item)
        case _:
            assert_never(item)


def _awaited(stage: Stage, item: Moment) -> bool:
    """Return whether anything follows from a moment: nothing does from the due time of what is asked no more."""
    word, _, rest = item.timer.partition(":")
    ask = stage.incident.asks.get(rest.partition(":")[0])
    return word not in OF_ASKS or ask is None or ask.open


async def _rest(stage: Stage) -> None:
    """Do everything that can be done now."""
    while True:
        turn = _turn(stage)
        if not turn.events and not turn.performs:
            return
        stage.append(turn.events)
        doubts = {move.key: _doubt(stage, move) for move in turn.performs}
        stage.append(_intent(stage, move) for move in turn.performs)
        known = stage.incident
        for move in turn.performs:
            stage.append([await stage.performer.perform(stage.plan, known, move, doubt=doubts[move.key])])


def _turn(stage: Stage) -> Turn:
    days, now = stage.days, stage.clock.now()
    return advance(
        stage.plan,
        stage.incident,
        now=now,
        calendar=days.own,
        calendars=days.named,
        connected=stage.connected,
        waking=stage.waking,
    )


def _intent(stage: Stage, move: Perform) -> ev.EffectIntended:
    started = instant_text(stage.clock.real_now())
    return ev.EffectIntended(
        key=move.key, kind=move.kind, subject=move.subject, attempt=move.attempt, digest=move.digest,
        started=started, round=move.round,
    )  # fmt: skip


def _doubt(stage: Stage, move: Perform) -> Doubt:
    effect = stage.incident.effects.get(move.key)
    if effect is None:
        return Doubt.NONE
    return Doubt.OPEN if effect.unsure else DOUBTS.get(effect.status, Doubt.NONE)
