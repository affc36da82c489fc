"""How people hear again of what they are asked: by a page, a call in the chat, a reminder, or a missed target.

Theory of operation. The conductor decides who is reminded and called, as in an incident. What that does to people is a
model: a page wakes whoever sleeps or is off duty as often as the scenario says, and they look at it after a drawn time;
a message in the chat wakes nobody, and is read once they can be reached; whoever is away is reached by neither.

Rules kept here: who was woken stays up for an hour, and for an hour after what they do then; what only the rehearsal
knows (who was woken, who slept through it, who forgot) is noted, so that its timeline can say it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from engine.rehearsal.agenda import Hears
from engine.rehearsal.chat import CHAT
from engine.rehearsal.tracker import TRACKER
from engine.rehearsal.waking import PAGER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.domain import timeline as ev
    from engine.domain.ask import Ask
    from engine.rehearsal.agenda import Way
    from engine.rehearsal.stage import Stage
    from engine.rehearsal.world import Outage

UP = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""After so long, people think by themselves of what has no due time."""
WAYS = (CHAT, TRACKER)
Kind = Literal["woken", "slept_through", "not_reached", "forgot", "thought_of"]


@dataclass(frozen=True, slots=True)
class Note:
    """What only the rehearsal knows of a person and an ask; it stands behind event number `seq`."""

    seq: int
    at: datetime
    person: str
    ask: str
    kind: Kind
    by: Way


@dataclass(slots=True, repr=False)
class Rousing:
    """Who was woken, and what else is told of people."""

    stage: Stage
    notes: list[Note] = field(default_factory=list)
    _up: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    """Since when and until when somebody is up who was woken."""

    def reached(self, person: str, at: datetime, *, urgent: bool) -> datetime:
        """Return the first instant, not before `at`, at which somebody can be reached by a message."""
        player = self.stage.players[person]
        usual = player.reached_at(at, urgent=urgent)
        if usual == at or not urgent:
            return usual
        up = [max(since, at) for since, until in self._up.get(person, ()) if until > at and since < usual]
        return next((instant for instant in sorted(up) if not player.away_at(instant)), usual)

    def called(self, ask: Ask, event: ev.PersonCalled) -> None:
        """Have a person hear that they are called, if they do."""
        player = self.stage.players.get(event.person)
        if player is None:
            return
        person, name = event.person, f"{event.person}/{ask.id}/called/{event.level}"
        at = page_at(self.stage.chat.outages, self.stage.clock.now()) if event.pagers else self._told()
        away, asleep = player.away_at(at), self.reached(person, at, urgent=True) > at
        if not event.pagers:
            at = self.reached(person, at + self.stage.dice.draw(name, player.responds), urgent=True)
            self._hears(Hears(person, ask.id, "call"), ask, at)
        elif away or (asleep and not self.stage.dice.chance(f"{name}/wakes", player.wakes)):
            self.note(person, ask, "not_reached" if away else "slept_through", by="page")
        else:
            self._hears(Hears(person, ask.id, "page", asleep), ask, at + self.stage.dice.draw(name, player.paged))

    def told_again(self, person: str, ask: Ask, *, by: Way, again: int = 0) -> None:
        """Have somebody who forgot it hear of it again in the chat; of a reminder, only if they do not forget that."""
        player, name = self.stage.players[person], f"{person}/{ask.id}/{by}/{again}"
        if by == "reminder" and self.stage.dice.chance(f"{name}/forgets", player.forgets):
            return
        at = self._told() + self.stage.dice.draw(name, player.responds)
        self._hears(Hears(person, ask.id, by), ask, self.reached(person, at, urgent=True))

    def think(self, person: str, ask: Ask) -> None:
        """Have somebody think by themselves of what nobody will remind them of."""
        at = self.reached(person, self.stage.clock.now() + FORGOTTEN, urgent=True)
        self._hears(Hears(person, ask.id, "themselves"), ask, at)

    def wake(self, person: str, ask: Ask) -> bool:
        """Have somebody be up who was asleep; return whether they still were."""
        now = self.stage.clock.now()
        if self.reached(person, now, urgent=True) == now:
            return False
        self._up.setdefault(person, []).append((now, now + UP))
        self.note(person, ask, "woken", by="page")
        return True

    def works(self, person: str, *, until: datetime) -> None:
        """Have somebody who is up stay up for what they do."""
        found, now = self._up.get(person), self.stage.clock.now()
        if found and found[-1][1] > now:
            found[-1] = (found[-1][0], max(found[-1][1], until + UP))

    def woken_at(self, person: str, *, since: datetime, until: datetime) -> datetime | None:
        """Return when a page woke somebody within a stretch."""
        return next((up for up, _ in self._up.get(person, ()) if since <= up < until), None)

    def note(self, person: str, ask: Ask, kind: Kind, *, by: Way) -> None:
        """Note what only the rehearsal knows."""
        seq, now = len(self.stage.chronicle.entries), self.stage.clock.now()
        self.notes.append(Note(seq, now, person, ask.id, kind, by))

    def _told(self) -> datetime:
        return told_at(self.stage.chat.outages, self.stage.clock.now())

    def _hears(self, item: Hears, ask: Ask, at: datetime) -> None:
        self.stage.agenda.put(at, item, before=ask.due)


def told_at(outages: Sequence[Outage], at: datetime) -> datetime:
    """Return when people hear of something: at once, or when the first of chat and tracker is there again."""
    down = [[one.until for one in outages if one.what == what and one.since <= at < one.until] for what in WAYS]
    return min(max(untils) for untils in down) if all(down) else at


def page_at(outages: Sequence[Outage], at: datetime) -> datetime:
    """Return when a page arrives: at once, or when the pager is there again."""
    return max((one.until for one in outages if one.what == PAGER and one.since <= at < one.until), default=at)
