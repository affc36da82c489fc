"""What Prefect's pages offer for triggering: a playbook, and the form that its inputs make. Pure; it knows no Prefect.

Rules kept here: Prefect keeps every parameter and shows it to whoever reaches it, so a confidential input is never in a
form, and a playbook that needs one, or is confidential itself, is not offered. The form helps whoever fills it in; what
counts is judged when the run is taken. Nothing in it answers a question that nobody answered: a switch is shown only
where there is a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.domain.fields import FieldSpec, FieldType, Now, plain
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from engine.domain.plan import Plan

_SAID: Mapping[FieldType, str] = {
    FieldType.URL: "A whole address, like https://video.example/watch/1.",
    FieldType.PERSON: "An id of the people file.",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A playbook as Prefect's pages offer it; `schema` describes the form."""

    playbook: str
    digest: str
    says: str
    schema: Mapping[str, Any]


def offer(name: str, plan: Plan) -> Offer:
    """Return what the playbook of that name is offered as; ask `withheld` first."""
    says = "\n\n".join(filter(None, (f"# {plan.title}", plan.description, _WARNING, _left_out(plan))))
    shown = {key: spec for key, spec in plan.inputs.items() if not _confidential(spec.sensitivity)}
    required = [key for key, spec in shown.items() if _needed(spec)]
    fields = {key: _field(spec, place) for place, (key, spec) in enumerate(shown.items())}
    schema = {"title": "Parameters", "type": "object", "properties": fields, "required": required, "definitions": {}}
    return Offer(name, plan.digest, says, schema)


def withheld(name: str, plan: Plan) -> str:
    """Return in words why the playbook of that name is not offered in Prefect; empty when it is."""
    kept = [f"{key} is {spec.sensitivity}" for key, spec in _kept_out(plan).items() if _needed(spec)]
    if _confidential(plan.sensitivity):
        kept.insert(0, f"the playbook itself is {plan.sensitivity}")
    return f"{name} cannot be triggered from Prefect: {', '.join(kept)}." if kept else ""


def told_too_much(plan: Plan, parameters: Mapping[str, Any]) -> str:
    """Return in words which confidential inputs a run was given all the same; empty when there are none."""
    given = [f"{key} is {spec.sensitivity}" for key, spec in _kept_out(plan).items() if key in parameters]
    again = "Prefect keeps what a run is given: delete this run there, start another one without it, and then"
    return f"{', '.join(given)}. {again} {_ADD}." if given else ""


_ADD = "add it with `tocsin fact INC NAME VALUE --reason ...`"
_WARNING = "Running this declares an incident: its playbook begins at once. Prefect keeps what is filled in."


def _left_out(plan: Plan) -> str:
    names = ", ".join(_kept_out(plan))
    return f"Not asked for here, since it is kept closer: {names}. Afterwards {_ADD}." if names else ""


def _kept_out(plan: Plan) -> Mapping[str, FieldSpec]:
    return {key: spec for key, spec in plan.inputs.items() if _confidential(spec.sensitivity)}


def _confidential(sensitivity: Sensitivity) -> bool:
    return sensitivity is not Sensitivity.INTERNAL


def _needed(spec: FieldSpec) -> bool:
    return not spec.optional and spec.default is None


def _field(spec: FieldSpec, place: int) -> dict[str, Any]:
    field = _list(spec) if spec.list else _one(spec, spec.min, spec.max)
    said = [spec.hint, _SAID.get(spec.type, "")]
    if isinstance(spec.default, Now):
        said.append("Left empty: now.")
    elif spec.default is not None:
        field["default"] = plain(spec.default)
    title = spec.name.replace("_", " ").capitalize()
    return {"title": title, "position": place, "description": " ".join(filter(None, said)), **field}


def _list(spec: FieldSpec) -> dict[str, Any]:
    bounds = {"minItems": _whole(spec.min), "maxItems": _whole(spec.max)}
    return {"type": "array", "items": _one(spec, None, None), **_given(bounds)}


def _one(spec: FieldSpec, low: Decimal | None, high: Decimal | None) -> dict[str, Any]:
    match spec.type:
        case FieldType.NUMBER:
            return {"type": "number", **_given({"minimum": plain(low), "maximum": plain(high)})}
        case FieldType.BOOLEAN if spec.default is not None:
            return {"type": "boolean"}
        case FieldType.BOOLEAN:
            return {"type": "string", "enum": ["yes", "no"]}
        case FieldType.DATETIME:
            return {"type": "string", "format": "date-time"}
        case FieldType.CHOICE:
            return {"type": "string", "enum": list(spec.options)}
        case FieldType.TEXT:
            return {"type": "string", **_given({"minLength": _whole(low), "maxLength": _whole(high)})}
        case _:
            return {"type": "string"}


def _whole(number: Decimal | None) -> int | None:
    return None if number is None else int(number)


def _given(bounds: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bound for name, bound in bounds.items() if bound is not None}
