"""What a look-up leads to: the kind of value that stands there, or why nothing does.

Rules kept here: an input and a form say the kind of their values, an action's result says at most its names; a step
with `for_each` has one result per element, so none that can be read as one; a decision without a form, and one that
marks, answers `answer` and `why`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.domain.fields import FieldType
from engine.domain.files import PARTS as FILE_PARTS
from engine.domain.grammar import Reference
from engine.domain.kinds import ANSWER, WHY
from engine.domain.lifecycle import ENDED, SETTLED, StepStatus
from engine.domain.playbook import FieldModel, OutputModel, StepModel
from engine.domain.sensitivity import Sensitivity, most
from engine.domain.step_parts import KeepModel
from engine.language.context import ActionFacts, Context, Place, Step
from engine.language.nowhere import Fault, Nowhere, choice, unknown_name
from engine.language.slips.expressions import result

INCIDENT_FIELDS: Mapping[str, FieldType] = {
    "id": FieldType.TEXT,
    "title": FieldType.TEXT,
    "playbook": FieldType.TEXT,
    "declared_at": FieldType.DATETIME,
    "exercise": FieldType.BOOLEAN,
}
"""What `incident.` may be followed by."""


ERROR_FIELDS: Mapping[str, FieldType] = {"message": FieldType.TEXT, "status": FieldType.NUMBER}
"""What `error.` may be followed by, in `retry.if`."""

ENDS = tuple(status.value for status in StepStatus if status in SETTLED)
"""What `steps.x.ended` may be."""

SECRET_WORDS = ("secret", "secrets", "env")
"""Names that authors try for a secret; a rule of its own says what to write."""


@dataclass(frozen=True, slots=True)
class Known:
    """The kind of value at the end of a look-up; `type` is None when only running shows it."""

    type: FieldType | None = None
    list: bool = False
    options: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    columns: tuple[tuple[str, FieldType, tuple[str, ...]], ...] = ()
    """Of a table, which is a list, and of one of its rows: name, type and options of each column."""

    @property
    def word(self) -> str:
        """What it is, with its article."""
        if self.columns:
            return "a table" if self.list else "a row of a table"
        return f"a list of {self.type}" if self.list else f"a {self.type}"


def resolve(context: Context, reference: Reference, *, step: Step) -> Known | Nowhere:
    """Return what a look-up in a step leads to."""
    path = reference.path
    match reference.root:
        case "inputs":
            return _input(context, reference)
        case "steps":
            return _step(context, reference, reader=step)
        case "roles":
            return _role(context, reference)
        case "incident":
            return _one_of(reference, INCIDENT_FIELDS)
        case "item":
            return _item(context, reference, step=step)
        case "idempotency_key":
            return Known(FieldType.TEXT)
        case "output":
            return _output(context, Reference("steps", (step.id, "output", *path)), step=step)
        case "attempt" if not path:
            return Known(FieldType.NUMBER)
        case "error":
            return _one_of(reference, ERROR_FIELDS)
        case root if root in SECRET_WORDS:
            return Known()
        case _:
            return unknown_name(context, reference, own=form_of(step.model) if step.model.starts else {})


def form_of(model: StepModel) -> dict[str, FieldModel]:
    """Return the form of a task or decision, with what a decision is always asked."""
    form = dict(model.form or {})
    if model.decision is not None and (model.form is None or model.marks is not None):
        always = {
            ANSWER: FieldModel(type=FieldType.BOOLEAN, hint="Yes or no?"),
            WHY: FieldModel(type=FieldType.TEXT, optional=model.form is not None, hint="Why?"),
        }
        return always | form
    return form


def known_field(field: FieldModel, *, least: Sensitivity = Sensitivity.INTERNAL) -> Known:
    """Return the kind of value that a field holds; its sensitivity is at least that of the step around it."""
    sensitivity = least if field.sensitivity is Sensitivity.INTERNAL else field.sensitivity
    columns = tuple((name, FieldType(kind.type), tuple(kind.options)) for name, kind in field.columns.items())
    return Known(field.type, field.list or bool(columns), field.options, sensitivity, columns)


def known_kept(kept: KeepModel, *, least: Sensitivity = Sensitivity.INTERNAL) -> Known:
    """Return the kind of value that is kept of a result; its sensitivity is at least that of the step."""
    sensitivity = least if kept.sensitivity is Sensitivity.INTERNAL else kept.sensitivity
    kind = FieldType(kept.type) if kept.type is not None else None
    return Known(kind, list=kept.list, sensitivity=sensitivity)


def element(known: Known) -> Known:
    """Return the kind of one element of a list."""
    return replace(known, list=False)


def _one_of(reference: Reference, fields: Mapping[str, FieldType]) -> Known | Nowhere:
    field = fields.get(reference.path[0]) if len(reference.path) == 1 else None
    hint = f"There are: {', '.join(f'{reference.root}.{name}' for name in fields)}."
    return Known(field) if field else Nowhere(Fault.NAME, f"There is no {reference}.", hint)


def _input(context: Context, reference: Reference) -> Known | Nowhere:
    inputs = context.playbook.inputs
    if not reference.path or reference.path[0] not in inputs:
        word = reference.path[0] if reference.path else ""
        return Nowhere(Fault.INPUT, f"There is no input {word!r}.", choice(word, inputs))
    return _inside(known_field(inputs[reference.path[0]]), reference, used=1)


def _step(context: Context, reference: Reference, *, reader: Step) -> Known | Nowhere:
    word = reference.path[0] if reference.path else ""
    step = context.by_id.get(word)
    if step is None:
        return Nowhere(Fault.STEP, f"There is no step {word!r}.", choice(word, context.by_id))
    if reference.path[1:] == (ENDED,):
        return _ended(step, reader=reader)
    if len(reference.path) == 1 or reference.path[1] != "output":
        hint = result(word, reference.path[1:])
        return Nowhere(Fault.OUTPUT, f"{reference} is not something that can be read of a step.", hint)
    if step.model.for_each is not None and step.id != reader.id:
        hint = f"Only whether and how it ended can be used: needs: [{word}], steps.{word}.{ENDED}."
        return Nowhere(Fault.EACH, f"{word} has one result per element, so {reference} is not one value.", hint)
    return _output(context, reference, step=step)


def _ended(step: Step, *, reader: Step) -> Known | Nowhere:
    if step.id == reader.id:
        return Nowhere(Fault.STEP, f"{step.id} has not ended while it is worked out.", "Name another step.")
    return Known(FieldType.CHOICE, options=ENDS, sensitivity=step.model.sensitivity)


def _output(context: Context, reference: Reference, *, step: Step) -> Known | Nowhere:
    path, least = reference.path, step.model.sensitivity
    if len(path) == 2:  # noqa: PLR2004 the whole output: steps, id, output
        return Known(sensitivity=_strictest(context, step))
    name = path[2]
    match step.kind:
        case "task" | "decision":
            form = form_of(step.model)
            if name in form:
                return _inside(known_field(form[name], least=least), reference, used=3)
            names: Iterable[str] = form
        case "action":
            facts, kept = context.facts(step), step.model.keep or {}
            if name in kept:
                return _inside(known_kept(kept[name], least=least), reference, used=3)
            if facts is None or facts.outputs is None or name in facts.outputs:
                return _inside(_acted(facts, name, least=least), reference, used=3)
            names = facts.outputs | set(kept)
        case "call":
            outputs = _outputs(context, step)
            if outputs is None:
                return Known(sensitivity=least)
            if name in outputs:
                return _inside(_called(outputs[name], least=_least(context, step)), reference, used=3)
            names = outputs
        case "wait":
            names = ()
        case _:
            return Known(sensitivity=least)
    return Nowhere(Fault.OUTPUT, f"{step.id} gives no {name!r}.", choice(name, names))


def _outputs(context: Context, step: Step) -> Mapping[str, OutputModel] | None:
    """Return what a call gives back, None while the called playbook is not known."""
    called = context.called.get(step.model.call or "")
    return called.context.playbook.outputs if called is not None and called.context is not None else None


def _least(context: Context, step: Step) -> Sensitivity:
    """Return how closely a step is kept at least: a call as closely as the playbook that it calls."""
    called = context.called.get(step.model.call or "")
    inner = called.context.playbook.sensitivity if called is not None and called.context is not None else None
    return step.model.sensitivity if inner is None else most([step.model.sensitivity, inner])


def _called(output: OutputModel, *, least: Sensitivity) -> Known:
    return Known(output.type, output.list, sensitivity=most([least, output.sensitivity]))


def _acted(facts: ActionFacts | None, name: str, *, least: Sensitivity) -> Known:
    found = facts.kinds.get(name) if facts is not None else None
    return Known(found.type, options=found.options, sensitivity=least) if found else Known(sensitivity=least)


def _strictest(context: Context, step: Step) -> Sensitivity:
    """Return who may see everything that a step gives."""
    fields = [field.sensitivity for field in form_of(step.model).values()]
    kept = [item.sensitivity for item in (step.model.keep or {}).values()]
    called = [output.sensitivity for output in (_outputs(context, step) or {}).values()]
    return most([_least(context, step), *fields, *kept, *called])


def _role(context: Context, reference: Reference) -> Known | Nowhere:
    word = reference.path[0] if reference.path else ""
    if word in context.playbook.roles and len(reference.path) == 1:
        return Known(FieldType.PERSON)
    return Nowhere(Fault.ROLE, f"There is no role {'.'.join(reference.path)!r}.", choice(word, context.playbook.roles))


def _item(context: Context, reference: Reference, *, step: Step) -> Known | Nowhere:
    if step.model.for_each is None:
        return Nowhere(
            Fault.ITEM, "`item` is known only in a step with `for_each`.", "Add `for_each`, or name a value."
        )
    use = next(context.uses_of(step, Place.FOR_EACH), None)
    if use is None or use.whole is None or use.whole.root == "item":
        return Known()
    known = resolve(context, use.whole, step=step)
    return _inside(element(known), reference, used=0) if isinstance(known, Known) else Known()


def _inside(known: Known, reference: Reference, *, used: int) -> Known | Nowhere:
    rest = reference.path[used:]
    if not rest or known.type is None:
        return known
    if known.list and rest[0].isdecimal():
        return _inside(element(known), reference, used=used + 1)
    if known.type is FieldType.FILE and not known.list and len(rest) == 1 and rest[0] in FILE_PARTS:
        return Known(FieldType.NUMBER if rest[0] == "size" else FieldType.TEXT, sensitivity=known.sensitivity)
    if known.columns and not known.list:
        return _cell(known, reference, used=used)
    kind = "a list" if known.list and not known.columns else known.word
    there = ".".join((reference.root, *reference.path[:used]))
    hint = f"Write {there}[0].{known.columns[0][0]}, or for_each: {there}." if known.columns else f"Write {there}."
    return Nowhere(Fault.KEY, f"{there} is {kind}, so it has no {'.'.join(rest)!r}.", hint)


def _cell(row: Known, reference: Reference, *, used: int) -> Known | Nowhere:
    word = reference.path[used]
    for name, kind, options in row.columns:
        if name == word:
            return _inside(Known(kind, options=options, sensitivity=row.sensitivity), reference, used=used + 1)
    there = ".".join((reference.root, *reference.path[:used]))
    return Nowhere(Fault.KEY, f"{there} has no column {word!r}.", choice(word, [name for name, _, _ in row.columns]))
