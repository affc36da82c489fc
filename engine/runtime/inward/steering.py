"""The forms that steer an incident: hand the command over, change a fact, put a remark on the timeline. Pure.

Rules kept here: what is restricted is asked for and never shown; a fact's value stands in a field of its own name,
`value`, so that no playbook's input collides with the reason beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.domain.fields import FieldSpec, FieldType
from engine.domain.handing import handover_subject
from engine.domain.sensitivity import Sensitivity
from engine.domain.tokens import FormKind, form_token
from engine.domain.values import decode
from engine.ports.shown import Form
from engine.reports.titles import placed
from engine.runtime.inward.forms import CLOSED, LONGEST, REASON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.domain.values import Value

TO, NOTE, SUMMARY, VALUE, OPENNESS = "to", "note", "summary", "value", "openness"
OPENNESSES: Final = tuple(kind.value for kind in Sensitivity)
_WHY: Final = FieldSpec(name=REASON, type=FieldType.TEXT, max=LONGEST, hint="One sentence. It stays on the timeline.")


def handover_form(incident: Incident, *, to: str, note: str, summary: Sequence[str]) -> Form:
    """Return the form that offers the command: to whom, what they need to know, and where the incident stands."""
    fields = {
        TO: FieldSpec(name=TO, type=FieldType.PERSON, hint="Who shall take over. They accept or decline."),
        NOTE: FieldSpec(name=NOTE, type=FieldType.TEXT, optional=True, max=LONGEST, hint="What they need to know."),
        SUMMARY: FieldSpec(
            name=SUMMARY,
            type=FieldType.TEXT,
            optional=True,
            max=LONGEST,
            hint="Where it stands, a line each; change what is not right. Left empty, it is written down anew.",
        ),
    }
    known: dict[str, object] = {TO: to, NOTE: note, SUMMARY: "\n".join(summary)}
    return Form(
        title=f"{incident.id}: hand over",
        token=form_token(FormKind.HANDOVER, incident=incident.id, subject="command"),
        fields=fields,
        intro="You have the command until they accept. Your note and the summary stay on the timeline.",
        submit="Offer",
        values={name: value for name, value in known.items() if value},
    )


def turn_down_form(incident: Incident, number: int) -> Form:
    """Return the form that asks why somebody does not take the command."""
    return Form(
        title=f"{incident.id}: decline",
        token=form_token(FormKind.DECLINE, incident=incident.id, subject=handover_subject(number)),
        fields={REASON: _WHY},
        intro="Whoever offered it keeps the command.",
        submit="Decline",
    )


def glass_form(plan: Plan, incident: Incident, ask: Ask) -> Form:
    """Return the form that asks why somebody goes ahead alone."""
    return Form(
        title=f"{incident.id}: go ahead alone",
        token=form_token(FormKind.GLASS, incident=incident.id, subject=ask.id),
        fields={REASON: _WHY},
        intro=f"{placed(plan, ask.step)}: nobody has approved it. Others are asked at once to ratify that "
        "you did not wait; both stand on page one of the report.",
        submit="Go ahead alone",
    )


def fact_form(incident: Incident, spec: FieldSpec, *, value: Value) -> Form:
    """Return the form that changes a fact, with a value to begin with, else with what is known."""
    kept = incident.fact(spec.name) if spec.sensitivity is Sensitivity.INTERNAL else None
    begin = value if value is not None else decode(kept)
    hint = spec.hint if spec.sensitivity is Sensitivity.INTERNAL else f"{spec.hint} {CLOSED}".strip()
    return Form(
        title=f"{incident.id}: change a fact",
        token=form_token(FormKind.FACT, incident=incident.id, subject=spec.name),
        fields={VALUE: replace(spec, name=VALUE, default=None, optional=False, hint=hint), REASON: _WHY},
        intro=f"What is known now about: {spec.name.replace('_', ' ')}. What has not begun is looked at again.",
        submit="Change",
        values={} if begin is None else {VALUE: begin},
    )


def note_form(incident: Incident) -> Form:
    """Return the form of a remark, and of who may read it."""
    words = FieldSpec(name=NOTE, type=FieldType.TEXT, max=LONGEST, hint="What others should know later.")
    openness = FieldSpec(
        name=OPENNESS,
        type=FieldType.CHOICE,
        options=OPENNESSES,
        default=OPENNESSES[0],
        hint="Who may read it: everybody in the incident, or only those who may see what is restricted or privileged.",
    )
    return Form(
        title=f"{incident.id}: note",
        token=form_token(FormKind.NOTE, incident=incident.id, subject="note"),
        fields={NOTE: words, OPENNESS: openness},
        intro="It is put on the timeline, in your name.",
        submit="Note",
    )
