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

from engine.domain import commands as cmd
from engine.domain.authority import holders
from engine.domain.kinds import WHY
from engine.domain.scenario import AnswerModel
from engine.domain.views import form_of
from engine.rehearsal.agenda import Says, Turns
from engine.rehearsal.chat import CHAT
from engine.rehearsal.drawing import Spread, span
from engine.rehearsal.forms import filled
from engine.rehearsal.naming import APPROVAL, keys_of, names_of
from engine.rehearsal.tracker import TRACKER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.events.shape import Verdict
    from engine.domain.injects import AnswerDeed, InjectModel
    from engine.rehearsal.stage import Stage
    from engine.rehearsal.world import Outage

WAYS = (CHAT, TRACKER)
EFFORT = {
    "approval": Spread(180.0, 600.0),
    "view": Spread(300.0, 900.0),
    "decision": Spread(600.0, 1800.0),
    "task": Spread(1800.0, 5400.0),
}
"""Seconds of work, by what is asked."""
PLANNED = timedelta(days=1)
SHARE = Spread(0.5, 0.9)
"""Of the time of planned work, the share after which it is begun."""
WHOLE = 1_000_000
VERDICTS: dict[str, Verdict] = {"approval": "approve", "view": "answer", "decision": "answer", "task": "done"}


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
    traces: dict[str, list[Trace]] = field(default_factory=dict)
    worked: dict[str, timedelta] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    _busy: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _seen: int = 0
    _by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of what is asked: the roles that have been told."""
    _left: list[InjectModel] = field(init=False)
    """Answers that the scenario brings later; what they answer is left to them."""
    _still: set[str] = field(default_factory=set)
    """Of what is asked: what others stay out of, since the scenario says who answers it when, or that nobody does."""
    _held: tuple[object, object] = (None, None)
    """Who held which role, and who was kept out, when people heard last."""

    def __post_init__(self) -> None:
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

    def turn(self, item: Turns) -> None:
        """Have somebody work on what they are asked, as soon as they are free."""
        ask, now = self.stage.incident.asks[item.ask], self.stage.clock.now()
        if not ask.open or (ask.kind != APPROVAL and self._taken.get(ask.id, item.person) != item.person):
            return
        if item.scripted is None and item.person not in self._may(ask):
            return
        trace = self._trace(ask, item.person)
        free, other = self._busy.get(item.person, (now, ""))
        if free > now:
            trace.busy.append((other, free))
            self.stage.agenda.put(self._reached(ask, item.person, free), item, before=ask.due)
            return
        self._taken[ask.id] = item.person
        trace.began = now
        effort = self._effort(ask, item.person)
        self.worked[item.person] = self.worked.get(item.person, timedelta()) + effort
        self._busy[item.person] = (now + effort, ask.step)
        self.stage.agenda.put(now + effort, Says(item.person, item.ask, item.scripted))

    def say(self, item: Says) -> None:
        """Have somebody answer; who may not is refused, and others follow."""
        ask, now = self.stage.incident.asks[item.ask], self.stage.clock.now()
        if not ask.open:
            return
        if item.scripted is None and item.person not in self._may(ask):
            self._taken.pop(ask.id, None)
            self._all_turn(ask, self._may(ask), scripted=None)
            return
        refusal = self.stage.give(self._answer(ask, item), item.person)
        if refusal is None:
            self._trace(ask, item.person).said = now
        elif item.scripted is not None:
            self._taken.pop(ask.id, None)
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
            if ask.open and ask.id in self._still and step in keys_of(ask):
                self._still.discard(ask.id)
                self._plan(ask)

    def answering(self, deed: AnswerDeed, person: str) -> cmd.Answer:
        """Return what somebody says to what a deed names: to what is open of it, else to what was asked last."""
        asks = [ask for ask in self.stage.incident.asks.values() if deed.step in keys_of(ask)]
        said = AnswerModel(verdict=deed.verdict, values=deed.values, reason=deed.reason)
        if not asks:
            return cmd.Answer(target=deed.step, verdict=deed.verdict or "answer", reason=deed.reason)
        ask = max(asks, key=lambda one: (one.open, person in self._may(one), one.opened_at))
        return self._answer(ask, Says(person, ask.id, said))

    def _join(self, ask: Ask) -> None:
        """Have those turn to an ask who may answer it too, since it was asked of further roles, or roles changed."""
        if ask.id in self._still:
            return
        known = {trace.person for trace in self.traces.get(ask.id, ())}
        self._all_turn(ask, [person for person in self._may(ask) if person not in known], scripted=None)

    def _plan(self, ask: Ask) -> None:
        self._still.discard(ask.id)
        if any(one.answer and one.answer.step in keys_of(ask) for one in self._left):
            self._still.add(ask.id)
            return
        scripted = self._scripted(ask)
        may = self._may(ask)
        if scripted is None:
            self._all_turn(ask, may, scripted=None)
            return
        self._still.add(ask.id)
        if scripted.verdict == "silence":
            return
        named = [self.stage.someone(name) if name in self.stage.players else self._of_role(ask, name)
                 for name in scripted.by or ()]  # fmt: skip
        people = list(dict.fromkeys(named)) or (may[: ask.quorum] if scripted.after else may)
        if scripted.after is not None:
            at = ask.opened_at + span(scripted.after)
            for person in people:
                self.stage.agenda.put(max(at, self.stage.clock.now()), Says(person, ask.id, scripted))
        else:
            self._all_turn(ask, people, scripted=scripted)
        if ask.kind == APPROVAL and scripted.verdict != "decline" and len(people) < ask.quorum:
            self._all_turn(ask, [person for person in may if person not in people], scripted=None)

    def _scripted(self, ask: Ask) -> AnswerModel | None:
        """Take what the scenario says next to an ask."""
        return next((self.script[key].popleft() for key in keys_of(ask) if self.script.get(key)), None)

    def _may(self, ask: Ask) -> list[str]:
        """Return who may answer an ask, in the order of its roles."""
        people = [person for role in ask.by for person in holders(self.stage.plan, self.stage.incident, role)]
        barred = ask.requesters if ask.kind == APPROVAL else ()
        return [person for person in dict.fromkeys(people) if person not in barred]

    def _of_role(self, ask: Ask, role: str) -> str:
        """Return who answers for a role: the first who may, else the first."""
        held = holders(self.stage.plan, self.stage.incident, role)
        barred = ask.requesters if ask.kind == APPROVAL else ()
        return next((person for person in held if person not in barred), held[0])

    def _all_turn(self, ask: Ask, people: list[str], *, scripted: AnswerModel | None) -> None:
        told = told_at(self.stage.chat.outages, self.stage.clock.now())
        for person in people:
            heard = told + self._delay(ask, person)
            reached = self._reached(ask, person, heard)
            self.traces.setdefault(ask.id, []).append(Trace(person, heard, reached))
            self.stage.agenda.put(reached, Turns(person, ask.id, scripted), before=ask.due)

    def _reached(self, ask: Ask, person: str, at: datetime) -> datetime:
        return self.stage.players[person].reached_at(at, urgent=urgent(ask))

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

    def _answer(self, ask: Ask, item: Says) -> cmd.Answer:
        said = item.scripted
        verdict = VERDICTS[ask.kind]
        if said is not None and said.verdict is not None and said.verdict != "silence":
            verdict = said.verdict
        reason = (said.reason if said else "") or ("It is rehearsed." if verdict == "decline" else "")
        given = dict(said.values) if said else {}
        form = form_of(self.stage.plan, ask) if ask.kind != APPROVAL and verdict != "decline" else {}
        if verdict in ("yes", "no"):
            given.setdefault("answer", verdict == "yes")
            if reason and WHY in form:
                given.setdefault(WHY, reason)
        values = filled(form, given, person=item.person, now=self.stage.clock.now())
        return cmd.Answer(target=ask.id, verdict=verdict, values=values, reason=reason)


def told_at(outages: Sequence[Outage], at: datetime) -> datetime:
    """Return when people hear of something: at once, or when the first of chat and tracker is there again."""
    down = [[one.until for one in outages if one.what == what and one.since <= at < one.until] for what in WAYS]
    return min(max(untils) for untils in down) if all(down) else at


def urgent(ask: Ask) -> bool:
    """Return whether people turn to an ask at once; else they plan it."""
    return ask.due is None or ask.due - ask.opened_at <= PLANNED
