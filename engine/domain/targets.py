"""Moving the target of what is asked, and asking again for what was done.

Rules kept here: only an open task or decision has a target that moves; a step that fulfils a stage of a regime has a
legal date, which nobody moves, wherever they try it; where its playbook leaves that date to the law, people set it;
only what a person does is asked for again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.answers import accepted, find_ask, unknown
from engine.domain.authority import Refusal
from engine.domain.called import step_there, steps_there
from engine.domain.chain import instant_text
from engine.domain.fields import FieldError, FieldSpec, FieldType
from engine.domain.lifecycle import StepStatus
from engine.domain.values import Instant

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan

_MOMENT = FieldSpec("due", FieldType.DATETIME)


def take_asked(
    plan: Plan, incident: Incident, command: cmd.MoveTarget | cmd.RedoStep, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    """Return that a target was moved or a step is asked again, or why not."""
    step = step_there(plan, incident, command.step)
    if step is None:
        return unknown("step", command.step, steps_there(plan, incident, command.step))
    match command:
        case cmd.MoveTarget():
            return _move(step, incident, command, who, now=now)
        case cmd.RedoStep():
            return _redo(incident, command, who)
        case _:
            assert_never(command)


def _move(
    step: StepPlan, incident: Incident, command: cmd.MoveTarget, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    ask = find_ask(incident, command.step, approval=False)
    if ask is None or not ask.open:
        state = incident.step(command.step).status.value.replace("_", " ")
        return Refusal("no_target", f"Nobody is asked for {command.step} now: it is {state}.")
    if step.stops and not step.lawful:
        return Refusal("legal_date", "The law sets this date; nobody moves it.", "A note can say what is in the way.")
    moment = accepted(_MOMENT, command.due, "due", who, now)
    if isinstance(moment, FieldError):
        return Refusal("value", moment.message, moment.hint())
    if not isinstance(moment, Instant):
        return Refusal("value", "A target has a date.", "Give one.")
    return (
        ev.TargetMoved(
            ask=ask.id,
            due=instant_text(moment.utc),
            reason=command.reason,
            ticket=command.ticket,
            change_id=command.change_id,
            by=who.person,
            via=who.via,
            strength=who.strength,
        ),
    )


def _redo(incident: Incident, command: cmd.RedoStep, who: cmd.Who) -> tuple[InputEvent, ...] | Refusal:
    entry = incident.step(command.step)
    if entry.status is not StepStatus.DONE or entry.ask is None:
        state = entry.status.value.replace("_", " ")
        hint = "`tocsin status` shows where it stands."
        return Refusal("state", f"{command.step} is {state} and cannot be asked for again.", hint)
    return (
        ev.RedoOrdered(step=command.step, reason=command.reason, by=who.person, via=who.via, strength=who.strength),
    )
