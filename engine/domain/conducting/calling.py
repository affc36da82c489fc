"""Calling people, one after the other, when nobody answers what is asked and nobody says to be on it.

Rules kept here:
1. Only an ask that a rule names calls anybody. Its roles' holders are called in their order, each once, then the
   commanders; each level has a window before the next is called.
2. Who says to be on it ends the calling until the due time. What passes its due calls the next at once, and goes on
   until somebody says, from then on, to be on it.
3. Quiet hours hold no call back: a rule that names an ask means it. What was late is called once, and its window runs
   from then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.domain import timeline as ev
from engine.domain.authority import ladder
from engine.domain.conducting.reminding import set_timer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.plan import StepPlan
    from engine.domain.waking import CallRule

Because = Literal["unacknowledged", "overdue"]


def call(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield that the next person is called for an open ask, or the timer of when that is."""
    waking, incident = situation.waking, situation.incident
    rule = waking.rule_for(ask, step, situation.severity) if waking.rules else None
    if rule is None:
        return
    person = _next(situation, ask)
    coming = _coming(ask, rule)
    if person is None or coming is None:
        return
    moment, because = coming
    level = len(ask.calls) + 1
    if situation.now < moment:
        yield from set_timer(situation, f"call:{ask.id}:{level}", at=moment)
        return
    silent = incident.exercise and not waking.exercises
    pagers = () if silent else waking.pagers_of(person, rule)
    yield ev.PersonCalled(ask=ask.id, step=ask.step, person=person, level=level, because=because, pagers=list(pagers))


def _next(situation: Situation, ask: Ask) -> str | None:
    called = {known.person for known in ask.calls}
    people = ladder(situation.plan, situation.incident, ask)
    return next((person for person in people if person not in called), None)


def _coming(ask: Ask, rule: CallRule) -> tuple[datetime, Because] | None:
    """Return when the next person is called, and why; None while somebody is on it for good."""
    overdue = ask.due is not None and not any(known.at >= ask.due for known in ask.calls)
    taken = ask.on_it
    if taken is not None and (ask.due is None or taken.at >= ask.due):
        return None
    since = ask.calls[-1].at if ask.calls else ask.opened_at
    moment = since + rule.window(len(ask.calls) + 1)
    if ask.due is not None and overdue and (taken is not None or ask.due <= moment):
        return ask.due, "overdue"
    return moment, "overdue" if ask.due is not None and moment >= ask.due else "unacknowledged"
