"""What an act comes to: a form to fill in first, a command, or a refusal. Pure.

Rules kept here: a form is offered only to somebody whose answer would be taken; what the desk would refuse is refused
before anything is filled in. `judge` is the desk's own judgement, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from engine.domain import commands as cmd
from engine.domain.answers import accepted, find_ask, review_questions, view_meant
from engine.domain.authority import Refusal
from engine.domain.fields import FieldError, FieldType
from engine.domain.glass import approval_of
from engine.domain.handing import handover_number
from engine.domain.minors import MINORS, no_files_because
from engine.domain.tokens import FormKind
from engine.domain.views import VIEW, form_of
from engine.ports.shown import Form
from engine.reports.titles import placed
from engine.runtime.inward.forms import ANONYMOUSLY, REASON, SIGNED, answer_form, decline_form, review_form
from engine.runtime.inward.steering import (
    NOTE,
    OPENNESS,
    SUMMARY,
    TO,
    VALUE,
    fact_form,
    glass_form,
    handover_form,
    note_form,
    turn_down_form,
)

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.domain.events.shape import InputEvent, Verdict
    from engine.domain.field_spec import FieldSpec
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.acts import Act
    from engine.runtime.desk import Look

Judge: TypeAlias = "Callable[[cmd.AnyCommand], Sequence[InputEvent] | Refusal]"


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that is refused already."""

    command: cmd.AnyCommand
    refusal: Refusal


Meaning: TypeAlias = Form | Refused | cmd.AnyCommand
"""A form to show first, a command to give, or one that is refused already."""


def pressed(act: Act, subject: str, *, look: Look, judge: Judge) -> Meaning | None:
    """Return what a button under a card comes to; None for a button that is not ours."""
    number = handover_number(subject)
    match act.action:
        case "accept" if number is not None:
            return cmd.AcceptHandover(number=number)
        case "decline" if number is not None:
            return _turning_down(number, look, judge)
        case "approve":
            return cmd.Answer(target=subject, verdict="approve")
        case "decline":
            return _declining(subject, look, judge)
        case "done" | "answer":
            return answering(subject, look=look, judge=judge)
        case "acknowledge" if subject in look.incident.asks:
            return _acknowledging(subject, judge)
        case "break_glass":
            return alone(subject, look=look, judge=judge)
        case "release":
            return cmd.ReleaseIncident()
        case "acknowledge":
            return cmd.AddNote(text=f"Seen: {_title(look.plan, subject)}")
        case "review":
            return _reviewing(look, judge)
        case _:
            return None


def answering(target: str, *, look: Look, judge: Judge, person: str = "") -> Meaning:
    """Return what saying `done` to a step or an ask comes to: its form, when it has one."""
    view = view_meant(look.plan, look.incident, target, person=person)
    ask = view or find_ask(look.incident, target, approval=False)
    bare = cmd.Answer(target=target, verdict=verdict_of(ask))
    judged = judge(bare)
    if isinstance(judged, Refusal) and judged.rule != "form":
        return Refused(bare, judged)
    none = no_files_because(look.plan, look.incident, ask.step) if ask is not None else ""
    if ask is not None and none and any(needs_file(spec) for spec in form_of(look.plan, ask).values()):
        return Refused(bare, Refusal("file", f"{none[:1].upper()}{none[1:]}.", MINORS))
    if ask is not None and form_of(look.plan, ask):
        return answer_form(look.plan, look.incident, ask)
    return bare


def needs_file(spec: FieldSpec) -> bool:
    return spec.type is FieldType.FILE and not spec.optional and not (spec.list and not spec.min)


def filled(kind: FormKind, subject: str, *, values: dict[str, Any], look: Look) -> cmd.AnyCommand:
    """Return the command that a filled form is."""
    reason = str(values.get(REASON) or "").strip()
    match kind:
        case FormKind.DECLINE if (number := handover_number(subject)) is not None:
            return cmd.DeclineHandover(number=number, reason=reason)
        case FormKind.DECLINE:
            return cmd.Answer(target=subject, verdict="decline", reason=reason)
        case FormKind.GLASS:
            return cmd.BreakGlass(target=subject, reason=reason)
        case FormKind.HANDOVER:
            summary = [line.strip() for line in str(values.get(SUMMARY) or "").splitlines() if line.strip()]
            return cmd.OfferHandover(to=str(values.get(TO) or ""), note=str(values.get(NOTE) or ""), summary=summary)
        case FormKind.FACT:
            return cmd.ReviseFact(name=subject, value=values.get(VALUE), reason=reason)
        case FormKind.NOTE:
            openness: Any = values.get(OPENNESS) or "internal"
            return cmd.AddNote(text=str(values.get(NOTE) or ""), sensitivity=openness)
        case FormKind.REVIEW:
            hidden = values.pop(SIGNED, None) == ANONYMOUSLY
            answers = {name: str(text) for name, text in values.items()}
            return cmd.AnswerReview(answers=answers, anonymous=hidden)
        case _:
            return cmd.Answer(target=subject, verdict=verdict_of(look.incident.asks.get(subject)), values=values)


def verdict_of(ask: Ask | None) -> Verdict:
    """Return the word of an answer: a task is done, a decision and a view are answered."""
    return "answer" if ask is not None and ask.kind in ("decision", VIEW) else "done"


def adding(plan: Plan, text: str) -> cmd.AddToFact | None:
    """Return that an address is added to the list it belongs to; None when the playbook has no list that grows."""
    lists = [spec for spec in plan.inputs.values() if spec.list]
    chosen = next((spec for spec in lists if spec.type is FieldType.URL), lists[0] if lists else None)
    return cmd.AddToFact(name=chosen.name, values=text.split()) if chosen else None


def _acknowledging(subject: str, judge: Judge) -> Meaning:
    command = cmd.Acknowledge(target=subject)
    judged = judge(command)
    return Refused(command, judged) if isinstance(judged, Refusal) else command


def offering(to: str, note: str, *, me: str, look: Look, judge: Judge, summary: Sequence[str]) -> Meaning:
    """Return what offering the command comes to: the form, with whoever was named and where the incident stands."""
    probe = cmd.OfferHandover(to=to or me, note=note)
    judged = judge(probe)
    if isinstance(judged, Refusal) and (to or judged.rule != "in_command"):
        return Refused(probe, judged)
    return handover_form(look.incident, to=to, note=note, summary=summary)


def revising(name: str, typed: str, *, who: cmd.Who, look: Look, judge: Judge) -> Meaning:
    """Return what changing a fact comes to: the form, with what was typed or is known already."""
    spec = look.plan.find_input(name)
    probe = cmd.ReviseFact(name=name, value=typed, reason="-")
    judged = judge(probe)
    if spec is None or (isinstance(judged, Refusal) and judged.rule != "value"):
        return Refused(probe, judged) if isinstance(judged, Refusal) else probe
    value = accepted(spec, typed, name, who, look.now) if typed else None
    return fact_form(look.incident, spec, value=None if isinstance(value, FieldError) else value)


def noting(*, look: Look, judge: Judge) -> Meaning:
    """Return what a remark without words comes to: the form that asks for them."""
    probe = cmd.AddNote(text="-")
    judged = judge(probe)
    return Refused(probe, judged) if isinstance(judged, Refusal) else note_form(look.incident)


def alone(subject: str, *, look: Look, judge: Judge) -> Meaning:
    """Return what going ahead alone comes to: the form that asks why."""
    probe = cmd.BreakGlass(target=subject, reason="-")
    judged = judge(probe)
    if isinstance(judged, Refusal):
        return Refused(probe, judged)
    ask = approval_of(look.incident, subject)
    return glass_form(look.plan, look.incident, ask) if ask is not None else probe


def _turning_down(number: int, look: Look, judge: Judge) -> Meaning:
    probe = cmd.DeclineHandover(number=number, reason="-")
    judged = judge(probe)
    return Refused(probe, judged) if isinstance(judged, Refusal) else turn_down_form(look.incident, number)


def _declining(subject: str, look: Look, judge: Judge) -> Meaning:
    probe = cmd.Answer(target=subject, verdict="decline", reason="-")
    judged = judge(probe)
    ask = _declined(look.incident, subject)
    if isinstance(judged, Refusal):
        return Refused(probe, judged)
    return decline_form(look.plan, look.incident, ask) if ask else probe


def _declined(incident: Incident, subject: str) -> Ask | None:
    return incident.asks.get(subject) or find_ask(incident, subject, approval=False)


def _reviewing(look: Look, judge: Judge) -> Meaning:
    questions = review_questions(look.plan, look.incident)
    probe = cmd.AnswerReview(answers=dict.fromkeys(list(questions)[:1], "-"))
    judged = judge(probe)
    return Refused(probe, judged) if isinstance(judged, Refusal) else review_form(look.plan, look.incident)


def _title(plan: Plan, subject: str) -> str:
    step = subject.partition(":")[0].partition(".")[0]
    return placed(plan, step, shown=lambda known: known.title) if plan.find_step(step) else subject
