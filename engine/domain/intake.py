"""From a command to events, or to a refusal that teaches: the one function every way in goes through.

Rules kept here: pure; nothing is half accepted (a form with one bad field changes nothing); what is accepted is
legal in the state it was decided on, so it is appended only if the timeline has not grown since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.acknowledging import take_acknowledgement
from engine.domain.answers import accepted, take_answer, take_review, unknown
from engine.domain.authority import Refusal, kept_apart, refuses
from engine.domain.called import known_call, step_there, steps_there, take_inside
from engine.domain.conducting.situation import Situation
from engine.domain.conducting.undoing import unwritable
from engine.domain.excluding import names_excluded, take_exclusion
from engine.domain.fields import FieldError
from engine.domain.glass import take_glass
from engine.domain.handing import take_handover
from engine.domain.lifecycle import IncidentStatus, StepStatus, Trigger, allows
from engine.domain.migrating import take_migration
from engine.domain.targets import take_asked
from engine.domain.values import encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan


def take(
    plan: Plan,
    incident: Incident,
    command: cmd.AnyCommand,
    who: cmd.Who,
    *,
    now: datetime,
    connected: bool = False,
    into: Plan | None = None,
) -> tuple[InputEvent, ...] | Refusal:
    """Return the events a command comes to, or why it is refused.

    `connected`: a chat or tracker is set up; `into` is the plan of the text to which an incident is to be migrated.
    """
    refusal = refuses(plan, incident, command, who) or names_excluded(incident, command) or _closed(incident, command)
    if refusal is not None:
        return refusal
    stamp = {"by": who.person, "via": who.via, "strength": who.strength}
    match command:
        case cmd.Answer() | cmd.Acknowledge() | cmd.AnswerReview() | cmd.BreakGlass():
            return _said(plan, incident, command, who, now=now, connected=connected)
        case cmd.ReviseFact() | cmd.AddToFact():
            return _known(plan, incident, command, who, now=now)
        case cmd.AssignRole() | cmd.AddNote():
            return _told(plan, incident, command, stamp)
        case cmd.SkipStep() | cmd.RetryStep() | cmd.ResolveStep() | cmd.UndoStep():
            return _order(plan, incident, command, stamp, now=now)
        case cmd.MoveTarget() | cmd.RedoStep():
            return take_asked(plan, incident, command, who, now=now)
        case cmd.CancelIncident() | cmd.CloseIncident() | cmd.ReopenIncident():
            return (_end(command, stamp),)
        case cmd.HoldIncident() | cmd.ReleaseIncident():
            return _hold(incident, command, stamp)
        case cmd.OfferHandover() | cmd.AcceptHandover() | cmd.DeclineHandover():
            return take_handover(plan, incident, command, stamp)
        case cmd.ExcludePerson() | cmd.AdmitPerson():
            return take_exclusion(plan, incident, command, stamp, now=now)
        case cmd.MigrateIncident():
            return take_migration(plan, into, incident, command, who, now=now)
        case _:
            assert_never(command)


def refused(command: cmd.AnyCommand, who: cmd.Who, refusal: Refusal) -> ev.AnswerRefused:
    """Return the event that keeps a refusal on the timeline."""
    target = (
        command.target
        if isinstance(command, cmd.Answer | cmd.Acknowledge | cmd.BreakGlass)
        else getattr(command, "step", None)
    )
    step, dot, _ = (target or "").partition(".")
    return ev.AnswerRefused(
        command=command.kind,
        step=step or None,
        ask=target if dot else None,
        rule=refusal.rule,
        message=refusal.message,
        by=who.person,
        via=who.via,
        strength=who.strength,
    )


def _said(
    plan: Plan,
    incident: Incident,
    command: cmd.Answer | cmd.Acknowledge | cmd.AnswerReview | cmd.BreakGlass,
    who: cmd.Who,
    *,
    now: datetime,
    connected: bool,
) -> tuple[InputEvent, ...] | Refusal:
    """Return what somebody said to what they were asked."""
    match command:
        case cmd.Answer():
            return take_answer(plan, incident, command, who, now=now, connected=connected)
        case cmd.BreakGlass():
            return take_glass(plan, incident, command, who, now=now)
        case cmd.Acknowledge():
            return take_acknowledgement(plan, incident, command, who)
        case cmd.AnswerReview():
            return take_review(plan, incident, command, who)
        case _:
            assert_never(command)


def _told(
    plan: Plan, incident: Incident, command: cmd.AssignRole | cmd.AddNote, stamp: Mapping[str, str]
) -> tuple[InputEvent, ...] | Refusal:
    match command:
        case cmd.AssignRole() if command.role not in plan.roles:
            return unknown("role", command.role, plan.roles)
        case cmd.AssignRole() if (kept := kept_apart(plan, incident, command.people, role=command.role)) is not None:
            return kept
        case cmd.AssignRole():
            return (
                ev.RoleAssigned(role=command.role, people=command.people, reason=command.reason, on_call=None, **stamp),
            )
        case cmd.AddNote():
            return (ev.NoteAdded(text=command.text, sensitivity=command.sensitivity, **stamp),)
        case _:
            assert_never(command)


def _known(
    plan: Plan, incident: Incident, command: cmd.ReviseFact | cmd.AddToFact, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    match command:
        case cmd.ReviseFact():
            return _revise(plan, incident, command, who, now=now)
        case cmd.AddToFact():
            return _add(plan, incident, command, who, now=now)
        case _:
            assert_never(command)


def _revise(
    plan: Plan, incident: Incident, command: cmd.ReviseFact, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    spec = plan.find_input(command.name)
    if spec is None or not known_call(incident, command.name):
        return unknown("fact", command.name, plan.inputs)
    if spec.list:
        return Refusal("list_fact", f"{command.name} is a list: it grows, nothing is taken out.", "Use `tocsin add`.")
    if not command.reason:
        return Refusal("reason", "Changing a fact needs a reason.", "Say how it is known now.")
    value = accepted(spec, command.value, command.name, who, now)
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
    spec = plan.find_input(command.name)
    if spec is None or not known_call(incident, command.name):
        return unknown("fact", command.name, plan.inputs)
    if not spec.list:
        return Refusal("no_list", f"{command.name} is no list.", "Use `tocsin fact` to change it.")
    value = accepted(spec, command.values, command.name, who, now)
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


def _end(command: cmd.CancelIncident | cmd.CloseIncident | cmd.ReopenIncident, stamp: Mapping[str, str]) -> InputEvent:
    match command:
        case cmd.CancelIncident():
            return ev.CancelOrdered(reason=command.reason, undo=command.undo, **stamp)
        case cmd.CloseIncident():
            return ev.CloseOrdered(reason=command.reason, **stamp)
        case cmd.ReopenIncident():
            return ev.ReopenOrdered(reason=command.reason, **stamp)
        case _:
            assert_never(command)


def _hold(
    incident: Incident, command: cmd.HoldIncident | cmd.ReleaseIncident, stamp: Mapping[str, str]
) -> tuple[InputEvent, ...] | Refusal:
    match command:
        case cmd.HoldIncident() if incident.hold is None:
            return (ev.HoldOrdered(reason=command.reason, **stamp),)
        case cmd.ReleaseIncident() if incident.hold is not None:
            return (ev.HoldReleased(reason=command.reason, **stamp),)
        case cmd.HoldIncident():
            return Refusal("on_hold", f"{incident.id} is on hold already.", "`tocsin status` says since when.")
        case cmd.ReleaseIncident():
            return Refusal("not_on_hold", f"{incident.id} is not on hold.", "`tocsin status` shows where it stands.")
        case _:
            assert_never(command)


BY_HAND = "Take it back by hand, and say so with a note."
Order = cmd.SkipStep | cmd.RetryStep | cmd.ResolveStep | cmd.UndoStep


def _order(
    plan: Plan, incident: Incident, command: Order, stamp: Mapping[str, str], *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    step = step_there(plan, incident, command.step)
    if step is None:
        return unknown("step", command.step, steps_there(plan, incident, command.step))
    state = incident.step(command.step).status
    inside = take_inside(plan, incident, command, stamp)
    if inside is not None:
        return inside
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
            between = state is StepStatus.AWAITING_TIME and step.repeat is not None and command.outcome == "done"
            if state not in (StepStatus.FAILED, StepStatus.UNCONFIRMED) and not between:
                return _cannot(command.step, state, "settled by hand")
            return (ev.StepResolved(step=command.step, outcome=command.outcome, reason=command.reason, **stamp),)
        case cmd.UndoStep():
            refusal = _no_way_back(Situation(plan, incident, now), step, incident.step(command.step))
            return refusal or (ev.UndoOrdered(step=command.step, reason=command.reason, **stamp),)
        case _:
            assert_never(command)


def _no_way_back(situation: Situation, step: StepPlan, entry: Step) -> Refusal | None:
    if entry.status is not StepStatus.DONE:
        return _cannot(entry.id, entry.status, "taken back")
    if step.undo is None or step.undo.action is None:
        why = step.undo.none_because if step.undo else "the playbook names no way back"
        return Refusal("no_undo", f"{entry.id} cannot be taken back: {why}")
    missing = unwritable(situation, step, entry)
    return Refusal("no_undo", f"{entry.id} cannot be taken back: {missing}", BY_HAND) if missing else None


def _closed(incident: Incident, command: cmd.AnyCommand) -> Refusal | None:
    if isinstance(command, cmd.ReopenIncident):
        if incident.status is IncidentStatus.CLOSED:
            return None
        return Refusal("not_closed", f"{incident.id} is {incident.status.value}, not closed.")
    if not incident.over or isinstance(command, cmd.Answer | cmd.Acknowledge | cmd.AddNote | cmd.MoveTarget):
        return None
    if isinstance(command, cmd.HoldIncident | cmd.ReleaseIncident) and incident.status is IncidentStatus.CLOSED:
        return None  # its follow-ups go on
    return Refusal("closed", f"{incident.id} is {incident.status.value}.", "Reopen it first: `tocsin reopen`.")


def _cannot(step: str, state: StepStatus, what: str) -> Refusal:
    return Refusal(
        "state",
        f"{step} is {state.value.replace('_', ' ')} and cannot be {what}.",
        "`tocsin status` shows where it stands.",
    )
