"""The forms that people fill in: an answer, a reason for declining, the review, a new incident. Pure.

Rules kept here: a form shows what is known already, except what is restricted or privileged: that is asked for and
never shown again. Addresses are shown so that nobody opens them by a slip of the hand. A field for files is left out
while none is taken: the chat would have the file before it could be refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from engine.actions.defang import defanged
from engine.domain.answers import may_be_anonymous, review_questions
from engine.domain.fields import FieldSpec, FieldType
from engine.domain.minors import no_files_because
from engine.domain.naming import beside, instance_number, scope_of
from engine.domain.sensitivity import Sensitivity
from engine.domain.tokens import FormKind, form_token
from engine.domain.values import decode
from engine.domain.views import VIEW, form_of
from engine.ports.shown import Form
from engine.reports.titles import placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan
    from engine.domain.values import Value

REASON: Final = "reason"
SIGNED: Final = "signed"
WITH_NAME, ANONYMOUSLY = "with my name", "anonymously"
TITLES: Final = {"decision": "decide", VIEW: "your view"}
LONGEST: Final = Decimal(3000)
"""What one field of a chat's form takes."""
CLOSED: Final = "(Kept out of channels and tickets.)"


def answer_form(plan: Plan, incident: Incident, ask: Ask) -> Form:
    """Return the form of a task, decision or view, with what was answered before."""
    step = plan.step_at(ask.step)
    title = placed(plan, ask.step, shown=lambda known: known.title)
    left_out = "" if _taken(plan, incident, ask) == form_of(plan, ask) else no_files_because(plan, incident, ask.step)
    why = f"Why: {step.why}" if step.why else ""
    text = [title, step.instructions, why, *_elements(plan, incident, ask.step), left_out[:1].upper() + left_out[1:]]
    return Form(
        title=f"{incident.id}: {TITLES.get(ask.kind, 'done')}",
        token=form_token(FormKind.ANSWER, incident=incident.id, subject=ask.id),
        fields={name: _told(spec) for name, spec in _taken(plan, incident, ask).items()},
        intro="\n".join(defanged(line) for line in text if line),
        values=_known(incident, ask, step),
    )


def _taken(plan: Plan, incident: Incident, ask: Ask) -> Mapping[str, FieldSpec]:
    """Return the fields of an ask, without those for files while none is taken."""
    none = bool(no_files_because(plan, incident, ask.step))
    return {name: spec for name, spec in form_of(plan, ask).items() if not (none and spec.type is FieldType.FILE)}


def decline_form(plan: Plan, incident: Incident, ask: Ask) -> Form:
    """Return the form that asks why something is declined."""
    spec = FieldSpec(name=REASON, type=FieldType.TEXT, max=LONGEST, hint="One sentence. It stays on the timeline.")
    return Form(
        title=f"{incident.id}: decline",
        token=form_token(FormKind.DECLINE, incident=incident.id, subject=ask.id),
        fields={REASON: spec},
        intro=placed(plan, ask.step, shown=lambda known: known.title),
        submit="Decline",
    )


def review_form(plan: Plan, incident: Incident) -> Form:
    """Return the review's questions; every answer may be left out, and the name too where the playbook allows it."""
    fields = {
        name: FieldSpec(name=name, type=FieldType.TEXT, optional=True, max=LONGEST, hint=question)
        for name, question in review_questions(plan, incident).items()
    }
    choice = FieldSpec(name=SIGNED, type=FieldType.CHOICE, options=(WITH_NAME, ANONYMOUSLY), default=WITH_NAME)
    may_hide = may_be_anonymous(plan, incident)
    return Form(
        title=f"{incident.id}: review",
        token=form_token(FormKind.REVIEW, incident=incident.id, subject="review"),
        fields={**fields, SIGNED: choice} if may_hide else fields,
        intro="Ask how and what, not who and why. Leave out what you cannot say; `I was not involved` is an answer."
        + ("" if may_hide else "\nAnswers keep their name."),
    )


def declare_form(plan: Plan, *, name: str, others: Sequence[str]) -> Form:
    """Return the form of a playbook's inputs; it says which playbook it is and how to get another one's."""
    more = [f"Others: {', '.join(others)}. Type `/incident declare NAME` for one of them."] if others else []
    return Form(
        title="Declare an incident",
        token=form_token(FormKind.DECLARE, subject=name),
        fields={field: _told(spec) for field, spec in plan.inputs.items()},
        intro="\n".join([f"Playbook: {plan.title} ({name}). {plan.description}".strip(), *more]),
        submit="Declare",
    )


def _told(spec: FieldSpec) -> FieldSpec:
    """Return a field whose hint says that its value is kept apart."""
    return spec if spec.sensitivity is Sensitivity.INTERNAL else replace(spec, hint=f"{spec.hint} {CLOSED}".strip())


def _known(incident: Incident, ask: Ask, step: StepPlan) -> Mapping[str, Value]:
    earlier = [known.last for known in incident.asks.values() if (known.step, known.kind) == (ask.step, ask.kind)]
    answered = next((answer for answer in reversed(earlier) if answer is not None), None)
    values: dict[str, Value] = {}
    for name, spec in step.form.items() if ask.kind != VIEW else ():
        if spec.sensitivity is not Sensitivity.INTERNAL:
            continue
        fact = incident.fact(beside(ask.step, spec.revises.removeprefix("inputs."))) if spec.revises else None
        kept = answered.values.get(name, fact) if answered else fact
        if kept is not None:
            values[name] = decode(kept)
    return values


def _elements(plan: Plan, incident: Incident, instance: str) -> Iterator[str]:
    """Yield which element an instance is for, and which one what calls it; of something restricted only the number."""
    yield _element(plan, incident, instance)
    if scope_of(instance):
        yield from _elements(plan, incident, scope_of(instance))


def _element(plan: Plan, incident: Incident, instance: str) -> str:
    number, step = instance_number(instance), plan.step_at(instance)
    items = incident.spreads.get(step.id, ())
    if number is None or step.for_each is None or number > len(items):
        return ""
    inputs = [
        plan.find_input(beside(instance, read.path[0])) if read.root == "inputs" and read.path else None
        for read in step.for_each.reads
    ]
    if not all(spec is not None and spec.sensitivity is Sensitivity.INTERNAL for spec in inputs):
        return f"Number {number} of {len(items)}."
    return f"Number {number} of {len(items)}: {decode(items[number - 1])}"
