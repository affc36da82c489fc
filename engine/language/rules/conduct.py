"""PB12 and PB32: how often and for how many a step is done is meant, and can come to an end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from jinja2 import nodes

from engine.domain.durations import DurationError, parse_due, parse_duration
from engine.domain.grammar import parse_expression
from engine.domain.kinds import Reach
from engine.domain.problem import Severity
from engine.language.checks import Check, Finding, Findings
from engine.language.context import READS, Context, Place, Step, Use
from engine.language.document import Loc
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
                own = use.place is Place.STARTS
                hint = "A field of the form is read by its name alone." if own else "Name another value."
                yield Finding(use.loc, f"`{found[0]}` is known only in {WHERE[place]}.", hint)


def until_reads_output(context: Context) -> Findings:
    for step in context.steps:
        for use in context.uses_of(step, Place.UNTIL):
            if all(read.root != "output" for read in use.reads):
                message = f"{step.id} does not look at what a round came to."
                yield Finding(use.loc, message, 'Read `output`, like output.state == "gone".')


def every_is_no_hammer(context: Context) -> Findings:
    for step in context.steps:
        for index, text in enumerate(step.model.repeat.every if step.model.repeat is not None else ()):
            try:
                every = parse_due(text)
            except DurationError:
                continue
            if not every.business_days and every.elapsed < SHORTEST:
                message = f"{text} is too short a pause between two rounds."
                yield Finding((*step.loc, "repeat", "every", index), message, "Write at least 1m.")


def every_pause_comes(context: Context) -> Findings:
    for step in context.steps:
        repeat = step.model.repeat
        pauses = max(1, repeat.max - 1) if repeat is not None else 0
        if repeat is not None and len(repeat.every) > pauses:
            message = (
                f"Between {repeat.max} rounds there are {repeat.max - 1} pauses, and {len(repeat.every)} are named."
            )
            hint = "Take the last ones away, or raise `max`."
            yield Finding((*step.loc, "repeat", "every", pauses), message, hint)


def marking_is_asked_again(context: Context) -> Findings:
    for step in context.steps:
        if step.model.repeat is not None and step.model.marks is not None:
            message = "A decision that marks is asked again by itself until it is a yes."
            yield Finding((*step.loc, "repeat"), message, "Leave `repeat` out.", on_key=True)


def expiry_follows(context: Context) -> Findings:
    for step in context.steps:
        approve = step.model.approve
        if approve is not None and approve.on_expiry is not None and approve.expires is None:
            loc = (*step.loc, "approve", "on_expiry")
            yield Finding(loc, "Nothing expires here.", "Add `expires`, or leave `on_expiry` out.", on_key=True)


def escalation_in_time(context: Context) -> Findings:
    for step in context.steps:
        approve = step.model.approve
        if approve is None or approve.escalate is None or approve.expires is None:
            continue
        try:
            late = parse_duration(approve.escalate.after) >= parse_duration(approve.expires)
        except DurationError:
            continue
        if late:
            message = f"The approval expires after {approve.expires}, before anybody else is asked."
            yield Finding((*step.loc, "approve", "escalate", "after"), message, "Write a shorter time.")


def escalation_reaches_more(context: Context) -> Findings:
    for step in context.steps:
        approve = step.model.approve
        if approve is not None and approve.escalate is not None and set(approve.escalate.to) <= set(approve.by):
            message = f"{', '.join(approve.escalate.to)} may approve from the beginning."
            yield Finding((*step.loc, "approve", "escalate", "to"), message, "Name another role.")


def glass_in_contain(context: Context) -> Findings:
    for step in _glazed(context):
        if step.phase != "contain":
            message = f"{step.id} is in {step.phase}, and only what contains may be done alone."
            yield Finding(_glass(step), message, "Name more roles in approve.by, or escalate.", on_key=True)


def glass_can_be_undone(context: Context) -> Findings:
    for step in _glazed(context):
        if step.kind != "action" or step.model.undo is None or step.model.undo.action is None:
            message = f"{step.id} cannot be taken back, so nobody does it alone."
            yield Finding(_glass(step), message, "Add undo: {action: ...}, or leave break_glass out.", on_key=True)


def glass_stays_inside(context: Context) -> Findings:
    for step in _glazed(context):
        facts = context.facts(step)
        if facts is not None and facts.traits.reach is Reach.OUTWARD:
            message = f"{facts.name} is seen outside, so nobody does it alone."
            yield Finding(_glass(step), message, "Leave break_glass out.", on_key=True)


def glass_approves_no_words(context: Context) -> Findings:
    for step in _glazed(context):
        if step.model.approve is not None and step.model.approve.text is not None:
            message = "Words that are approved as exact bytes are never sent by one person alone."
            yield Finding(_glass(step), message, "Leave break_glass out.", on_key=True)


def glass_in_time(context: Context) -> Findings:
    for step in _glazed(context):
        approve = step.model.approve
        if approve is None or approve.break_glass is None or approve.expires is None:
            continue
        try:
            late = parse_duration(approve.break_glass.after) >= parse_duration(approve.expires)
        except DurationError:
            continue
        if late:
            message = f"The approval expires after {approve.expires}, before anybody may go ahead alone."
            yield Finding(_glass(step), message, "Write a shorter time.")


def _glazed(context: Context) -> Iterator[Step]:
    return (step for step in context.steps if step.model.approve is not None and step.model.approve.break_glass)


def _glass(step: Step) -> Loc:
    return (*step.loc, "approve", "break_glass")


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
    Check(Rule("PB126", "Every pause between two rounds can come.", Severity.WARNING), every_pause_comes),
    Check(Rule("PB125", "What is asked again by itself does not repeat."), marking_is_asked_again),
    Check(Rule("PB320", "What follows an expiry stands where something expires."), expiry_follows),
    Check(Rule("PB321", "Others are asked before an approval expires."), escalation_in_time),
    Check(Rule("PB322", "An escalation asks somebody else.", Severity.WARNING), escalation_reaches_more),
    Check(Rule("PB323", "Only what contains may be done by one person alone."), glass_in_contain),
    Check(Rule("PB324", "Only an act that can be taken back may be done alone."), glass_can_be_undone),
    Check(Rule("PB325", "What is seen outside is never done alone."), glass_stays_inside),
    Check(Rule("PB326", "Exact words are never sent by one person alone."), glass_approves_no_words),
    Check(Rule("PB327", "One may go ahead alone before the approval expires."), glass_in_time),
)
