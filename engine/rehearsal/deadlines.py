"""Deadlines of law and contract over many runs: how often the time that the law names had passed.

Rules kept here: a time is worked out only where the catalog says nothing but a number of hours, hour by hour from the
moment at which people said that the clock began, or that the stage before was done. Where more has to be known (days,
calendars, another event, no number), or no clock began, the row says that there is no instant yet, and why. It is a
figure of rehearsals: nobody is told of it in an incident, and nothing is due by it. A duty whose step does not apply in
a run is not counted in it, nor is one that was open when the run ended with time left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain.lifecycle import StepStatus
from engine.rehearsal.counting import between, quantiles
from engine.rehearsal.naming import every
from engine.reports.clocks import regime_of, stage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.domain.catalogs import Stage
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.reports.reader import Reader

NO_INSTANT = "no instant yet"
COUNTED = "Hours are counted one by one from when a clock began; counsel says when something is due."
NOT_ASKED = frozenset({StepStatus.SKIPPED, StepStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Kept:
    """A duty in one run: whether its time had passed before it was done, and the seconds it took since its clock."""

    missed: bool
    took: float | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A duty over many runs: shares are of the runs in which its clock began; times in seconds since then."""

    step: str
    stops: str
    """What the step fulfils: `regime.stage`."""
    title: str
    regime: str
    duty: str
    law: str
    """How long the law gives, in words."""
    runs: int
    missed: int
    share: float | None
    low: float | None
    high: float | None
    median: float | None
    p90: float | None
    no_instant: str
    """Why there is no instant yet; empty where there is one."""

    @property
    def name(self) -> str:
        """What it is, in words."""
        return f"{self.title} ({self.regime})"

    @property
    def unknown(self) -> str:
        """Why there is no share, in words; empty where there is one."""
        return f"{NO_INSTANT} ({self.regime}: {self.no_instant})" if self.no_instant else ""


def kept_in(plan: Plan, incident: Incident, *, until: datetime) -> dict[str, Kept]:
    """Return what became of each duty of a run whose time can be told; `until` is how far the run goes."""
    found: dict[str, Kept] = {}
    for step, name in _duties(plan):
        regime, _, stage = name.partition(".")
        kept = _kept(incident, step, name, began=_began(incident, regime, stage_of(plan, regime, stage)), until=until)
        if kept is not None:
            found[f"{step} {name}"] = kept
    return found


def deadlines(plan: Plan, reader: Reader, runs: Sequence[Mapping[str, Kept]]) -> tuple[Deadline, ...]:
    """Return every duty that steps of a playbook fulfil, over many runs."""
    rows = [_deadline(plan, reader, step, name, runs) for step, name in _duties(plan)]
    return tuple(sorted(rows, key=lambda row: (row.share is None, -(row.share or 0.0), row.step)))


def _duties(plan: Plan, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield the steps that fulfil duties, those of called playbooks too, each with the duty: `regime.stage`."""
    for step in plan.steps.values():
        for name in step.stops:
            yield f"{within}{step.id}", name
        if step.call is not None:
            yield from _duties(step.call, f"{within}{step.id}/")


def _began(incident: Incident, regime: str, stage: Stage) -> tuple[datetime, timedelta] | None:
    """Return since when the time of a stage runs, and how long; None where that cannot be told."""
    if stage.hours is None:
        return None
    before = incident.fulfilled.get(f"{regime}.{stage.after}") if stage.after else incident.clocks.get(regime)
    return (before.at, timedelta(hours=stage.hours)) if before is not None else None


def _kept(
    incident: Incident, step: str, name: str, *, began: tuple[datetime, timedelta] | None, until: datetime
) -> Kept | None:
    if began is None:
        return None
    since, length = began
    done = incident.fulfilled.get(name)
    if done is not None:
        return Kept(done.at > since + length, max(0.0, (done.at - since).total_seconds()))
    entries = [entry for entry in incident.steps.values() if every(entry.id) == step]
    if not entries or all(entry.status in NOT_ASKED for entry in entries):
        return None
    return Kept(missed=True, took=None) if until > since + length else None


def _deadline(plan: Plan, reader: Reader, step: str, name: str, runs: Sequence[Mapping[str, Kept]]) -> Deadline:
    regime, _, stage = name.partition(".")
    seen = [run[f"{step} {name}"] for run in runs if f"{step} {name}" in run]
    missed = sum(one.missed for one in seen)
    low, high = between(missed, len(seen)) if seen else (None, None)
    median, p90 = quantiles(one.took for one in seen if one.took is not None)
    known = stage_of(plan, regime, stage)
    return Deadline(
        step=step,
        stops=name,
        title=reader.title(step),
        regime=regime_of(plan, regime).name,
        duty=known.title,
        law=known.law,
        runs=len(seen),
        missed=missed,
        share=missed / len(seen) if seen else None,
        low=low,
        high=high,
        median=median,
        p90=p90,
        no_instant="" if seen else _why(plan, regime, known),
    )


def _why(plan: Plan, regime: str, stage: Stage) -> str:
    if stage.id not in regime_of(plan, regime).stages:
        return "the catalog of laws does not have it"
    if not stage.law:
        return "no number is named"
    if stage.hours is None:
        return f"{stage.law}; only hours are counted here"
    return f"{stage.law}, and {'that was done' if stage.after else 'its clock began'} in no run"
