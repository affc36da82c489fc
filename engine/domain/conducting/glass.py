"""Going ahead alone (`break_glass`): from when a person may, and who looks at it afterwards.

Rules kept here: it may be done once an approval has been open for the time that its playbook names; whoever did it is
never who ratifies it, nor is anybody who may not approve it; others are asked at once, and have four hours, reminded
and called like for anything asked; they are asked until the incident ends. An objection undoes nothing by itself, and
nothing more begins on what was gone ahead without: another try is approved first.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER
from engine.domain.chain import instant_text
from engine.domain.conducting.reminding import set_timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.plan import StepPlan

RATIFIED_WITHIN = timedelta(hours=4)


def ratify(situation: Situation) -> Iterator[Event]:
    """Yield that others are asked to ratify what somebody went ahead with alone."""
    for ask in situation.incident.asks.values():
        if ask.broken is not None and not ask.ratification:
            yield ev.AskOpened(
                ask=f"{ask.step}.ratification.{ask.round}",
                kind="approval",
                step=ask.step,
                by=list(dict.fromkeys((*ask.by, COMMANDER))),
                digest=ask.digest,
                requesters=tuple(dict.fromkeys((ask.broken.by, *ask.requesters))),
                due=instant_text(situation.now + RATIFIED_WITHIN),
                due_text="4h",
                round=ask.round,
                ratifies=ask.id,
            )


def foresee(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield the timer of when somebody may go ahead alone, so that it is shown then."""
    wait = step.approve.break_glass if step.approve is not None and ask.may_be_broken else None
    if wait is not None and situation.now < ask.opened_at + wait:
        yield from set_timer(situation, f"glass:{ask.id}", at=ask.opened_at + wait)
