"""What follows when a round of a step with `repeat` is over: it is done, it is done again later, or it has failed.

Rules kept here (docs/adr/0018-rounds-and-joins.md): a step is over once its condition is true of the newest round; what
the condition reads and is not known yet makes it not true; after as many rounds as the playbook allows it has failed.
The pause begins when a round ends, and is a timer like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.lifecycle import StepStatus
from engine.domain.values import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event, Json
    from engine.domain.incident import Incident, Step, TimerState
    from engine.domain.plan import RepeatPlan, StepPlan


def not_yet(situation: Situation, step: StepPlan, entry: Step, output: Mapping[str, Json]) -> list[Event]:
    """Return that a step is done again later, or has failed, after a round that gave this; nothing when it is over."""
    if step.repeat is None:
        return []
    try:
        why = _why_not(situation, step.repeat, entry, output)
    except ExpressionError as error:
        return [ev.StepFailed(step=entry.id, because=f"when it ends cannot be worked out: {error.message}")]
    if not why:
        return []
    if entry.round >= step.repeat.most:
        return [
            ev.StepFailed(
                step=entry.id,
                because=f"after {entry.round} round{'' if entry.round == 1 else 's'} it was not so: {why}",
            )
        ]
    name, due = _timer(entry), instant_text(situation.due(step.repeat.pause(entry.round)))
    known = situation.incident.timers.get(name)
    ended = ev.RoundEnded(step=entry.id, round=entry.round, output=dict(output), again=known.due if known else due)
    return [ended] if known else [ended, ev.TimerSet(timer=name, due=due, purpose=name)]


def pause_of(incident: Incident, entry: Step) -> TimerState | None:
    """Return what a step waits for between two rounds; None while it is in none."""
    return incident.timers.get(_timer(entry)) if entry.status is StepStatus.AWAITING_TIME else None


def _timer(entry: Step) -> str:
    return f"round:{entry.id}:{entry.round}"


def _why_not(situation: Situation, repeat: RepeatPlan, entry: Step, output: Mapping[str, Json]) -> str:
    """Return why a step is not over, empty when it is."""
    names = {**situation.names_for(entry.id), "output": decode(output)}
    try:
        return "" if repeat.until.evaluate(names) is True else f"{repeat.until.source} is not true"
    except UnknownValueError as unknown_value:
        return f"{unknown_value.reference} is not known"
