"""Taking that somebody goes ahead alone, without the approval that a step waits for.

Rules kept here: pure; one person who may approve it, or the commander, and the writer of it too, since others look at
it afterwards; with a written reason; only where the playbook allows it, and only after its wait; never to take
something back, and never for somebody who is kept apart from the role. What is ratified or objected to is the going
ahead; what became of the act is told beside it, and an objection needs somebody only while something stands of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.domain import timeline as ev
from engine.domain.answers import closed, nothing_asked
from engine.domain.authority import Refusal, refuses_glass
from engine.domain.chain import instant_text
from engine.domain.lifecycle import SETTLED, StepStatus

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain import commands as cmd
    from engine.domain.ask import Ask
    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan


Standing: TypeAlias = Literal["done", "failed", "under way"]
CONTAIN = "contain"
"""The phase of what may be done alone."""


def approval_of(incident: Incident, target: str) -> Ask | None:
    """Return the approval that a target means: its id, or the newest of a step."""
    return incident.asks.get(target) or incident.asks.get(incident.step(target).approval or "")


def alone_from(plan: Plan, incident: Incident, ask: Ask) -> datetime | None:
    """Return from when somebody may go ahead without an open approval; None where nobody ever may."""
    step = plan.step_at(ask.step)
    begun = incident.step(ask.step).status is not StepStatus.AWAITING_APPROVAL
    if step.approve is None or step.approve.break_glass is None or not ask.may_be_broken or begun:
        return None
    if step.phase != CONTAIN:  # a playbook that is called stands in the phase of its call
        return None
    return ask.opened_at + step.approve.break_glass


def objected_to(incident: Incident, approval: Ask) -> bool:
    """Return whether somebody objects to its having been gone ahead without: then nothing more begins by it."""
    looked_at = incident.asks.get(approval.ratification)
    return looked_at is not None and looked_at.outcome == "declined"


def stands(incident: Incident, ratifying: Ask) -> Standing | None:
    """Return what an objection is still about; None where there is none, or nothing of it needs anybody any more."""
    approval = incident.asks.get(ratifying.ratifies)
    if approval is None or approval.broken is None or not objected_to(incident, approval):
        return None
    entry = incident.step(ratifying.step)
    if approval.broken.ended == "done":
        return None if entry.status is StepStatus.UNDONE else "done"
    if entry.approval != approval.id or entry.accepted:
        return None  # it was asked for again, or a person has accepted that it failed
    if entry.status is StepStatus.FAILED:
        return "failed"
    return None if entry.status in SETTLED else "under way"


def take_glass(
    plan: Plan, incident: Incident, command: cmd.BreakGlass, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    """Return that a person goes ahead alone, or why that is refused."""
    ask = approval_of(incident, command.target)
    if ask is None:
        return nothing_asked(plan, incident, command.target, approving=True)
    if not ask.open:
        return closed(ask)
    moment = alone_from(plan, incident, ask)
    if moment is None:
        hint = "Whoever is asked approves or declines it."
        return Refusal("no_glass", f"Nobody goes ahead with {ask.step} alone.", hint)
    if now < moment:
        words = f"Nobody goes ahead with {ask.step} alone before {instant_text(moment)[:16]}Z."
        return Refusal("too_early", words, "Until then it waits for whoever is asked.")
    refusal = refuses_glass(plan, incident, ask, who)
    if refusal is not None:
        return refusal
    if not command.reason.strip():
        return Refusal("reason", "Going ahead alone needs a written reason.", "Say in one sentence why it cannot wait.")
    return (
        ev.GlassBroken(
            ask=ask.id,
            step=ask.step,
            reason=command.reason.strip(),
            by=who.person,
            via=who.via,
            strength=who.strength,
        ),
    )
