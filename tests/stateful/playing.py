"""A ledger, engines that work on it and die, and the model that explains what is there."""

from __future__ import annotations

import itertools
import shutil
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from engine.domain.errors import TocsinError
from engine.domain.timeline import NoteAdded, TimerSet
from engine.ports.records import Entry, Lease, Timer
from integrations.storage.databases import connect
from tests.contract.storage import NOON, HandClock, Place, declaration
from tests.stateful.engines import Asked, Call, Dead, Engine, Refused
from tests.stateful.looking import empty, look, numbers
from tests.stateful.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.crash.points import Moment


TTL = timedelta(seconds=30)


@dataclass(frozen=True)
class Ground:
    """Where the engines of one database work."""

    url: str
    homes: dict[str, Path]
    """Each engine's data folder."""
    nursery: str


class Played(RuleBasedStateMachine):
    """What the rules stand on."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.database = connect(self.ground.url)
        self.engines: dict[str, Engine] = {}
        self.model = Model(NOON)
        self.leases: list[Lease] = []
        """Every lease that was ever taken, also by an engine that died before it knew."""
        self.timers: list[Timer] = []
        """Every timer that was ever set, also to an instant that no longer counts."""
        self.told: dict[Path, dict[str, int]] = {}
        """How far each timeline reaches for sure, by data folder: an engine there was told of it."""
        self.mark = 0
        self.looked: dict[str, int] = {}
        """What somebody who only looks at what has grown knows: how far each timeline reached at the last look."""
        self.texts = itertools.count()

    @initialize()
    def two_incidents_are_carried(self) -> None:
        """Begin with an empty ledger, and bring it to where most rules have something to do."""
        empty(self.database)
        for home in self.ground.homes.values():
            shutil.rmtree(home, ignore_errors=True)
        for name, key in zip(self.ground.homes, ("alarm", None), strict=False):
            self.do((name, None, [Call("declare", (declaration(dedup_key=key),), {"definition": "text"})]))
            incident = f"INC-{len(self.model.timelines)}"
            self.do((name, None, [Call("claim", (incident,), {"owner": name, "ttl": TTL})]))
            lease = Lease(incident, name, 1)
            timer = Timer(incident, "wait", NOON, "story")
            event = TimerSet(timer=timer.timer, due=timer.due.isoformat(), purpose="wait")
            self.do((name, None, [Call("append_engine", (lease, [event]))]))
            self.leases.append(lease)
            self.timers.append(timer)

    def teardown(self) -> None:
        """End the engines."""
        for engine in self.engines.values():
            engine.kill()
        self.database.dispose()

    def do(self, *works: tuple[str, Moment | None, list[Call]]) -> None:
        """Have engines make their calls at the same time, then go on with the model that explains what came of it."""
        for name, dies, calls in works:
            if name not in self.engines:
                self.engines[name] = Engine(self.ground.nursery, self.place(name))
            self.engines[name].asks(Asked(calls, self.model.now, dies))
        answers = [self.answers_of(name, dies) for name, dies, _ in works]
        for (name, _, calls), came in zip(works, answers, strict=True):
            self.tells(self.ground.homes[name], calls, came or ())
        there = self.seen_now()
        tried = []
        for order in itertools.permutations(range(len(works))):
            for model in self.outcomes([(works[n], answers[n]) for n in order]):
                if model.shown() == there:
                    self.model = model
                    self.model.rows = numbers(self.database)
                    return
                tried.append(model.shown())
        raise AssertionError(f"nothing explains {answers} and {there}; it could be one of {tried}")

    def tells(self, home: Path, calls: Sequence[Call], answers: Sequence[Any]) -> None:
        """Keep how far timelines reach by what an engine was told."""
        told = self.told.setdefault(home, {})
        for call, answer in zip(calls, answers, strict=False):
            if isinstance(answer, list):
                incident = call.given[0] if isinstance(call.given[0], str) else call.given[0].incident
                told[incident] = max(answer[-1], told.get(incident, 0))

    def outcomes(self, works: Sequence[tuple[tuple[str, Moment | None, list[Call]], Any]]) -> Iterator[Model]:
        """Give every model that the works may have led to, done in this order."""
        found = [deepcopy(self.model)]
        for (_, dies, calls), answers in works:
            found = [after for model in found for after in _after(model, calls, dies=dies, answers=answers)]
        yield from found

    def answers_of(self, name: str, dies: Moment | None) -> list[Any] | None:
        """Return what an engine says; None when it died. Who was to die and was refused first, dies now."""
        try:
            answers = [_plain(one) for one in self.engines[name].hears()]
        except Dead:
            del self.engines[name]
            return None
        if dies:
            self.engines.pop(name).kill()
        return answers

    def seen_now(self) -> dict[str, Any]:
        return look(self.database, now=self.model.now)

    def place(self, name: str) -> Place:
        return Place(self.ground.url, self.ground.homes[name], HandClock(self.model.now))

    def note(self, incident: str, expect: int | None) -> Call:
        note = NoteAdded(text=f"note {next(self.texts)}", by="ana")
        return Call("append_inputs", (incident, [note]), {"expect": expect})

    def seen(self, incident: str, expect: str) -> int | None:
        head = len(self.model.timelines[incident].events)
        return {"nothing": None, "its head": head, "an old head": head - 1}[expect]

    def incident(self, data: Any) -> str:  # noqa: ANN401 as above
        return f"INC-{data.draw(st.integers(1, len(self.model.timelines)))}"

    def lease(self, data: Any) -> Lease:  # noqa: ANN401 as above
        back: int = data.draw(st.integers(1, len(self.leases)))
        return self.leases[-back]


def _after(model: Model, calls: list[Call], *, dies: Moment | None, answers: list[Any] | None) -> Iterator[Model]:
    """Give what a model may be after an engine's calls: one thing if it answered, else as far as it may have come."""
    after, expected, written = deepcopy(model), [], 0
    if answers is None and dies == "uncommitted":
        yield model
        return
    for call in calls:
        answer = _of_model(after, call)
        expected.append(answer)
        written += not isinstance(answer, Refused)
        if answers is None and written:
            yield deepcopy(after)
    if answers is None and not written:
        yield model
    if answers is not None and expected == answers and (dies is None or not written):
        yield after


def _of_model(model: Model, call: Call) -> Any:  # noqa: ANN401 - whatever the call returns
    try:
        return getattr(model, call.method)(*call.given, **call.named)
    except TocsinError as error:
        return Refused(type(error).__name__)


def _plain(answer: Any) -> Any:  # noqa: ANN401 - as above
    return [one.seq if isinstance(one, Entry) else one for one in answer] if isinstance(answer, list) else answer
