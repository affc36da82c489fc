"""Many runs of one rehearsal: how often each target is missed, and how long things take.

Rules kept here: run number n of a seed draws the same times whatever process plays it, and runs are put together in
their order, so the figures are the same on any number of processes. Nothing that only people would look at is made.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from engine.rehearsal.counting import between, quantiles
from engine.rehearsal.deadlines import deadlines, kept_in
from engine.rehearsal.naming import every
from engine.rehearsal.play import EVERY_WEEKDAY, NO_OTHERS, play
from engine.rehearsal.waking import USUAL
from engine.reports.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.plan import Plan
    from engine.domain.scenario import Scenario
    from engine.domain.waking import Waking
    from engine.rehearsal.clock import Days
    from engine.rehearsal.deadlines import Deadline, Kept
    from engine.rehearsal.play import Played

WORK = ("task", "decision")
MOMENTS = ("contained", "resolved", "closed")


@dataclass(frozen=True, slots=True)
class Seen:
    """A target in one run: whether it was missed, and the seconds until it was answered, where it was."""

    missed: bool
    took: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept of one run."""

    status: str
    moments: dict[str, float]
    targets: dict[str, Seen]
    """By step, with the name of its approval where that is what has the target."""
    kept: dict[str, Kept] = field(default_factory=dict)
    """By duty: what became of it where its clock began."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A target over many runs: shares are of the runs in which it was asked; times in seconds."""

    step: str
    title: str
    runs: int
    missed: int
    share: float
    low: float
    high: float
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A state of the incident over many runs: how often it was reached, and after how many seconds."""

    state: str
    runs: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class Chances:
    """What came of many runs."""

    playbook: str
    version: int
    rehearsal: str
    seed: str
    runs: int
    exercise: bool
    statuses: dict[str, int]
    reached: tuple[Reached, ...]
    targets: tuple[Chance, ...]
    """The likeliest to be missed first."""
    deadlines: tuple[Deadline, ...] = ()
    """What law or contract sets a time for; the likeliest to be missed first, what has no instant yet last."""

    def as_json(self) -> dict[str, Any]:
        """Return plain data with stable keys."""
        return asdict(self)


def one_run(
    plan: Plan,
    scenario: Scenario,
    *,
    seed: str,
    number: int,
    days: Days = EVERY_WEEKDAY,
    others: Mapping[str, Plan] = NO_OTHERS,
    house: Waking = USUAL,
) -> Figures:
    """Play one of many runs."""
    played = play(plan, scenario, seed=f"{seed}:{number}", sealed=False, days=days, others=others, house=house)
    return _figures(asyncio.run(played))


def together(plan: Plan, scenario: Scenario, *, seed: str, figures: Sequence[Figures]) -> Chances:
    """Return what many runs add up to."""
    titles = Reader(plan, str, show_restricted=True)
    steps = dict.fromkeys(step for figure in figures for step in figure.targets)
    targets = [_chance(step, titles.title(step), figures) for step in steps]
    return Chances(
        playbook=plan.playbook,
        version=plan.version,
        rehearsal=scenario.rehearsal,
        seed=seed,
        runs=len(figures),
        exercise=True,
        statuses=dict(sorted(Counter(figure.status for figure in figures).items())),
        reached=tuple(_reached(state, figures) for state in MOMENTS),
        targets=tuple(sorted(targets, key=lambda target: (-target.share, target.step))),
        deadlines=deadlines(plan, titles, [figure.kept for figure in figures]),
    )


def _figures(played: Played) -> Figures:
    incident = played.stage.incident
    targets: dict[str, Seen] = {}
    for ask in incident.asks.values():
        if ask.due is None or ask.kind not in WORK:
            continue
        step = every(ask.step)
        took = (ask.last.at - ask.opened_at).total_seconds() if ask.last and ask.outcome == "answered" else None
        before = targets.get(step, Seen(missed=False, took=None))
        slowest = max((one for one in (before.took, took) if one is not None), default=None)
        targets[step] = Seen(before.missed or ask.missed, slowest)
    moments = {name: (at - incident.declared_at).total_seconds() for name, at in incident.advanced_at.items()}
    kept = kept_in(played.stage.plan, incident, until=played.until)
    return Figures(incident.status.value, moments, targets, kept)


def _chance(step: str, title: str, figures: Sequence[Figures]) -> Chance:
    seen = [figure.targets[step] for figure in figures if step in figure.targets]
    missed = sum(one.missed for one in seen)
    low, high = between(missed, len(seen))
    median, p90 = quantiles(one.took for one in seen if one.took is not None)
    return Chance(step, title, len(seen), missed, missed / len(seen), low, high, median, p90)


def _reached(state: str, figures: Sequence[Figures]) -> Reached:
    times = [figure.moments[state] for figure in figures if state in figure.moments]
    return Reached(state, len(times), *quantiles(times))
