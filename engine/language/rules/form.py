"""PB1: what the models cannot say about shape, because it depends on another key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from engine.domain.errors import TocsinError
from engine.domain.fields import FieldType
from engine.domain.playbook import KINDS, FieldModel
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.specs import spec_of

_EVERY_KIND = frozenset(
    (
        "id", "title", "why", "needs", "when", "for_each", "max_parallel", "join", "owner", "on_failure", "controls",
        "sensitivity", "follow_up",
    )
)  # fmt: skip
_ASKED = frozenset(("consult", "form", "due", "approve", "starts", "stops", "tickets", "repeat"))
_DONE = frozenset(("action", "with", "due", "timeout", "retry", "approve", "undo", "keep", "repeat"))
KEYS_OF_KIND = {
    "action": _EVERY_KIND | _DONE,
    "task": _EVERY_KIND | _ASKED | {"task"},
    "decision": _EVERY_KIND | _ASKED | {"decision", "by", "marks"},
    "wait": _EVERY_KIND | {"wait"},
    "call": _EVERY_KIND | {"call", "with"},
}
_COUNTED = (FieldType.TEXT, FieldType.NUMBER, FieldType.TABLE, FieldType.FILE)


def one_kind(context: Context) -> Findings:
    for step in context.steps:
        kinds = step.model.kinds
        if len(kinds) != 1:
            has = f"has {' and '.join(kinds)}" if kinds else "does nothing"
            yield Finding((*step.loc, "id"), f"The step {step.id} {has}.", f"Give exactly one of: {', '.join(KINDS)}.")


def keys_of_kind(context: Context) -> Findings:
    for step in context.steps:
        allowed = KEYS_OF_KIND.get(step.kind)
        given = [type(step.model).model_fields[name].alias or name for name in step.model.model_fields_set]
        for key in sorted(given):
            # What marks has a rule of its own, which says more.
            if allowed is not None and key not in allowed and key not in (*KINDS, "marks"):
                kinds = [kind for kind, keys in KEYS_OF_KIND.items() if key in keys]
                message = f"`{key}` means nothing on a step of kind {step.kind}."
                yield Finding((*step.loc, key), message, f"It is for: {', '.join(kinds)}.", on_key=True)


def named_after_file(context: Context) -> Findings:
    path, name = PurePath(context.document.path), context.playbook.playbook
    if path.suffix in (".yaml", ".yml") and path.stem != name:
        message = f"The playbook is named {name}, its file {path.name}."
        yield Finding(("playbook",), message, f"Rename the file to {name}.yaml, or the playbook to {path.stem}.")


def options(context: Context) -> Findings:
    for loc, field in fields(context):
        if field.type is FieldType.CHOICE and not field.options:
            yield Finding((*loc, "type"), "A choice needs options.", "Add options: [a, b].")
        elif field.type is not FieldType.CHOICE and field.options:
            yield Finding((*loc, "options"), f"A {field.type} has no options.", "Make it type: choice.", on_key=True)
        elif len(set(field.options)) != len(field.options):
            yield Finding((*loc, "options"), "An option is given twice.", "Keep one of the two.")


def columns(context: Context) -> Findings:
    for loc, field in fields(context):
        if field.columns and field.type is not FieldType.TABLE:
            message = f"A {field.type} has no columns."
            yield Finding((*loc, "columns"), message, "Make it type: table.", on_key=True)
        elif field.type is FieldType.TABLE and not field.columns:
            yield Finding((*loc, "type"), "A table needs columns.", "Add columns: [a, b], or with the type of each.")
        elif field.type is FieldType.TABLE and field.list:
            hint = "Leave `list` out; min and max count rows."
            yield Finding((*loc, "list"), "A table has rows already.", hint, on_key=True)
        for name, column in field.columns.items():
            if column.type == "choice" and not column.options:
                yield Finding((*loc, "columns", name), f"The column {name} needs options.", "Add options: [a, b].")
            elif column.type != "choice" and column.options:
                hint = "Make it type: choice."
                yield Finding((*loc, "columns", name, "options"), f"A {column.type} has no options.", hint)


def bounds(context: Context) -> Findings:
    for loc, field in fields(context):
        low, high = field.min, field.max
        if low is not None and high is not None and low > high:
            yield Finding((*loc, "min"), f"`min` {low:g} is more than `max` {high:g}.", "Exchange them.")
        bounded = field.list or field.type in _COUNTED
        counts = field.list or field.type in (FieldType.TEXT, FieldType.TABLE, FieldType.FILE)
        for key, bound in (("min", low), ("max", high)):
            if bound is None:
                continue
            if not bounded:
                message = f"A {field.type} has no `{key}`."
                yield Finding((*loc, key), message, "Bounds are for texts, numbers, lists and tables.", on_key=True)
            elif (bound < 0 or bound != int(bound)) and counts:
                yield Finding((*loc, key), f"`{key}` counts, so it is a whole number.", "Write 0 or more.")


def defaults(context: Context) -> Findings:
    for loc, field in fields(context):
        try:
            spec_of(str(loc[-1]), field)
        except TocsinError as error:
            reason = error.message.removeprefix("default: ")
            yield Finding((*loc, "default"), f"The default {reason}", error.hint())


def files_in_forms(context: Context) -> Findings:
    for name, field in context.playbook.inputs.items():
        if field.type is FieldType.FILE:
            hint = "Ask for it in the form of a task; here a link or a reference says where it is."
            yield Finding(("inputs", name, "type"), "A file cannot be given when an incident is declared.", hint)


def undo_one(context: Context) -> Findings:
    for step in context.steps:
        undo = step.model.undo
        if undo is not None and (undo.action is None) == (undo.none is None):
            hint = "Write {action: ..., with: ...}, or {none: why it cannot be}."
            yield Finding((*step.loc, "undo"), "`undo` is either an action, or `none` with the reason.", hint)


def wait_one(context: Context) -> Findings:
    for step in context.steps:
        wait = step.model.wait
        if wait is not None and sum(part is not None for part in (wait.duration, wait.until, wait.known)) != 1:
            hint = "Write wait: 24h, or wait: {until: inputs.x}, or wait: {known: an expression}."
            yield Finding((*step.loc, "wait"), "A wait is for exactly one thing.", hint)


def titles(context: Context) -> Findings:
    for step in context.steps:
        if step.model.title is None and step.kind != "call":
            yield Finding((*step.loc, "id"), f"The step {step.id} has no title.", "Say in a few words what people see.")


def parallel_needs_each(context: Context) -> Findings:
    for step in context.steps:
        if step.model.max_parallel is not None and step.model.for_each is None:
            message = "`max_parallel` counts elements, and this step has none."
            yield Finding((*step.loc, "max_parallel"), message, "Add `for_each`, or leave it out.", on_key=True)


def fields(context: Context) -> Iterator[tuple[Loc, FieldModel]]:
    """Yield every field of the playbook, inputs first."""
    for name, field in context.playbook.inputs.items():
        yield ("inputs", name), field
    for step in context.steps:
        for name, field in (step.model.form or {}).items():
            yield (*step.loc, "form", name), field


CHECKS = (
    Check(Rule("PB105", "A step has exactly one kind."), one_kind),
    Check(Rule("PB106", "A key stands only on steps for which it means something."), keys_of_kind),
    Check(Rule("PB107", "A playbook is named after its file."), named_after_file),
    Check(Rule("PB108", "A choice has distinct options, and nothing else has any."), options),
    Check(Rule("PB131", "A table has columns, each with what it holds, and nothing else has any."), columns),
    Check(Rule("PB132", "A file is asked for in a form."), files_in_forms),
    Check(Rule("PB109", "Bounds fit what they bound."), bounds),
    Check(Rule("PB110", "A default fits its field."), defaults),
    Check(Rule("PB111", "An undo is an action or a reason, never both."), undo_one),
    Check(Rule("PB112", "A wait is for exactly one thing."), wait_one),
    Check(Rule("PB113", "A step has a title."), titles),
    Check(Rule("PB114", "Only a step with for_each has max_parallel."), parallel_needs_each),
)
