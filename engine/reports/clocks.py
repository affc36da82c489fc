"""Clocks of law and contract, in words and as data: when each began, and which of its duties were fulfilled when.

Rules kept here: only what people said is told, no due time is worked out; a duty is shown where a step of the playbook,
or of one that it calls, fulfils it, and is not asked for where the condition of each such step is not true; what a
restricted step says is not told to those who may not see it, the name of the law included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.domain.catalogs import Regime, Stage
from engine.domain.chain import instant_text
from engine.domain.lifecycle import StepStatus
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.domain import timeline as ev
    from engine.domain.clocks import Clock, Fulfilment
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan
    from engine.reports.reader import Reader

    MaySee = Callable[[Sensitivity], bool]


def clock_began(event: ev.ClockStarted, reader: Reader) -> str:
    """Return in words that a clock began."""
    said = f"as {reader.name(event.by)} said: {reader.title(event.step)}."
    if _hidden(reader.plan, event.step, reader.may_see):
        return f"A clock began, {said}"
    return f"The clock of {regime_of(reader.plan, event.regime).name} began {_moment(event, reader)}, {said}"


def duty_done(event: ev.StageFulfilled, reader: Reader) -> str:
    """Return in words that a duty was fulfilled."""
    said = f"as {reader.name(event.by)} said: {reader.title(event.step)}."
    if _hidden(reader.plan, event.step, reader.may_see):
        return f"A duty was fulfilled, {said}"
    name, what = regime_of(reader.plan, event.regime).name, stage_of(reader.plan, event.regime, event.stage).title
    return f"For {name}, done {_moment(event, reader)}: {what}, {said}"


def regime_of(plan: Plan, regime: str) -> Regime:
    """Return what is known of a regime; at least its id."""
    return plan.regimes.get(regime) or Regime(regime, regime)


def stage_of(plan: Plan, regime: str, stage: str) -> Stage:
    """Return what is known of a stage; at least its id, in words."""
    return regime_of(plan, regime).stages.get(stage) or Stage(stage, stage.replace("_", " "))


def clocks(plan: Plan, incident: Incident, *, may_see: MaySee | None = None) -> list[dict[str, Any]]:
    """Return each clock that began, or of which a duty was fulfilled, in the order of the playbook."""
    allowed = may_see or _public
    began = {name: clock for name, clock in incident.clocks.items() if not _hidden(plan, clock.step, allowed)}
    done = {name: known for name, known in incident.fulfilled.items() if not _hidden(plan, known.step, allowed)}
    told = {*began, *(known.regime for known in done.values())}
    named = dict.fromkeys((*plan.deadlines, *sorted(told)))
    placed = [*plan.placed_steps()]
    seen = [step for step in placed if allowed(step.sensitivity)]
    planned = [name for step in seen for name in step.stops]
    asked = {name for step in seen if not _left_out(incident, step) for name in step.stops}
    stages = dict.fromkeys((*planned, *done))
    kept = {name for step in placed if not allowed(step.sensitivity) for name in _started_by(step)}
    return [
        _clock(plan, regime, began.get(regime), [(name, done.get(name)) for name in stages], asked=asked)
        | {"kept": regime in kept}
        for regime in named
        if regime in told
    ]


def clock_line(clock: Mapping[str, Any], *, moment: Callable[[str], str]) -> str:
    """Return a clock and its duties in one line; `moment` says an instant as the reader knows it."""
    unknown = "whether its clock began is shown to few" if clock["kept"] else "no clock has begun"
    began = f"clock began {moment(clock['began'])}" if clock["began"] else unknown
    return "; ".join((f"{clock['name']}: {began}", *(_duty_line(duty, moment) for duty in clock["duties"])))


def _duty_line(duty: Mapping[str, Any], moment: Callable[[str], str]) -> str:
    if duty["fulfilled"]:
        return f"{duty['title']} done {moment(duty['fulfilled'])}"
    return f"{duty['title']} {'not done yet' if duty['asked_for'] else 'not asked for'}"


def _left_out(incident: Incident, step: StepPlan) -> bool:
    """Return whether its condition keeps a step from being done; left out by hand, its duty is still owed."""
    entry = incident.step(step.id)
    return entry.status is StepStatus.SKIPPED and not entry.by_hand


def _clock(
    plan: Plan, regime: str, known: Clock | None, stages: list[tuple[str, Fulfilment | None]], *, asked: set[str]
) -> dict[str, Any]:
    mine = [(name, done) for name, done in stages if name.partition(".")[0] == regime]
    return {
        "regime": regime,
        "name": regime_of(plan, regime).name,
        "began": instant_text(known.at) if known else None,
        "zone": known.zone if known else None,
        "by": known.by if known else None,
        "step": known.step if known else None,
        "duties": [
            {
                "stage": name.partition(".")[2],
                "title": stage_of(plan, regime, name.partition(".")[2]).title,
                "asked_for": name in asked or done is not None,
                "fulfilled": instant_text(done.at) if done else None,
                "by": done.by if done else None,
                "step": done.step if done else None,
            }
            for name, done in mine
        ],
    }


def _started_by(step: StepPlan) -> Iterator[str]:
    for start in step.starts:
        yield from start.regimes


def _public(sensitivity: Sensitivity) -> bool:
    return sensitivity is Sensitivity.INTERNAL


def _hidden(plan: Plan, step: str, may_see: MaySee) -> bool:
    known = plan.find_step(step)
    return known is not None and not may_see(known.sensitivity)


def _moment(event: ev.ClockStarted | ev.StageFulfilled, reader: Reader) -> str:
    return reader.moment(event.at, zone=event.zone, named=f"({event.zone})")
