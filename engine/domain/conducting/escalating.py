"""Asking further roles for an approval that nobody gives.

Rules kept here: an approval is escalated once, when it has been open for the time that its playbook names; from then on
the further roles may give it, are told, reminded and called like the first ones, and not before. One that is asked for
again begins anew. Whom that wakes is said by `engine.domain.conducting.calling` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.conducting.reminding import set_timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.plan import StepPlan


def escalate(situation: Situation, ask: Ask, step: StepPlan) -> Iterator[Event]:
    """Yield that further roles are asked for an open approval, or the timer of when they are."""
    rule = step.approve.escalate if step.approve is not None and ask.may_be_broken else None
    if rule is None or ask.escalated_at is not None:
        return
    moment = ask.opened_at + rule.after
    if situation.now < moment:
        yield from set_timer(situation, f"escalate:{ask.id}", at=moment)
    else:
        yield ev.AskEscalated(ask=ask.id, step=ask.step, to=list(rule.to))
