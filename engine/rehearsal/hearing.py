"""What people do when they hear again of what they are asked, or forget it.

Rules kept here: who is called says that they are on it and turns to it, as far as it is theirs; planned work stays
planned. Who was woken then turns to everything urgent that waits for them. Who forgot something thinks of it when they
are reminded or called, when they read that its target was missed, or after a day where it has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER, holders, ladder
from engine.domain.severity import severity_of
from engine.rehearsal.saying import urgent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.scenario import AnswerModel
    from engine.rehearsal.agenda import Hears, Turns, Way
    from engine.rehearsal.rousing import Rousing
    from engine.rehearsal.stage import Stage

CALLED = ("page", "call")


class Working(Protocol):
    """The crew, as far as it matters to what they hear; `engine.rehearsal.crew` says what each is."""

    stage: Stage
    rousing: Rousing
    said: dict[str, AnswerModel | None]
    still: set[str]
    coming: dict[tuple[str, str], Turns]
    taken: dict[str, str]
    busy: dict[str, tuple[datetime, str]]

    def asked(self, ask: Ask) -> frozenset[str]:
        """Return who was going to turn to an ask, or has."""
        ...

    def all_turn(self, ask: Ask, people: list[str], *, scripted: AnswerModel | None) -> None:
        """Have people turn to an ask once they can be reached."""
        ...


@dataclass(slots=True, repr=False)
class Hearing:
    """What the crew has heard of, and what of it somebody forgot."""

    crew: Working
    _read: int = 0
    """How much of the timeline has been looked at."""
    _forgot: set[tuple[str, str]] = field(default_factory=set)

    def read_on(self) -> None:
        """Have people hear again of what they are asked, as the timeline says."""
        entries = self.crew.stage.chronicle.entries
        while self._read < len(entries):
            self._read += 1
            match entries[self._read - 1].event:
                case ev.PersonCalled() as event:
                    self.crew.rousing.called(self._ask(event.ask), event)
                case ev.AskReminded() as event:
                    self._tell_again(event.ask, among=event.people, by="reminder", again=event.share)
                case ev.TargetMissed() as event:
                    self._tell_again(event.ask, among=self.crew.stage.players, by="notice")
                    self._still_on_it(self._ask(event.ask))
                case _:
                    pass

    def look(self, item: Hears) -> None:
        """Have somebody turn to what they hear of again."""
        ask, key = self._ask(item.ask), (item.ask, item.person)
        if not ask.open:
            return
        woken = item.woke and self.crew.rousing.wake(item.person, ask)
        if item.by in CALLED and self._may_too(ask, item.person):
            self.crew.all_turn(ask, [item.person], scripted=self.crew.said.get(ask.id))
        if key in self.crew.coming:
            if key in self._forgot:
                self.crew.rousing.note(item.person, ask, "thought_of", by=item.by)
            if item.by in CALLED:
                self.on_it(ask, item.person)
            self._now(ask, item.person)
        if woken:
            for other in [self._ask(name) for name, person in self.crew.coming if person == item.person]:
                self._now(other, item.person)

    def forget(self, ask: Ask, person: str) -> None:
        """Have somebody forget what they would have turned to."""
        self._forgot.add((ask.id, person))
        self.crew.rousing.note(person, ask, "forgot", by="themselves")
        if ask.due is None:
            self.crew.rousing.think(person, ask)
        elif ask.missed:
            self._tell_again(ask.id, among=[person], by="notice")

    def on_it(self, ask: Ask, person: str) -> None:
        """Have somebody say that they are on it, where others would be called else."""
        stage, known = self.crew.stage, ask.on_it
        step = stage.plan.step_at(ask.step)
        if not stage.waking.rules or not stage.waking.rule_for(ask, step, severity_of(stage.plan, stage.incident)):
            return
        lapsed = known is not None and ask.missed and ask.due is not None and known.at < ask.due
        if (known is None or lapsed) and person in ladder(stage.plan, stage.incident, ask):
            stage.give(cmd.Acknowledge(target=ask.id), person)

    def _still_on_it(self, ask: Ask) -> None:
        """Have whoever works on something say so again, once its target was missed: that ended what they said."""
        person = self.crew.taken.get(ask.id)
        if ask.open and person is not None and self.crew.busy[person][0] > self.crew.stage.clock.now():
            self.on_it(ask, person)

    def _tell_again(self, name: str, *, among: Iterable[str], by: Way, again: int = 0) -> None:
        for person in among:
            if (name, person) in self._forgot:
                self.crew.rousing.told_again(person, self._ask(name), by=by, again=again)

    def _now(self, ask: Ask, person: str) -> None:
        """Have somebody turn to something now; what is planned work stays planned, unless they had forgotten it."""
        key = (ask.id, person)
        if not urgent(ask) and key not in self._forgot:
            return
        self._forgot.discard(key)
        self.crew.coming[key] = replace(self.crew.coming[key], forgets=False)
        self.crew.stage.agenda.put(self.crew.stage.clock.now(), self.crew.coming[key], before=ask.due)

    def _may_too(self, ask: Ask, person: str) -> bool:
        """Return whether somebody who is called may do what was not asked of them: a commander, any task."""
        said, stage = self.crew.said.get(ask.id), self.crew.stage
        anybody = said is not None and said.by is None and said.after is None and said.verdict != "silence"
        theirs = anybody or ask.id not in self.crew.still
        fresh = person not in self.crew.asked(ask)
        return theirs and fresh and ask.kind == "task" and person in holders(stage.plan, stage.incident, COMMANDER)

    def _ask(self, name: str) -> Ask:
        return self.crew.stage.incident.asks[name]
