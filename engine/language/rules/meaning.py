"""PB2, meaning: what is named fits the place where it is used, and the whole can come to an end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.domain.fields import FieldType
from engine.domain.problem import Severity
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context, Place, Step, Use
from engine.language.document import Loc
from engine.language.graph import before, find_cycle
from engine.language.marks import Rule
from engine.language.resolve import Known, known_field, resolve
from engine.language.shape import did_you_mean
from engine.language.withs import misfits

_RESULT_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+|\[[0-9]+\])*")
_ORDER = ("gt", "gteq", "lt", "lteq")


def with_fits_action(context: Context) -> Findings:
    for step in context.steps:
        undo = step.model.undo
        given: list[tuple[str | None, Loc, dict[str, Any]]] = [(step.model.action, ("with",), step.model.with_ or {})]
        if undo is not None:
            given.append((undo.action, ("undo", "with"), undo.with_))
        for name, loc, tree in given:
            facts = context.actions.get(name or "")
            if facts is not None:
                for misfit in misfits(facts.params, tree):
                    where = (*step.loc, *loc, *misfit.loc) if tree else (*step.loc, *loc[:-1], "action")
                    yield Finding(where, misfit.message, misfit.hint, misfit.on_key)


def each_over_list(context: Context) -> Findings:
    for use in context.uses:
        if use.place is not Place.FOR_EACH or use.whole is None:
            continue
        known = resolve(context, use.whole, step=use.step)
        if isinstance(known, Known) and known.type is not None and not known.list:
            hint = "Give it `list: true`, or leave `for_each` out."
            yield Finding(use.loc, f"{use.whole} is one {known.type} and not a list.", hint)


def revises_same_type(context: Context) -> Findings:
    inputs = context.playbook.inputs
    for name, field in inputs.items():
        if field.revises is not None:
            yield Finding(("inputs", name, "revises"), "An input revises nothing.", "Only a form does.", on_key=True)
    for step in context.steps:
        for name, field in (step.model.form or {}).items():
            loc = (*step.loc, "form", name, "revises")
            word = (field.revises or "").removeprefix("inputs.")
            if field.revises is None:
                continue
            if word not in inputs:
                hint = did_you_mean(word, inputs) or "Name an input, like inputs.urls."
                yield Finding(loc, f"There is no input {word!r} to revise.", hint.strip())
            elif _kind(known_field(field)) != _kind(known_field(inputs[word])):
                mine, theirs = _kind(known_field(field)), _kind(known_field(inputs[word]))
                yield Finding(loc, f"{word} is {theirs}, and this field is {mine}.", "Both have the same type.")
            elif known_field(field).columns != known_field(inputs[word]).columns:
                yield Finding(loc, f"{word} is a table with other columns.", "Both have the same columns.")
            elif set(field.options) - set(inputs[word].options):
                extra = ", ".join(sorted(set(field.options) - set(inputs[word].options)))
                yield Finding(loc, f"{word} cannot be: {extra}.", f"It can be: {', '.join(inputs[word].options)}.")


def comparison_can_hold(context: Context) -> Findings:
    for use in context.uses:
        for comparison in use.compares:
            known = resolve(context, comparison.reference, step=use.step)
            if isinstance(known, Known) and known.type is not None:
                yield from _never_holds(use, str(comparison.reference), comparison.operator, comparison.literal, known)


def circle_of_waiting(context: Context) -> Findings:
    cycle = find_cycle(context)
    ids = [step.id for step in context.steps]
    # Of two steps with one id nobody knows which of them waits; that there are two is said by a rule of its own.
    if cycle and all(ids.count(name) < 2 for name in cycle):  # noqa: PLR2004 - each once
        name = next(item for item in cycle if not item.startswith("phase "))
        message = f"These wait for each other: {' -> '.join(cycle)}."
        yield Finding((*context.by_id[name].loc, "id"), message, "Take one of the needs away.")


def circle_of_roles(context: Context) -> Findings:
    roles = context.playbook.roles
    reported: set[str] = set()
    for name in roles:
        chain, here = [name], roles[name].else_
        while here in roles and here not in chain:
            chain.append(here)
            here = roles[here].else_
        if here == name and name not in reported:
            reported.update(chain)
            circle = " -> ".join([*chain, name])
            yield Finding(("roles", name, "else"), f"The roles stand in for each other: {circle}.", "End it somewhere.")


def marks_only_decision(context: Context) -> Findings:
    marking = [step for step in context.steps if step.model.marks is not None]
    for step in marking:
        answer = (step.model.form or {}).get("answer")
        if step.kind != "decision":
            hint = "Make it a decision; its yes is what marks."
            yield Finding((*step.loc, "marks"), "Only a decision marks the incident.", hint, on_key=True)
        elif answer is not None and answer.type is not FieldType.BOOLEAN:
            hint = "Rename the field, or make it a boolean."
            yield Finding((*step.loc, "form", "answer"), "`answer` is the yes or no that marks.", hint)
        elif step is not marking[0]:
            hint = "One decision says it."
            yield Finding((*step.loc, "marks"), f"{marking[0].id} already marks the incident.", hint, on_key=True)


def someone_does_it(context: Context) -> Findings:
    if "commander" in context.playbook.roles:
        return
    for step in context.steps:
        owned = step.model.owner is not None or bool(step.model.by)
        if step.kind in ("task", "decision") and not owned:
            key = "owner" if step.kind == "task" else "by"
            hint = f"Add `{key}`, or a role named commander, who does what has no owner."
            yield Finding((*step.loc, "id"), f"Nobody is to do {step.id}.", hint)


def read_after_need(context: Context) -> Findings:
    for step in context.steps:
        settled = {need.step for need in step.model.needs} | _conditions(context, step)
        for name in settled & context.by_id.keys():
            settled = settled | before(context, context.by_id[name])
        for use in context.uses_of(step, Place.WITH):
            names = {read.path[0] for read in use.reads if read.root == "steps" and read.path and not read.guarded}
            for name in sorted((names - settled) & context.by_id.keys()):
                message = f"{step.id} reads {name} without needing it."
                yield Finding(use.loc, message, f"Add needs: [{name}], so that the order can be seen.")


def kept_path(context: Context) -> Findings:
    for step in context.steps:
        for name, kept in (step.model.keep or {}).items():
            place = kept.from_
            if not _RESULT_PATH.fullmatch(place):
                hint = "Write names with dots, like json.links or json.items[0].id."
                yield Finding((*step.loc, "keep", name, "from"), f"{place!r} is not a place in a result.", hint)


def kept_is_given(context: Context) -> Findings:
    for step in context.steps:
        facts = context.actions.get(step.model.action or "")
        if facts is None or not facts.results:
            continue
        for name, kept in (step.model.keep or {}).items():
            head = re.split(r"[.\[]", kept.from_)[0]
            if head not in facts.results and _RESULT_PATH.fullmatch(kept.from_):
                hint = f"{did_you_mean(head, facts.results)}There are: {', '.join(facts.results)}."
                yield Finding((*step.loc, "keep", name, "from"), f"{facts.name} gives no {head!r}.", hint)


def waits_for_moment(context: Context) -> Findings:
    for use in context.uses:
        if use.place is not Place.WAIT or use.loc[-1] != "until" or use.whole is None:
            continue
        known = resolve(context, use.whole, step=use.step)
        if isinstance(known, Known) and known.type is not None and (known.list or known.type is not FieldType.DATETIME):
            hint = "Name a datetime, or wait until something is `known`."
            yield Finding(use.loc, f"{use.whole} is {known.word} and no date and time.", hint)


def need_once(context: Context) -> Findings:
    for step in context.steps:
        seen: set[str] = set()
        for index, need in enumerate(step.model.needs):
            if need.step in seen:
                yield Finding((*step.loc, "needs", index), f"{need.step} is needed twice.", "Keep one of the two.")
            seen.add(need.step)


def _conditions(context: Context, step: Step) -> set[str]:
    uses = context.uses_of(step, Place.WHEN, Place.FOR_EACH)
    return {read.path[0] for use in uses for read in use.reads if read.root == "steps" and read.path}


def _never_holds(use: Use, name: str, operator: str, literal: object, known: Known) -> Iterator[Finding]:
    if operator in ("in", "notin"):
        return
    kind = _kind(known)
    if known.list:
        yield Finding(use.loc, f"{name} is {kind}, so it never equals one value.", f'Ask "x" in {name}.')
    elif operator in _ORDER and known.type not in (FieldType.NUMBER, FieldType.DATETIME):
        yield Finding(use.loc, f"{name} is {kind}, which is not more or less than anything.", "Compare with == or !=.")
    elif known.type is FieldType.CHOICE and known.options and literal not in known.options:
        meant = did_you_mean(str(literal), known.options)
        hint = f"{meant}It is one of: {', '.join(known.options)}."
        yield Finding(use.loc, f"{name} is never {literal!r}.", hint)
    elif not _same_kind(known, literal):
        hint = f"Write {name} alone, or not {name}." if known.type is FieldType.BOOLEAN else "Compare like with like."
        yield Finding(use.loc, f"{name} is {kind}, so it never equals {literal!r}.", hint)


def _same_kind(known: Known, literal: object) -> bool:
    match known.type:
        case FieldType.BOOLEAN:
            return isinstance(literal, bool)
        case FieldType.NUMBER:
            return isinstance(literal, int | float | Decimal) and not isinstance(literal, bool)
        case FieldType.DATETIME:
            return False
        case _:
            return isinstance(literal, str)


def _kind(known: Known) -> str:
    return known.word


CHECKS = (
    Check(Rule("PB221", "What an action is given is what it takes."), with_fits_action),
    Check(Rule("PB222", "`for_each` goes over a list."), each_over_list),
    Check(Rule("PB223", "An answer revises an input of its own type."), revises_same_type),
    Check(Rule("PB224", "A comparison can hold."), comparison_can_hold),
    Check(Rule("PB225", "Nothing waits for itself."), circle_of_waiting),
    Check(Rule("PB226", "Roles do not stand in for each other in a circle."), circle_of_roles),
    Check(Rule("PB227", "One decision marks the incident."), marks_only_decision),
    Check(Rule("PB228", "Every task and decision is someone's."), someone_does_it),
    Check(Rule("PB229", "A step needs the steps that it reads.", Severity.WARNING), read_after_need),
    Check(Rule("PB230", "What is kept has a place in the result."), kept_path),
    Check(Rule("PB231", "A step is needed once.", Severity.WARNING), need_once),
    Check(Rule("PB232", "A wait ends at a date and time.", Severity.WARNING), waits_for_moment),
    Check(Rule("PB233", "What is kept is something that the action gives.", Severity.WARNING), kept_is_given),
)
