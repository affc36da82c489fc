"""PB240 to PB252 and PB350: a playbook that calls another gives it what it takes, and takes what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from engine.domain.errors import TocsinError
from engine.domain.fields import accept
from engine.domain.grammar import ExpressionError, parse_expression, parse_template, references
from engine.domain.playbook import FieldModel, StepModel
from engine.domain.sensitivity import most
from engine.domain.templates import is_secret, literal
from engine.domain.values import Instant
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Called, Context, Step
from engine.language.document import Loc
from engine.language.known import is_less, known_of, misfit
from engine.language.marks import Rule
from engine.language.nowhere import Nowhere
from engine.language.resolve import Known, known_field, resolve
from engine.language.shape import did_you_mean
from engine.language.specs import spec_of

DEEPEST = 3
"""How many calls may stand inside each other."""
_ANY_MOMENT = Instant(datetime(2000, 1, 1, tzinfo=UTC))
_NOBODY = Step("", "", (), StepModel.model_construct(id="", for_each=None), "")
"""Who reads an output: no step."""


def unknown_playbook(context: Context) -> Findings:
    for step, called in _calls(context):
        if called.text is None and not called.circle:
            known = [name for name in context.callable if name != context.playbook.playbook]
            there = f"There are: {', '.join(known)}." if known else "Put it beside this file."
            hint = f"{did_you_mean(called.name, known)}{there}"
            yield Finding((*step.loc, "call"), f"There is no playbook {called.name!r}.", hint)


def circle_of_calls(context: Context) -> Findings:
    for step, called in _calls(context):
        if _circle(context, called):
            circle = " -> ".join(called.circle or called.reached[context.playbook.playbook].circle)
            message = f"{called.name} would be called inside itself: {circle}."
            yield Finding((*step.loc, "call"), message, "Take one of the calls away.")


def depth_of_calls(context: Context) -> Findings:
    for step, called in _calls(context):
        if not _circle(context, called) and called.depth > DEEPEST:
            message = f"{called.name} goes {called.depth} calls deep, and {DEEPEST} are allowed."
            yield Finding((*step.loc, "call"), message, "Write some of its steps here.")


def called_is_good(context: Context) -> Findings:
    for step, called in _calls(context):
        if called.errors and called.text is not None and not _circle(context, called):
            first = called.errors[0]
            rest = f" ({len(called.errors)} in all)" if len(called.errors) > 1 else ""
            message = f"{called.name} has an error: {first.rule} in line {first.line}: {first.message}{rest}"
            yield Finding((*step.loc, "call"), message, f"Run tocsin lint {called.text.path}.")


def input_is_given(context: Context) -> Findings:
    for step, inner in _readable(context):
        for name, field in inner.playbook.inputs.items():
            if name not in (step.model.with_ or {}) and not field.optional and field.default is None:
                message = f"{step.model.call} needs {name}, and it is not given."
                yield Finding((*step.loc, "call"), message, f"Add with: {{{name}: ...}}.")


def input_is_known(context: Context) -> Findings:
    for step, inner in _readable(context):
        inputs = inner.playbook.inputs
        for name in step.model.with_ or {}:
            if name not in inputs:
                there = f"It takes: {', '.join(inputs)}." if inputs else "It takes nothing."
                hint = f"{did_you_mean(name, inputs)}{there}"
                yield Finding((*step.loc, "with", name), f"{step.model.call} takes no {name!r}.", hint, on_key=True)


def input_fits(context: Context) -> Findings:
    for step, name, field, value in _given(context):
        for loc, wrong in _wrong(context, step, field, value):
            message = f"{name} does not fit what {step.model.call} takes: {wrong}."
            yield Finding((*step.loc, "with", name, *loc), message, "Give it what its type says.")


def roles_are_declared(context: Context) -> Findings:
    roles = context.playbook.roles
    for step, inner in _readable(context):
        missing = [name for name in inner.playbook.roles if name not in roles]
        if missing:
            names = ", ".join(missing)
            message = f"{step.model.call} has work for roles that are not declared here: {names}."
            yield Finding((*step.loc, "call"), message, f"Add under roles: {names}.")


def one_phase(context: Context) -> Findings:
    for step, inner in _readable(context):
        phases = inner.playbook.phases.present()
        if len(phases) > 1:
            message = f"{step.model.call} has {len(phases)} phases: {', '.join(phases)}."
            yield Finding((*step.loc, "call"), message, "A playbook that is called has exactly one.")


def marks_nothing(context: Context) -> Findings:
    for step, inner in _readable(context):
        marking = next((one.id for one in inner.steps if one.model.marks is not None), None)
        if marking is not None:
            message = f"{marking} of {step.model.call} marks an incident, and it is called inside one."
            yield Finding((*step.loc, "call"), message, "Let a decision of this playbook mark it.")


def output_can_be_read(context: Context) -> Findings:
    for name, output in context.playbook.outputs.items():
        loc: Loc = ("outputs", name, "from")
        try:
            tree = parse_expression(output.from_)
        except ExpressionError as error:
            yield Finding(loc, error.message, error.hint())
            continue
        for read in references(tree):
            found = resolve(context, read, step=_NOBODY)
            if isinstance(found, Nowhere):
                yield Finding(loc, found.message, found.hint)


def output_fits(context: Context) -> Findings:
    for name, output in context.playbook.outputs.items():
        known = _output_known(context, output.from_)
        wrong = misfit(known, Known(output.type, output.list, known.options)) if known is not None else ""
        if wrong:
            yield Finding(("outputs", name, "from"), f"{name} does not fit: {wrong}.", "Change its type.")


def stays_restricted(context: Context) -> Findings:
    for step, name, field, value in _given(context):
        for loc, known in _knowns(context, step, value):
            if is_less(field.sensitivity, known.sensitivity):
                shown = f"{step.model.call} shows it as {field.sensitivity}"
                message = f"What is given as {name} is {known.sensitivity}, and {shown}."
                hint = f"Give that input sensitivity: {known.sensitivity}, or leave it out."
                yield Finding((*step.loc, "with", name, *loc), message, hint)
    for name, output in context.playbook.outputs.items():
        read = _output_known(context, output.from_)
        if read is not None and is_less(output.sensitivity, read.sensitivity):
            message = f"{name} gives back what is {read.sensitivity} as {output.sensitivity}."
            yield Finding(("outputs", name, "from"), message, f"Give it sensitivity: {read.sensitivity}.")


def _calls(context: Context) -> Iterator[tuple[Step, Called]]:
    for step in context.steps:
        called = context.called.get(step.model.call or "")
        if called is not None:
            yield step, called


def _readable(context: Context) -> Iterator[tuple[Step, Context]]:
    return ((step, called.context) for step, called in _calls(context) if called.context is not None)


def _circle(context: Context, called: Called) -> bool:
    return bool(called.circle) or context.playbook.playbook in called.reached


def _given(context: Context) -> Iterator[tuple[Step, str, FieldModel, Any]]:
    """Yield what each call gives to an input that there is."""
    for step, inner in _readable(context):
        for name, value in (step.model.with_ or {}).items():
            if name in inner.playbook.inputs:
                yield step, name, inner.playbook.inputs[name], value


def _wrong(context: Context, step: Step, field: FieldModel, value: Any) -> Iterator[tuple[Loc, str]]:  # noqa: ANN401 JSON of the file
    if is_secret(value):
        yield (), "a secret is handed to no playbook; the action that needs it names it"
    elif list(_texts(value, ())):
        for loc, known in _knowns(context, step, value):
            within = Known(field.type, list=False, options=field.options) if loc else known_field(field)
            wrong = misfit(known, within)
            if wrong or (loc and not field.list):
                yield loc, wrong or "it is a list, and one value is taken"
    else:
        try:
            accept(spec_of("it", field), _plain(value), name="it", zone=None, now=_ANY_MOMENT)
        except TocsinError as error:
            yield (), error.message.removeprefix("it: ").rstrip(".")


def _knowns(context: Context, step: Step, value: Any) -> Iterator[tuple[Loc, Known]]:  # noqa: ANN401 as above
    """Yield what is known of each text with an expression, with its place in the value."""
    for loc, text in _texts(value, ()):
        try:
            parts = parse_template(text)
        except ExpressionError:
            continue  # a rule of its own says so
        found = [known_of(context, part, step=step) for part in parts if not isinstance(part, str)]
        if len(parts) == 1 and found:
            yield loc, found[0]
        elif found:
            yield loc, Known(sensitivity=most(one.sensitivity for one in found))


def _texts(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:  # noqa: ANN401 as above
    if isinstance(value, str) and "{{" in value:
        yield loc, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*loc, index))


def _plain(value: Any) -> Any:  # noqa: ANN401 as above
    return [literal(item) for item in value] if isinstance(value, list) else literal(value)


def _output_known(context: Context, source: str) -> Known | None:
    try:
        return known_of(context, parse_expression(source), step=_NOBODY)
    except ExpressionError:
        return None


CHECKS = (
    Check(Rule("PB240", "A playbook that is called exists."), unknown_playbook),
    Check(Rule("PB241", "No playbook is called inside itself."), circle_of_calls),
    Check(Rule("PB242", f"Calls go at most {DEEPEST} deep."), depth_of_calls),
    Check(Rule("PB243", "A playbook that is called has no error."), called_is_good),
    Check(Rule("PB244", "A call gives every input that must be given."), input_is_given),
    Check(Rule("PB245", "A call gives only inputs that there are."), input_is_known),
    Check(Rule("PB246", "What a call gives fits its input."), input_fits),
    Check(Rule("PB247", "The roles of a called playbook are declared by the caller."), roles_are_declared),
    Check(Rule("PB248", "A called playbook has one phase."), one_phase),
    Check(Rule("PB249", "A called playbook marks nothing."), marks_nothing),
    Check(Rule("PB250", "What an output is from can be read."), output_can_be_read),
    Check(Rule("PB251", "An output fits its type."), output_fits),
    Check(Rule("PB350", "What is restricted stays so in a called playbook, and in what it gives."), stays_restricted),
)
