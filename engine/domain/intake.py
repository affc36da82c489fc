"""From a command to events, or to a refusal that teaches: the one function every way in goes through.

Rules kept here: pure; nothing is half accepted (a form with one bad field changes nothing); what is accepted is
legal in the state it was decided on, so it is appended only if the timeline has not grown since.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, assert_never

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal, refuses, refuses_answer
from engine.domain.fields import FieldError, accept
from engine.domain.incident import base_id, instance_id
from engine.domain.lifecycle import IncidentStatus, StepStatus, Trigger, allows
from engine.domain.plan import ANSWER, WHY
from engine.domain.values import Instant, encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.events.shape import InputEvent, Json
    from engine.domain.fields import FieldSpec
    from engine.domain.incident import Ask, Incident
    from engine.domain.plan import Plan

REOPENABLE = frozenset({StepStatus.AWAITING_PERSON, StepStatus.AWAITING_APPROVAL})


def take(
    plan: Plan, incident: Incident, command: cmd.AnyCommand, who: cmd.Who, *, now: datetime, connected: bool = False
) -> tuple[InputEvent, ...] | Refusal:
    """Return the events a command comes to, or why it is refused. `connected`: a chat or tracker is set up."""
    refusal = refuses(plan, incident, command, who) or _closed(incident, command)
    if refusal is not None:
        return refusal
    stamp = {"by": who.person, "via": who.via, "strength": who.strength}
    match command:
        case cmd.Answer():
            return _answer(plan, incident, command, who, now=now, connected=connected)
        case cmd.ReviseFact():
            return _revise(plan, command, who, now=now)
        case cmd.AddToFact():
            return _add(plan, incident, command, who, now=now)
        case cmd.AssignRole():
            if command.role not in plan.roles:
                return _unknown("role", command.role, plan.roles)
            return (ev.RoleAssigned(role=command.role, people=command.people, reason=command.reason, **stamp),)
        case cmd.AddNote():
            return (ev.NoteAdded(text=command.text, sensitivity=command.sensitivity, **stamp),)
        case cmd.SkipStep() | cmd.RetryStep() | cmd.ResolveStep() | cmd.UndoStep():
            return _order(plan, incident, command, stamp)
        case cmd.CancelIncident():
            return (ev.CancelOrdered(reason=command.reason, undo=command.undo, **stamp),)
        case cmd.CloseIncident():
            return (ev.CloseOrdered(reason=command.reason, **stamp),)
        case cmd.ReopenIncident():
            return (ev.ReopenOrdered(reason=command.reason, **stamp),)
        case _:
            assert_never(command)


def refused(command: cmd.AnyCommand, who: cmd.Who, refusal: Refusal) -> ev.AnswerRefused:
    """Return the event that keeps a refusal on the timeline."""
    step = command.target if isinstance(command, cmd.Answer) else getattr(command, "step", None)
    return ev.AnswerRefused(
        command=command.kind,
        step=step,
        rule=refusal.rule,
        message=refusal.message,
        by=who.person,
        via=who.via,
        strength=who.strength,
    )


def find_ask(incident: Incident, target: str, *, approval: bool) -> Ask | None:
    """Return the ask that a target means: an ask's id, or the newest ask of a step (its approval, or its work)."""
    if target in incident.asks:
        return incident.asks[target]
    entry = incident.step(target)
    if target not in incident.steps and incident.spreads.get(target):
        entry = incident.step(instance_id(target, 1)) if len(incident.spreads[target]) == 1 else entry
    return incident.asks.get((entry.approval if approval else entry.ask) or "")


def _answer(
    plan: Plan, incident: Incident, command: cmd.Answer, who: cmd.Who, *, now: datetime, connected: bool
) -> tuple[InputEvent, ...] | Refusal:
    ask = _meant(incident, command)
    if ask is None:
        return _nothing_asked(plan, incident, command.target)
    refusal = refuses_answer(plan, incident, ask, who, connected=connected) or _too_late(incident, ask, command)
    if refusal is not None:
        return refusal
    if ask.kind == "approval" and command.verdict not in ("approve", "decline"):
        return Refusal("verdict", "An approval is given or declined.", "Use approve or decline.")
    if command.verdict == "decline" and not command.reason:
        return Refusal("reason", "Declining needs a reason.", "Say in one sentence why.")
    values = _form(plan, ask, command, who, now=now) if ask.kind != "approval" and command.verdict != "decline" else {}
    if isinstance(values, Refusal):
        return values
    return (
        ev.AskAnswered(
            ask=ask.id,
            verdict=command.verdict,
            values=values,
            reason=command.reason,
            by=who.person,
            via=who.via,
            strength=who.strength,
        ),
    )


def _meant(incident: Incident, command: cmd.Answer) -> Ask | None:
    if command.verdict == "approve":
        return find_ask(incident, command.target, approval=True)
    if command.verdict == "decline":
        approval = find_ask(incident, command.target, approval=True)
        if approval is not None and approval.open:
            return approval
    return find_ask(incident, command.target, approval=False)


def _too_late(incident: Incident, ask: Ask, command: cmd.Answer) -> Refusal | None:
    if ask.open:
        return None
    step = incident.step(ask.step)
    if ask.kind != "approval" and step.ask == ask.id and step.status in REOPENABLE and command.verdict != "decline":
        return None  # the answer is being approved: another answer replaces it and voids the approval
    said = f"{ask.outcome} by {ask.last.by}" if ask.last else ask.outcome
    return Refusal("closed_ask", f"This was {said} already.", "`tocsin inbox` shows what waits for you.")


def _form(plan: Plan, ask: Ask, command: cmd.Answer, who: cmd.Who, *, now: datetime) -> dict[str, Json] | Refusal:
    fields = plan.steps[base_id(ask.step)].form
    typed = dict(command.values)
    if command.verdict in ("yes", "no") and ANSWER in fields:
        typed.setdefault(ANSWER, command.verdict == "yes")
    if WHY in fields and command.reason:
        typed.setdefault(WHY, command.reason)
    wrong: list[tuple[str, str]] = [
        (name, f"there is no such field{_meant_word(name, fields)}") for name in typed if name not in fields
    ]
    values: dict[str, Json] = {}
    for name, spec in fields.items():
        value = _accepted(spec, typed.get(name), name, who, now)
        if isinstance(value, FieldError):
            wrong.append((name, " ".join(filter(None, (value.message, value.hint())))))
        elif value is not None:
            values[name] = encode(value)
    if wrong:
        message = "; ".join(f"{name}: {text}" for name, text in wrong)
        return Refusal(
            "form", f"The form is not complete: {message}", "Correct these fields and send it again.", tuple(wrong)
        )
    return values


def _accepted(spec: FieldSpec, raw: Any, name: str, who: cmd.Who, now: datetime) -> Any:  # noqa: ANN401 what was typed, and any typed value
    try:
        return accept(spec, raw, name=name, zone=who.zone, now=Instant(now))
    except FieldError as error:
        return error


def _revise(plan: Plan, command: cmd.ReviseFact, who: cmd.Who, *, now: datetime) -> tuple[InputEvent, ...] | Refusal:
    spec = plan.inputs.get(command.name)
    if spec is None:
        return _unknown("fact", command.name, plan.inputs)
    if spec.list:
        return Refusal("list_fact", f"{command.name} is a list: it grows, nothing is taken out.", "Use `tocsin add`.")
    if not command.reason:
        return Refusal("reason", "Changing a fact needs a reason.", "Say how it is known now.")
    value = _accepted(spec, command.value, command.name, who, now)
    if isinstance(value, FieldError):
        return Refusal("value", value.message, value.hint())
    return (
        ev.FactRevised(
            name=command.name,
            value=encode(value),
            reason=command.reason,
            by=who.person,
            via=who.via,
            strength=who.strength,
        ),
    )


def _add(
    plan: Plan, incident: Incident, command: cmd.AddToFact, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    spec = plan.inputs.get(command.name)
    if spec is None:
        return _unknown("fact", command.name, plan.inputs)
    if not spec.list:
        return Refusal("no_list", f"{command.name} is no list.", "Use `tocsin fact` to change it.")
    value = _accepted(spec, command.values, command.name, who, now)
    if isinstance(value, FieldError):
        return Refusal("value", value.message, value.hint())
    known: Any = incident.fact(command.name) or []
    fresh = [element for element in encode(value) or [] if element not in known]  # type: ignore[union-attr]  # a list field gives a list
    if not fresh:
        return Refusal("known", f"{command.name} holds that already.")
    return (
        ev.FactAdded(
            name=command.name, values=fresh, reason=command.reason, by=who.person, via=who.via, strength=who.strength
        ),
    )


Order = cmd.SkipStep | cmd.RetryStep | cmd.ResolveStep | cmd.UndoStep


def _order(
    plan: Plan, incident: Incident, command: Order, stamp: Mapping[str, str]
) -> tuple[InputEvent, ...] | Refusal:
    step = plan.steps.get(base_id(command.step))
    if step is None:
        return _unknown("step", command.step, plan.steps)
    state = incident.step(command.step).status
    match command:
        case cmd.SkipStep():
            if not allows(state, Trigger.SKIP):
                return _cannot(command.step, state, "skipped")
            return (ev.SkipOrdered(step=command.step, reason=command.reason, **stamp),)
        case cmd.RetryStep():
            if state not in (StepStatus.FAILED, StepStatus.DECLINED):
                return _cannot(command.step, state, "tried again")
            return (ev.RetryOrdered(step=command.step, reason=command.reason, **stamp),)
        case cmd.ResolveStep():
            if state not in (StepStatus.FAILED, StepStatus.UNCONFIRMED):
                return _cannot(command.step, state, "settled by hand")
            return (ev.StepResolved(step=command.step, outcome=command.outcome, reason=command.reason, **stamp),)
        case cmd.UndoStep():
            if state is not StepStatus.DONE:
                return _cannot(command.step, state, "taken back")
            if step.undo is None or step.undo.action is None:
                why = step.undo.none_because if step.undo else "the playbook names no way back"
                return Refusal("no_undo", f"{command.step} cannot be taken back: {why}")
            return (ev.UndoOrdered(step=command.step, reason=command.reason, **stamp),)
        case _:
            assert_never(command)


def _closed(incident: Incident, command: cmd.AnyCommand) -> Refusal | None:
    if isinstance(command, cmd.ReopenIncident):
        if incident.status is IncidentStatus.CLOSED:
            return None
        return Refusal("not_closed", f"{incident.id} is {incident.status.value}, not closed.")
    if not incident.over or isinstance(command, cmd.Answer | cmd.AddNote):
        return None
    return Refusal("closed", f"{incident.id} is {incident.status.value}.", "Reopen it first: `tocsin reopen`.")


def _nothing_asked(plan: Plan, incident: Incident, target: str) -> Refusal:
    if base_id(target) not in plan.steps:
        return _unknown("step", target, plan.steps)
    items = incident.spreads.get(target, ())
    if len(items) > 1:
        names = ", ".join(instance_id(target, number + 1) for number in range(len(items)))
        return Refusal("which", f"{target} is done once per element: say which one.", f"One of: {names}.")
    state = incident.step(target).status.value.replace("_", " ")
    return Refusal(
        "nothing_asked",
        f"Nothing is asked of anyone at {target}: it is {state}.",
        "`tocsin status` shows where it stands.",
    )


def _cannot(step: str, state: StepStatus, what: str) -> Refusal:
    return Refusal(
        "state",
        f"{step} is {state.value.replace('_', ' ')} and cannot be {what}.",
        "`tocsin status` shows where it stands.",
    )


def _unknown(kind: str, name: str, known: Mapping[str, object]) -> Refusal:
    return Refusal(
        f"unknown_{kind}", f"There is no {kind} {name}{_meant_word(name, known)}.", f"There are: {', '.join(known)}."
    )


def _meant_word(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
