"""The people of a rehearsal: who they are, when they can be reached, and why they cannot.

Rules kept here: somebody who is away is reached by nothing, who is asleep by no message; outside working hours only who
is on call is, and only by what cannot wait; what a page does is in `engine.rehearsal.rousing`. Without a cast, two
people hold each role, so that nobody has to approve what they wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from engine.domain.calendar import WEEKDAYS
from engine.domain.hours import Hours, next_work, works_at
from engine.domain.scenario_waking import PagedModel
from engine.rehearsal.drawing import Spread, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.domain.plan import Plan
    from engine.domain.scenario import CastModel, Scenario

RESPONDS = Spread(600.0, 2700.0)
"""Seconds until somebody turns to what they are asked: ten minutes, nine times of ten within 45."""
MOST_LOOKS = 200
AWAY = "away"
PAGED = PagedModel()
LOOKS = Spread.of(PAGED)


@dataclass(frozen=True, slots=True)
class Off:
    """A time in which somebody cannot be reached, and how that is said."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Player:
    """One person of the cast."""

    id: str
    roles: tuple[str, ...]
    zone: str = "UTC"
    hours: Hours | None = None
    on_call: bool = False
    responds: Spread = RESPONDS
    off: tuple[Off, ...] = ()
    pager: bool = True
    wakes: int = PAGED.wakes
    """Of a hundred pages, how many wake them."""
    paged: Spread = LOOKS
    """Seconds until they look at a page."""
    forgets: int = 0
    """Of a hundred asks, how many they forget until they are reminded."""

    def reached_at(self, at: datetime, *, urgent: bool = True) -> datetime:
        """Return the first instant, not before `at`, at which they turn to something; what can wait, in their hours."""
        for _ in range(MOST_LOOKS):
            later = max((off.until for off in self.off if off.since <= at < off.until), default=at)
            if self.hours is not None and not (self.on_call and urgent):
                later = next_work(self.hours, later)
            if later == at:
                return at
            at = later
        return at

    def away_at(self, at: datetime) -> bool:
        """Return whether not even a page reaches them."""
        return any(off.why == AWAY and off.since <= at < off.until for off in self.off)

    def unreached(self, since: datetime, until: datetime, *, urgent: bool) -> Iterator[tuple[str, datetime]]:
        """Yield why they could not be reached at times of a stretch, and until when, each once."""
        for off in self.off:
            if off.since < until and off.until > since:
                yield off.why, off.until
        if self.hours is not None and not (self.on_call and urgent) and not works_at(self.hours, since):
            yield "off duty", next_work(self.hours, since)


def players_of(scenario: Scenario, plan: Plan, *, start: datetime) -> Mapping[str, Player]:
    """Return who takes part, by id."""
    asleep: dict[str, list[Off]] = {}
    for inject in scenario.injects:
        if inject.asleep and inject.until:
            off = Off(start + span(inject.at), start + span(inject.until), "asleep")
            asleep.setdefault(inject.asleep, []).append(off)
    if not scenario.cast:
        return {player.id: player for role in plan.roles for player in _two(role)}
    return {
        name: _player(name, entry, start=start, asleep=asleep.get(name, [])) for name, entry in scenario.cast.items()
    }


def held(players: Mapping[str, Player]) -> dict[str, list[str]]:
    """Return who holds each role, in the order of the cast."""
    roles = dict.fromkeys(role for player in players.values() for role in player.roles)
    return {role: [player.id for player in players.values() if role in player.roles] for role in roles}


def _two(role: str) -> tuple[Player, Player]:
    """Return two people who hold a role in working hours; the first one is on call too."""
    days = Hours(_days("mon", "fri"), time(9), time(18))
    return Player(role, (role,), hours=days, on_call=True), Player(f"{role}.2", (role,), hours=days)


def _player(name: str, entry: CastModel, *, start: datetime, asleep: Sequence[Off]) -> Player:
    away = [Off(start + span(gap.from_), start + span(gap.until), AWAY) for gap in entry.away]
    return Player(
        id=name,
        roles=tuple(entry.roles),
        zone=entry.zone,
        hours=_hours(entry.hours, entry.zone) if entry.hours else None,
        on_call=entry.on_call,
        responds=Spread.of(entry.responds) if entry.responds else RESPONDS,
        off=(*away, *asleep),
        pager=entry.pager,
        wakes=entry.paged.wakes,
        paged=Spread.of(entry.paged),
        forgets=entry.forgets,
    )


def _hours(text: str, zone: str) -> Hours:
    clock, _, days = text.partition(" ")
    start, _, end = clock.partition("-")
    first, _, last = days.partition("-")
    return Hours(_days(first, last or first), time.fromisoformat(start), time.fromisoformat(end), zone)


def _days(first: str, last: str) -> tuple[str, ...]:
    short = [day[:3] for day in WEEKDAYS]
    begin, count = short.index(first), (short.index(last) - short.index(first)) % len(short) + 1
    return tuple(WEEKDAYS[(begin + number) % len(short)] for number in range(count))
