"""Saying that one is on it: what is asked stays open, and nobody further is called for it.

Rules kept here: pure; who says it last is on it; it answers nothing, so a due time passes as it would have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.answers import closed, find_ask, nothing_asked
from engine.domain.authority import Refusal, refuses_acknowledgement

if TYPE_CHECKING:
    from engine.domain import commands as cmd
    from engine.domain.ask import Ask
    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan


def take_acknowledgement(
    plan: Plan, incident: Incident, command: cmd.Acknowledge, who: cmd.Who
) -> tuple[InputEvent, ...] | Refusal:
    """Return that a person is on an ask, or why that is refused."""
    ask = _meant(incident, command.target)
    if ask is None:
        return nothing_asked(plan, incident, command.target)
    refusal = refuses_acknowledgement(plan, incident, ask, who) or (None if ask.open else closed(ask))
    if refusal is not None:
        return refusal
    if ask.on_it is not None and ask.on_it.by == who.person and not _passed_since(ask):
        return Refusal("on_it", "You are on this already.", "Answer it when it is done.")
    return (ev.AskAcknowledged(ask=ask.id, by=who.person, via=who.via, strength=who.strength),)


def _meant(incident: Incident, target: str) -> Ask | None:
    """Return the ask of a target: the open one of a step, else its newest."""
    approval = find_ask(incident, target, approval=True)
    return approval if approval is not None and approval.open else find_ask(incident, target, approval=False)


def _passed_since(ask: Ask) -> bool:
    """Return whether the due time has passed since somebody said to be on it: then it may be said again."""
    return ask.missed and ask.on_it is not None and ask.due is not None and ask.on_it.at < ask.due
