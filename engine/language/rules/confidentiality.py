"""PB5: what is restricted stays where it may be seen, and secrets are named, never written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.domain.kinds import Reach
from engine.domain.problem import Severity
from engine.domain.sensitivity import Sensitivity
from engine.domain.templates import is_secret
from engine.language.checks import Check, Finding, Findings
from engine.language.context import ActionFacts, Context, Place, Use
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.resolve import SECRET_WORDS, Known, resolve

_CREDENTIAL_NAME = re.compile(
    r"(^|[_-])(authorization|cookie|password|passwd|secret|token|api[_-]?key|private[_-]?key)$", re.IGNORECASE
)
_CREDENTIAL_VALUE = re.compile(r"\b(xox[abeprs]-|xapp-|gh[pousr]_|AKIA[0-9A-Z]{12}|Bearer\s+\S{12}|Basic\s+\S{8})")
_ORDER = list(Sensitivity)


def written_credential(context: Context) -> Findings:
    for step in context.steps:
        trees: list[tuple[Loc, object]] = [(("with",), step.model.with_ or {})]
        if step.model.undo is not None:
            trees.append((("undo", "with"), step.model.undo.with_))
        for top, tree in trees:
            for loc, text in _texts(tree, top):
                named = any(isinstance(part, str) and _CREDENTIAL_NAME.search(part) for part in loc[-1:])
                if text and "{{" not in text and (named or _CREDENTIAL_VALUE.search(text)):
                    hint = "Name it instead: {secret: NAME}; its value is set where Tocsin runs."
                    yield Finding((*step.loc, *loc), f"A credential is written out under `{loc[-1]}`.", hint)


def restricted_leaves(context: Context) -> Findings:
    for use in context.uses:
        facts = _shows(context, use)
        if facts is None or facts.generic or facts.traits.reach is Reach.NONE:
            continue
        for read in use.reads:
            known = resolve(context, read, step=use.step)
            if isinstance(known, Known) and known.sensitivity is not Sensitivity.INTERNAL:
                message = f"{read} is {known.sensitivity}, and {facts.name} shows it to people who may not see it."
                yield Finding(use.loc, message, "Leave it out; say where it is recorded instead.")


def restricted_on_ticket(context: Context) -> Findings:
    for step in context.steps:
        shown = step.kind in ("task", "decision") and ((step.model.tickets or context.playbook.tickets) != "none")
        if not shown or step.model.sensitivity is not Sensitivity.INTERNAL:
            continue
        for use in context.uses_of(step, Place.FOR_EACH):
            for read in use.reads:
                known = resolve(context, read, step=step)
                if isinstance(known, Known) and known.sensitivity is not Sensitivity.INTERNAL:
                    message = f"{read} is {known.sensitivity}, and each ticket of {step.id} would name an element."
                    yield Finding(use.loc, message, "Add tickets: none, or sensitivity: restricted.")


def revising_reveals(context: Context) -> Findings:
    inputs = context.playbook.inputs
    for step in context.steps:
        for name, field in (step.model.form or {}).items():
            target = inputs.get((field.revises or "").removeprefix("inputs."))
            if target is not None and _ORDER.index(field.sensitivity) > _ORDER.index(target.sensitivity):
                message = f"{name} is {field.sensitivity}, and {field.revises} is {target.sensitivity}."
                hint = f"Give the input sensitivity: {field.sensitivity}."
                yield Finding((*step.loc, "form", name, "revises"), message, hint)


def secret_spelled(context: Context) -> Findings:
    for use in context.uses:
        if any(read.root in SECRET_WORDS for read in use.reads):
            message = "A secret never stands inside a text: the text would be kept in the timeline."
            hint = 'Give the whole value as {secret: NAME, prefix: "Bearer "}.'
            yield Finding(use.loc, message, hint)


def restricted_default(context: Context) -> Findings:
    for name, field in context.playbook.inputs.items():
        if field.default is not None and field.sensitivity is not Sensitivity.INTERNAL:
            message = f"The default of {name} stands in the file, though the input is {field.sensitivity}."
            yield Finding(("inputs", name, "default"), message, "Make it optional instead.", on_key=True)


def privileged_owner(context: Context) -> Findings:
    for step in context.steps:
        doers = {step.model.owner} if step.model.owner is not None else set(step.model.by or [])
        if step.model.sensitivity is Sensitivity.PRIVILEGED and doers and "counsel" not in doers:
            message = f"{step.id} is privileged, and counsel is not among those who do it."
            yield Finding((*step.loc, "sensitivity"), message, "Add counsel, or make it restricted.")


def _shows(context: Context, use: Use) -> ActionFacts | None:
    """Return the action that is given what an expression reads: the step's own, or the one that takes it back."""
    undo = use.step.model.undo
    match use.place:
        case Place.WITH:
            return context.facts(use.step)
        case Place.UNDO if undo is not None:
            return context.actions.get(undo.action or "")
        case _:
            return None


def _texts(tree: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    match tree:
        case str():
            yield loc, tree
        case Mapping() if not is_secret(tree):
            for key, item in tree.items():
                yield from _texts(item, (*loc, key))
        case list():
            for index, item in enumerate(tree):
                yield from _texts(item, (*loc, index))
        case _:
            return


CHECKS = (
    Check(Rule("PB501", "A credential is named, never written."), written_credential),
    Check(Rule("PB502", "A restricted value is not shown to those who may not see it."), restricted_leaves),
    Check(Rule("PB503", "A ticket names nothing restricted.", Severity.WARNING), restricted_on_ticket),
    Check(Rule("PB504", "A revision does not reveal what is restricted."), revising_reveals),
    Check(Rule("PB505", "A secret never stands inside a text."), secret_spelled),
    Check(Rule("PB506", "A restricted value does not stand in the file.", Severity.WARNING), restricted_default),
    Check(Rule("PB507", "Privileged work is counsel's.", Severity.WARNING), privileged_owner),
)
