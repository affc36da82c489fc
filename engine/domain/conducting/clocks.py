"""Clocks of law and contract: what an answer starts and what it fulfils.

Rules kept here (design section 3, semantic 1): a duty is fulfilled at the moment that the form names, from when it is
answered on, also while its approval is pending; a clock starts once the answer holds, at the moment that the form
names, else at that of the answer. Of two steps that start one clock the earlier moment holds. A condition that cannot
be worked out starts nothing, and needs a person: no clock is started, or denied, by a guess. No due time is worked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.expressions import ExpressionError, UnknownValueError
from engine.domain.lifecycle import StepStatus
from engine.domain.values import Instant, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Answer
    from engine.domain.clocks import StartPlan
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


def fulfil(situation: Situation, step: StepPlan, entry: Step, answer: Answer) -> Iterator[Event]:
    """Yield the duties that an answer fulfils, as far as that is not on the timeline."""
    moment = _moment(situation, answer, step.fulfilled)
    for name in step.stops:
        known = situation.incident.fulfilled.get(name)
        if known is None or (known.step, known.at) != (entry.id, moment.utc):
            regime, _, stage = name.partition(".")
            told = {"at": instant_text(moment.utc), "zone": moment.zone, "step": entry.id, "by": answer.by}
            yield ev.StageFulfilled(regime=regime, stage=stage, **told)


def start(situation: Situation, step: StepPlan, entry: Step, answer: Answer) -> Iterator[Event]:
    """Yield the clocks that an answer which holds starts."""
    for plan in step.starts:
        if _holds(situation, plan, entry, answer) is not True:
            continue
        moment = _moment(situation, answer, plan.at)
        named = plan.at is not None and plan.at in answer.values
        for regime in plan.regimes:
            known = situation.incident.clocks.get(regime)
            corrects = known is not None and known.step == entry.id and named and known.at != moment.utc
            if known is None or corrects or moment.utc < known.at:
                told = {"at": instant_text(moment.utc), "zone": moment.zone, "step": entry.id, "by": answer.by}
                yield ev.ClockStarted(regime=regime, **told)


def undecided(situation: Situation, step: StepPlan, entry: Step) -> Iterator[tuple[str, str]]:
    """Yield each regime of which a step that is done does not say whether its clock began, and why not.

    What is learned after the answer starts nothing by itself: whoever answered says it again.
    """
    ask = situation.incident.asks.get(entry.ask or "")
    if entry.status is not StepStatus.DONE or ask is None or ask.last is None:
        return
    for plan in step.starts:
        found = _holds(situation, plan, entry, ask.last)
        if found is not False:
            yield from ((regime, _why(found)) for regime in plan.regimes if regime not in situation.incident.clocks)


def _why(found: object) -> str:
    if isinstance(found, UnknownValueError):
        return f"{found.reference} is not known"
    return found.message if isinstance(found, ExpressionError) else "by what is known now it would have"


def _moment(situation: Situation, answer: Answer, field: str | None) -> Instant:
    named = decode(answer.values[field]) if field and field in answer.values else None
    return named if isinstance(named, Instant) else Instant(answer.at, situation.incident.zone)


def _holds(situation: Situation, plan: StartPlan, entry: Step, answer: Answer) -> bool | ExpressionError:
    """Return whether the condition of a clock holds, or why that cannot be worked out."""
    if plan.when is None:
        return True
    given = {name: decode(value) for name, value in answer.values.items()}
    try:
        return plan.when.evaluate({**situation.names_for(entry.id), **given}) is True
    except ExpressionError as error:
        return error
