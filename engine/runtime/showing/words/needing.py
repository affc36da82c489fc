"""What a form asks for, a line for each field, and how it is filled in at a ticket.

Rule kept here: what is kept closer than the ticket is not asked for there; a file that may be left out is no reason to
send people elsewhere with the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.fields import FieldSpec, FieldType
from engine.domain.sensitivity import Sensitivity
from engine.runtime.showing.words.scene import open_to_all

if TYPE_CHECKING:
    from collections.abc import Iterator

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
ELSEWHERE = "* Answer it with the button in Slack, or with `tocsin answer`: parts of it do not belong into a ticket."
COMMENT = "* Answer it with the button in Slack; or comment here with a line `field: value` for each, and close."


def needed(step: StepPlan) -> list[str]:
    """Return a line for each field that has to be filled in, as `* field (what): hint`."""
    return [_needed(name, spec) for name, spec in step.form.items()]


def done_by_form(step: StepPlan, *, files_here: bool) -> Iterator[str]:
    """Yield what the ticket of a step with a form says of it; `files_here`: whether files may be at the ticket."""
    yield "* These are filled in:"
    yield from (f"*{line}" for line in needed(step))
    files = [spec for spec in step.form.values() if spec.type is FieldType.FILE]
    kept_out = [spec for spec in files if not files_here or spec.sensitivity is not Sensitivity.INTERNAL]
    closer = [spec for spec in step.form.values() if spec.sensitivity is not Sensitivity.INTERNAL]
    if not open_to_all(step) or any(spec not in kept_out or not spec.optional for spec in (*closer, *kept_out)):
        yield ELSEWHERE
        return
    yield COMMENT
    here = [spec.name for spec in files if spec not in kept_out]
    if here:
        several = f", in this order, or say which with a line `{here[0]}: NAME`" if len(here) > 1 else ""
        yield f"* Attach the file for {' and '.join(here)} to this ticket before you close it{several}."
    if kept_out:
        names = " and ".join(spec.name for spec in kept_out)
        yield f"* No file for {names} belongs here: give it in Slack, or with `tocsin answer --file`."


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
