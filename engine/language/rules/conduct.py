"""PB12 and PB32: how often and for how many a step is done is meant, and can come to an end."""

from __future__ import annotations

from datetime import timedelta

from jinja2 import nodes

from engine.domain.durations import DurationError, parse_due
from engine.domain.grammar import parse_expression
from engine.language.checks import Check, Finding, Findings
from engine.language.context import READS, Context, Place, Use
from engine.language.marks import Rule

WHERE = {Place.RETRY: "`if` under `retry`", Place.UNTIL: "`until` under `repeat`"}
SHORTEST = timedelta(minutes=1)


def join_needs_each(context: Context) -> Findings:
    for step in context.steps:
        if step.model.join is not None and step.model.for_each is None:
            message = "`join` counts elements, and this step has none."
            yield Finding((*step.loc, "join"), message, "Add `for_each`, or leave it out.", on_key=True)


def join_in_reach(context: Context) -> Findings:
    for step in context.steps:
        join, use = step.model.join, next(context.uses_of(step, Place.FOR_EACH), None)
        most = _most(context, use) if use is not None else None
        if isinstance(join, int) and most is not None and join > most:
            message = f"{join} elements are to be done, and there are at most {most}."
            yield Finding((*step.loc, "join"), message, "Write a smaller number, or `all`.")


def read_at_its_place(context: Context) -> Findings:
    for use in context.uses:
        for place, names in READS.items():
            found = [read.root for read in use.reads if read.root in names]
            if found and use.place is not place:
                yield Finding(use.loc, f"`{found[0]}` is known only in {WHERE[place]}.", "Name another value.")


def until_reads_output(context: Context) -> Findings:
    for step in context.steps:
        for use in context.uses_of(step, Place.UNTIL):
            if all(read.root != "output" for read in use.reads):
                message = f"{step.id} does not look at what a round came to."
                yield Finding(use.loc, message, 'Read `output`, like output.state == "gone".')


def every_is_no_hammer(context: Context) -> Findings:
    for step in context.steps:
        if step.model.repeat is not None:
            try:
                every = parse_due(step.model.repeat.every)
            except DurationError:
                continue
            if not every.business_days and every.elapsed < SHORTEST:
                message = f"{step.model.repeat.every} is too short a pause between two rounds."
                yield Finding((*step.loc, "repeat", "every"), message, "Write at least 1m.")


def marking_is_asked_again(context: Context) -> Findings:
    for step in context.steps:
        if step.model.repeat is not None and step.model.marks is not None:
            message = "A decision that marks is asked again by itself until it is a yes."
            yield Finding((*step.loc, "repeat"), message, "Leave `repeat` out.", on_key=True)


def _most(context: Context, use: Use) -> int | None:
    """Return how many elements a list has at most; None where nobody can know."""
    if use.whole is None:
        tree = parse_expression(use.source)
        return len(tree.items) if isinstance(tree, nodes.List) else None
    known = context.playbook.inputs.get(use.whole.path[0]) if use.whole.root == "inputs" and use.whole.path else None
    return int(known.max) if known is not None and known.list and known.max is not None else None


CHECKS = (
    Check(Rule("PB120", "Only a step with for_each has join."), join_needs_each),
    Check(Rule("PB121", "As many elements can be done as `join` asks for."), join_in_reach),
    Check(Rule("PB122", "What is known at one place only is read there."), read_at_its_place),
    Check(Rule("PB123", "`until` looks at what a round came to."), until_reads_output),
    Check(Rule("PB124", "Between two rounds is at least a minute."), every_is_no_hammer),
    Check(Rule("PB125", "What is asked again by itself does not repeat."), marking_is_asked_again),
)
