"""What it costs as work grows: more open incidents, longer timelines, a million events to verify.

Everything is measured on the ledger itself, in this process: what an engine does for each step is an append, what it
does while nothing happens is a look for work and a look for growth. The ledgers are filled a hundred incidents to a
transaction; what is measured is flushed to disk one by one, as always.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

from engine.domain.fold import fold_all
from engine.domain.timeline import AskOpened, FactAdded, NoteAdded, TimerSet
from engine.runtime.standings import Standings
from engine.runtime.timelines import Timelines
from integrations.storage.ledger import open_ledger
from integrations.storage.writer import Writing
from tests.contract.storage import NOON, HandClock, declaration

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from engine.domain.events.shape import InputEvent
    from integrations.storage.ledger import SqlLedger

OPEN = (1, 100, 10_000)
EVENTS = (10, 1_000, 100_000)
MILLION = 10
"""So many of the longest timelines are verified together."""
TIMES = 41
FLAT = 2.0
"""The largest may cost so many times what the one before does, which is a hundred times smaller."""
BATCH = 100
TTL = timedelta(seconds=30)
WORDS = "Somebody wrote down what they saw, at the length that such a note has on a bad day, and that was all. "


@dataclass
class Curve:
    """One cost at each size, in milliseconds (or microseconds where `unit` says so)."""

    name: str
    unit: str = "ms"
    points: list[float] = field(default_factory=list)

    @property
    def times(self) -> float:
        """How many times the one before the last is."""
        return self.points[-1] / self.points[-2]


@dataclass
class Curves:
    """Several costs over one size."""

    title: str
    sizes: tuple[int, ...]
    curves: Mapping[str, Curve]

    def table(self) -> Table:
        """Return the table, sizes as columns."""
        table = Table(title=self.title)
        table.add_column("cost")
        for size in self.sizes:
            table.add_column(f"{size:,}", justify="right")
        table.add_column("last / before", justify="right")
        for curve in self.curves.values():
            style = "" if curve.times <= FLAT else "bold red"
            shown = [f"{point:.2f} {curve.unit}" for point in curve.points]
            table.add_row(curve.name, *shown, f"{curve.times:.2f} x", style=style)
        return table

    def figures(self) -> dict[str, Any]:
        """Return the points by name."""
        return {"sizes": self.sizes, **{name: curve.points for name, curve in self.curves.items()}}

    @property
    def missed(self) -> list[str]:
        """What is not flat."""
        return [f"{self.title}: {curve.name}" for curve in self.curves.values() if curve.times > FLAT]


async def by_incidents(url: str, home: Path, *, name: str) -> Curves:
    """Measure with 1, 100 and 10,000 open incidents."""
    curves = {
        "append": Curve("append a note, flushed"),
        "agenda": Curve("look for work and timers"),
        "growth": Curve("look for growth"),
        "page": Curve("newest page of the list"),
        "deep": Curve("a page in the middle"),
        "declare": Curve("declare one more, flushed"),
    }
    async with _ledger(url, home) as ledger:
        for size in OPEN:
            _fill(ledger, size - len(await ledger.incidents()))
            timelines, newest = Timelines(ledger), f"INC-{size}"
            await timelines.look()
            now = {"story_now": NOON, "real_now": NOON, "limit": 64}
            costs: dict[str, Callable[[], Awaitable[object]]] = {
                "append": lambda named=newest: ledger.append_inputs(named, [_note()]),  # type: ignore[misc]  # of this size
                "agenda": lambda asked=now: ledger.agenda(**asked),  # type: ignore[misc]  # as above
                "growth": timelines.look,
                "page": lambda: ledger.incidents(limit=50),
                "deep": lambda middle=size // 2 + 1: ledger.incidents(limit=50, below=middle),  # type: ignore[misc]  # as above
                "declare": lambda: ledger.declare(declaration(), definition="text"),
            }
            for key, cost in costs.items():
                curves[key].points.append(await _cost(cost))
    return Curves(f"open incidents, on {name}", OPEN, curves)


async def by_events(url: str, home: Path, *, name: str) -> Curves:
    """Measure with 10 to 100,000 events on one timeline."""
    curves = {
        "append": Curve("append a note, flushed"),
        "fold": Curve("fold an event", "µs"),
        "stand": Curve("where it stands, after one more"),
        "verify": Curve("verify an event", "µs"),
    }
    async with _ledger(url, home) as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
        standings = Standings(ledger)
        for size in EVENTS:
            await _lengthen(ledger, incident, size)
            entries = await ledger.entries(incident)
            events = [(entry.seq, entry.at, entry.event) for entry in entries]
            began = time.perf_counter()
            fold_all(None, events)
            curves["fold"].points.append((time.perf_counter() - began) / size * 1e6)
            began = time.perf_counter()
            if await ledger.verify(incident) is not None:
                raise RuntimeError("the timeline does not verify")
            curves["verify"].points.append((time.perf_counter() - began) / size * 1e6)
            await standings.of(incident)
            curves["append"].points.append(await _cost(lambda: ledger.append_inputs(incident, [_note()])))

            async def one_more() -> None:
                await ledger.append_inputs(incident, [_note()])
                await standings.of(incident)

            curves["stand"].points.append(await _cost(one_more))
    return Curves(f"events on one timeline, on {name}", EVENTS, curves)


async def a_million(url: str, home: Path) -> tuple[int, float]:
    """Return how many events were verified, and in how many seconds."""
    async with _ledger(url, home) as ledger:
        names = [(await ledger.declare(declaration(), definition="text"))[0] for _ in range(MILLION)]
        for name in names:
            await _lengthen(ledger, name, EVENTS[-1])
        began = time.perf_counter()
        for name in names:
            if await ledger.verify(name) is not None:
                raise RuntimeError(f"{name} does not verify")
        return MILLION * EVENTS[-1], time.perf_counter() - began


def _ledger(url: str, home: Path) -> SqlLedger:
    return open_ledger(url, home=home, clock=HandClock(), salt=lambda: b"salt" * 4)


def _fill(ledger: SqlLedger, count: int) -> None:
    """Declare incidents that each wait for a person, with two timers."""
    recorder = ledger._recorder
    for start in range(0, count, BATCH):
        marks: dict[str, Any] = {}
        with ledger._engine.connect().execution_options(writes=True) as connection, connection.begin():
            writing = Writing(connection, marks)
            for _ in range(min(BATCH, count - start)):
                incident, _ = recorder.declare(writing, declaration(), definition="text")
                lease = recorder.claim(writing, incident, owner="bench", ttl=TTL)
                if lease is None:
                    raise RuntimeError(f"{incident} is held")
                last = recorder.append_as(writing, lease, _waiting())[-1]
                recorder.release(writing, lease, expect=last.seq)
        recorder.heads.record(marks)


def _waiting() -> list[AskOpened | TimerSet]:
    later = "2026-03-03T14:00:00Z"
    return [
        AskOpened(ask="asked", kind="task", step="asked", by=["lead"], quorum=1, due=later),
        TimerSet(timer="due", due=later, purpose="due"),
        TimerSet(timer="retry", due=later, purpose="retry", clock="real"),
    ]


async def _lengthen(ledger: SqlLedger, incident: str, size: int) -> None:
    """Append notes and mirrors that were found until the timeline has so many events."""
    seq = (await ledger.head(incident)).seq
    while seq < size:
        count = min(1000, size - seq)
        await ledger.append_inputs(incident, [_input(seq + n) for n in range(count)])
        seq += count


def _input(number: int) -> InputEvent:
    if number % 10:
        return _note()
    return FactAdded(name="urls", values=[f"https://mirror-{number}.example/video"], by="ada", reason="found")


def _note() -> NoteAdded:
    return NoteAdded(text=WORDS, by="ada")


async def _cost(work: Callable[[], Awaitable[object]]) -> float:
    """Return the median cost in milliseconds."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)
