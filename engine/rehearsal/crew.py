"""What the people of a rehearsal do: they turn to what they are asked, work on it, and answer.

Theory of operation. Everybody who may answer an ask turns to it after a time that is drawn for them, once they can be
reached. Whoever is free works on it for a drawn time and answers; whoever is busy comes back to it when they are not,
to what is due first before the rest. What has a target of more than a day is planned work: it is begun after a drawn
share of its time.

Rules kept here: one person does one thing at a time; a task or decision that somebody works on is left to them, an
approval is not; what the scenario scripts is said by whom it names, and a list is used up in order; who is refused is
followed by the next in the script, then by those who may.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from engine.domain.authority import COMMANDER, holders
from engine.domain.scenario import AnswerModel
from engine.rehearsal.agenda import Says, Turns
from engine.rehearsal.drawing import Spread, span
from engine.rehearsal.hearing import Hearing
from engine.rehearsal.naming import APPROVAL, keys_of, names_of
from engine.rehearsal.rousing import Rousing, told_at
from engine.rehearsal.saying import answer_of, named, unasked, urgent

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain import commands as cmd
    from engine.domain.ask import Ask
    from engine.domain.injects import AnswerDeed, InjectModel
    from engine.rehearsal.stage import Stage

EFFORT = {
    "approval": Spread(180.0, 600.0),
    "view": Spread(300.0, 900.0),
    "decision": Spread(600.0, 1800.0),
    "task": Spread(1800.0, 5400.0),
}
"""Seconds of work, by what is asked."""
SHARE = Spread(0.5, 0.9)
"""Of the time of planned work, the share after which it is begun."""
WHOLE = 1_000_000


@dataclass(slots=True)
class Trace:
    """What became of one person and one ask: why they were late, if they were."""

    person: str
    heard: datetime
    """When they would have turned to it, had they been reachable and free."""
    reached: datetime
    busy: list[tuple[str, datetime]] = field(default_factory=list)
    """What else they were working on, and until when."""
    began: datetime | None = None
    said: datetime | None = None


@dataclass(slots=True, repr=False)
class Crew:
    """The people at work."""

    stage: Stage
    script: dict[str, deque[AnswerModel]] = field(init=False)
    rousing: Rousing = field(init=False)
    hearing: Hearing = field(init=False)
    traces: dict[str, list[Trace]] = field(default_factory=dict)
    worked: dict[str, timedelta] = field(default_factory=dict)
    said: dict[str, AnswerModel | None] = field(default_factory=dict)
    """What is scripted for an ask, as it was planned last."""
    coming: dict[tuple[str, str], Turns] = field(default_factory=dict)
    """Of an ask and a person who has not turned to it yet: how they will."""
    taken: dict[str, str] = field(default_factory=dict)
    """Who began last to work on an ask."""
    busy: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Until when somebody works, and on what."""
    _seen: int = 0
    _by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of what is asked: the roles that have been told."""
    still: set[str] = field(default_factory=set)
    """Of what is asked: what others stay out of, since the scenario says who answers it when, or that nobody does."""
    _left: list[InjectModel] = field(init=False)
    """Answers that the scenario brings later; what they answer is left to them."""
    _held: tuple[object, object] = (None, None)
    """Who held which role, and who was kept out, when people heard last."""
    _count: int = 0

    def __post_init__(self) -> None:
        self.rousing = Rousing(self.stage)
        self.hearing = Hearing(self)
        self._left = [one for one in self.stage.scenario.injects if one.answer is not None]
        self.script = {key: deque(answers) for key, answers in self.stage.scenario.answers.items()}

    def hear(self) -> None:
        """Have those who may answer turn to what is newly asked."""
        asks = self.stage.incident.asks
        fresh = list(islice(asks.values(), self._seen, None))
        self._seen = len(asks)
        for ask in fresh:
            if ask.open:
                self._plan(ask)
                self._by[ask.id] = ask.by
        held = self._held
        self._held = (self.stage.incident.roles, self.stage.incident.excluded)
        changed = self._held != held
        for name, by in list(self._by.items()):
            ask = asks[name]
            if not ask.open:
                del self._by[name]
            elif changed or ask.by != by:
                self._by[name] = ask.by
                self._join(ask)
        self.hearing.read_on()

    def turn(self, item: Turns) -> None:
        """Have somebody work on what they are asked, as soon as they are free."""
        ask, now = self.stage.incident.asks[item.ask], self.stage.clock.now()
        coming = self.coming.get((ask.id, item.person))
        if coming is None or coming.number != item.number or not ask.open:
            return
        if ask.kind != APPROVAL and self.taken.get(ask.id, item.person) != item.person:
            return
        if coming.forgets:
            self.hearing.forget(ask, item.person)
            return
        if not named(coming.scripted) and not self._may_still(ask, item.person):
            return
        trace = self._trace(ask, item.person)
        free, other = self.busy.get(item.person, (now, ""))
        if free > now:
            trace.busy.append((other, free))
            self.stage.agenda.put(self._reached(ask, item.person, free), item, before=ask.due)
            return
        del self.coming[ask.id, item.person]
        self.taken[ask.id] = item.person
        self.hearing.on_it(ask, item.person)
        trace.began = now
        effort = self._effort(ask, item.person)
        self.worked[item.person] = self.worked.get(item.person, timedelta()) + effort
        self.busy[item.person] = (now + effort, ask.step)
        self.rousing.works(item.person, until=now + effort)
        self.stage.agenda.put(now + effort, Says(item.person, item.ask, coming.scripted))

    def say(self, item: Says) -> None:
        """Have somebody answer; who may not is refused, and others follow."""
        ask, now = self.stage.incident.asks[item.ask], self.stage.clock.now()
        if not ask.open:
            return
        if not named(item.scripted) and not self._may_still(ask, item.person):
            self.taken.pop(ask.id, None)
            self.all_turn(ask, self._may(ask), scripted=item.scripted)
            return
        refusal = self.stage.give(answer_of(self.stage, ask, item), item.person)
        if refusal is None:
            self._trace(ask, item.person).said = now
        elif item.scripted is not None:
            self.taken.pop(ask.id, None)
            self._plan(ask)

    def decline(self, step: str, answer: AnswerModel) -> None:
        """Have the approval of a step declined: the one that is asked for, or the next one."""
        self.script.setdefault(f"approve/{step}", deque()).appendleft(answer)
        for ask in self.stage.incident.asks.values():
            if ask.open and ask.kind == APPROVAL and step in names_of(ask.step):
                self._plan(ask)

    def left(self, inject: InjectModel) -> None:
        """Take an answer as brought; what it leaves open, and no other answers, is planned like anything else."""
        self._left = [one for one in self._left if one is not inject]
        step = inject.answer.step if inject.answer else ""
        for ask in self.stage.incident.asks.values():
            if ask.open and ask.id in self.still and step in keys_of(ask):
                self._plan(ask)

    def answering(self, deed: AnswerDeed, person: str) -> cmd.Answer:
        """Return what somebody says to what a deed names."""
        said = AnswerModel(verdict=deed.verdict, values=deed.values, reason=deed.reason)
        ask = self.stage.incident.asks.get(self.meant(deed.step, person, role=deed.role or ""))
        if ask is None:
            return unasked(deed)
        return answer_of(self.stage, ask, Says(person, ask.id, said))

    def meant(self, key: str, person: str, *, role: str = "") -> str:
        """Return the ask that a key means to somebody: what is open of it, else what was asked last; none: the key."""
        asks = [
            one for one in self.stage.incident.asks.values() if key in keys_of(one) and (not role or role in one.by)
        ]
        found = max(asks, key=lambda one: (one.open, person in self._may(one), one.opened_at), default=None)
        return found.id if found is not None else key

    def _join(self, ask: Ask) -> None:
        """Have those turn to an ask who may answer it too, since it was asked of further roles, or roles changed."""
        if ask.id in self.still:
            return
        others = [person for person in self._may(ask) if person not in self.asked(ask)]
        self.all_turn(ask, others, scripted=self.said.get(ask.id))

    def _plan(self, ask: Ask) -> None:
        self.still.discard(ask.id)
        self.said.pop(ask.id, None)
        if any(one.answer and one.answer.step in keys_of(ask) for one in self._left):
            self.still.add(ask.id)
            return
        scripted = self.said[ask.id] = self._scripted(ask)
        may = self._may(ask)
        if scripted is None:
            self.all_turn(ask, may, scripted=None)
            return
        if named(scripted) or scripted.after or scripted.verdict == "silence":
            self.still.add(ask.id)
        if scripted.verdict == "silence":
            return
        called = [self.stage.someone(name) if name in self.stage.players else self._of_role(ask, name)
                 for name in scripted.by or ()]  # fmt: skip
        people = list(dict.fromkeys(called)) or (may[: ask.quorum] if scripted.after else may)
        if scripted.after is not None:
            at = ask.opened_at + span(scripted.after)
            for person in people:
                self.stage.agenda.put(max(at, self.stage.clock.now()), Says(person, ask.id, scripted))
        else:
            self.all_turn(ask, people, scripted=scripted)
        if ask.kind == APPROVAL and scripted.verdict != "decline" and len(people) < ask.quorum:
            self.all_turn(ask, [person for person in may if person not in people], scripted=None)

    def _scripted(self, ask: Ask) -> AnswerModel | None:
        """Take what the scenario says next to an ask."""
        return next((self.script[key].popleft() for key in keys_of(ask) if self.script.get(key)), None)

    def _may(self, ask: Ask) -> list[str]:
        """Return who may answer an ask, in the order of its roles."""
        people = [person for role in ask.by for person in holders(self.stage.plan, self.stage.incident, role)]
        barred = ask.requesters if ask.kind == APPROVAL else ()
        return [person for person in dict.fromkeys(people) if person not in barred]

    def _may_still(self, ask: Ask, person: str) -> bool:
        """Return whether somebody may still answer, now that roles may have changed; a commander may do any task."""
        commanders = holders(self.stage.plan, self.stage.incident, COMMANDER) if ask.kind == "task" else ()
        return person in self._may(ask) or person in commanders

    def _of_role(self, ask: Ask, role: str) -> str:
        """Return who answers for a role: the first who may, else the first."""
        held = holders(self.stage.plan, self.stage.incident, role)
        barred = ask.requesters if ask.kind == APPROVAL else ()
        return next((person for person in held if person not in barred), held[0])

    def all_turn(self, ask: Ask, people: list[str], *, scripted: AnswerModel | None) -> None:
        """Have people turn to an ask once they can be reached."""
        told = told_at(self.stage.chat.outages, self.stage.clock.now())
        for person in people:
            heard = told + self._delay(ask, person)
            reached = self._reached(ask, person, heard)
            self.traces.setdefault(ask.id, []).append(Trace(person, heard, reached))
            self.stage.agenda.put(reached, self._turns(ask, person, scripted), before=ask.due)

    def asked(self, ask: Ask) -> frozenset[str]:
        """Return who was going to turn to an ask, or has."""
        return frozenset(trace.person for trace in self.traces.get(ask.id, ()))

    def _turns(self, ask: Ask, person: str, scripted: AnswerModel | None) -> Turns:
        """Return how somebody turns to an ask; who was going to already does so once, at the earlier time."""
        known = self.coming.get((ask.id, person))
        self._count += known is None
        number = self._count if known is None else known.number
        item = Turns(person, ask.id, scripted, number, self._forgets(ask, person))
        self.coming[ask.id, person] = item
        return item

    def _forgets(self, ask: Ask, person: str) -> bool:
        percent = self.stage.players[person].forgets
        return percent > 0 and self.stage.dice.chance(f"{person}/{ask.id}/forgets", percent)

    def _reached(self, ask: Ask, person: str, at: datetime) -> datetime:
        return self.rousing.reached(person, at, urgent=urgent(ask))

    def _delay(self, ask: Ask, person: str) -> timedelta:
        dice, name = self.stage.dice, f"{person}/{ask.id}/turns"
        now = self.stage.clock.now()
        if ask.due is not None and not urgent(ask):
            share = dice.draw(name, Spread(SHARE.median * WHOLE, SHARE.p90 * WHOLE)).total_seconds() / WHOLE
            return timedelta(seconds=round((ask.due - now).total_seconds() * share))
        return dice.draw(name, self.stage.players[person].responds)

    def _effort(self, ask: Ask, person: str) -> timedelta:
        model = getattr(self.stage.scenario.effort, ask.kind, None)
        return self.stage.dice.draw(f"{person}/{ask.id}/works", Spread.of(model) if model else EFFORT[ask.kind])

    def _trace(self, ask: Ask, person: str) -> Trace:
        known = self.traces.setdefault(ask.id, [])
        found = next((trace for trace in known if trace.person == person), None)
        if found is None:
            now = self.stage.clock.now()
            found = Trace(person, now, now)
            known.append(found)
        return found
