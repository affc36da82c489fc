"""What a form asks for, a line for each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.fields import FieldSpec, FieldType

if TYPE_CHECKING:
    from engine.domain.plan import StepPlan

KINDS = {
    FieldType.TEXT: "text",
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATETIME: "date and time with its zone",
    FieldType.URL: "address",
    FieldType.PERSON: "person",
    FieldType.CHOICE: "one of",
    FieldType.TABLE: "table",
    FieldType.FILE: "file",
}


def needed(step: StepPlan) -> list[str]:
    """Return a line for each field that has to be filled in, as `* field (what): hint`."""
    return [_needed(name, spec) for name, spec in step.form.items()]


def _needed(name: str, spec: FieldSpec) -> str:
    what = KINDS.get(spec.type, spec.type.value)
    if spec.options:
        what = f"{'any' if spec.list else 'one'} of: {', '.join(spec.options)}"
    elif spec.list:
        what = f"{what}, one or more"
    elif spec.columns:
        what = f"table, a line for each row: {' | '.join(_column(column) for column in spec.columns)}"
    optional = ", optional" if spec.optional or spec.default is not None else ""
    hint = f": {spec.hint}" if spec.hint else ""
    return f"* {name} ({what}{optional}){hint}"


def _column(spec: FieldSpec) -> str:
    kind = f": {'/'.join(spec.options)}" if spec.options else ""
    plain = "" if spec.type in (FieldType.TEXT, FieldType.CHOICE) else f": {KINDS[spec.type]}"
    return f"{spec.name}{kind or plain}{' (optional)' if spec.optional else ''}"
