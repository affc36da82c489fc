"""PB4: spans of time can be read, and nobody waits longer than the author meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from engine.domain.approval_parts import ApproveModel
from engine.domain.durations import DEADLINE, DurationError, parse_due, parse_duration, parse_within
from engine.domain.problem import Severity
from engine.domain.step_parts import RepeatModel
from engine.language.checks import Check, Finding, Findings
from engine.language.context import Context, Step
from engine.language.document import Loc
from engine.language.marks import Rule
from engine.language.slips.values import span

_DAY = timedelta(days=1)
_LONG_TIMEOUT = timedelta(hours=1)


def readable_times(context: Context) -> Findings:
    for step in context.steps:
        for loc, text, parse in times(step):
            try:
                parse(text)
            except DurationError as error:
                yield Finding((*step.loc, *loc), error.message, span(text) or error.hint())


def phase_holds_on(context: Context) -> Findings:
    # Nothing waits for the only phase there is; a playbook that others run inside theirs is such a one.
    if len(context.playbook.phases.present()) == 1:
        return
    for step in context.steps:
        late, key = _longer_than_a_day(step)
        if late and not step.model.follow_up and step.phase != "review":
            message = f"The phase {step.phase} is not settled before {step.id} is, {late} from now."
            yield Finding((*step.loc, key), message, "Add follow_up: true, unless the phase is meant to wait.")


def timeout_is_for_machines(context: Context) -> Findings:
    for step in context.steps:
        try:
            long = step.model.timeout is not None and parse_duration(step.model.timeout) > _LONG_TIMEOUT
        except DurationError:
            continue
        if long:
            hint = "What takes people hours is a task with `due`, or a wait."
            yield Finding((*step.loc, "timeout"), f"An action that takes {step.model.timeout} is stuck.", hint)


def times(step: Step) -> Iterator[tuple[Loc, str, Callable[[str], object]]]:
    """Yield every span of time of a step: where it stands in the step, its text, and what reads it."""
    model = step.model
    if model.due is not None and model.due != DEADLINE:
        yield ("due",), model.due, parse_due
    if model.timeout is not None:
        yield ("timeout",), model.timeout, parse_duration
    if model.retry is not None:
        yield ("retry", "within"), model.retry.within, parse_within
    if model.repeat is not None:
        yield from ((("repeat", "every", index), text, parse_due) for index, text in enumerate(model.repeat.every))
    if model.approve is not None:
        yield from _approval_times(model.approve)
    if model.consult is not None and model.consult.first is not None:
        yield ("consult", "first"), model.consult.first, parse_duration
    if model.wait is not None and model.wait.duration is not None:
        yield ("wait", "duration"), model.wait.duration, parse_duration


def _approval_times(approve: ApproveModel) -> Iterator[tuple[Loc, str, Callable[[str], object]]]:
    if approve.expires is not None:
        yield ("approve", "expires"), approve.expires, parse_duration
    if approve.escalate is not None:
        yield ("approve", "escalate", "after"), approve.escalate.after, parse_duration
    if approve.break_glass is not None:
        yield ("approve", "break_glass", "after"), approve.break_glass.after, parse_duration


def _longer_than_a_day(step: Step) -> tuple[str, str]:
    """Return a time of a step that is longer than a day, and its key; empty when none is."""
    due, wait, repeat = step.model.due, step.model.wait, step.model.repeat
    if due is not None and due != DEADLINE and _long(due):
        return due, "due"
    if due is None and wait is not None and wait.duration is not None and _long(wait.duration):
        return wait.duration, "wait"
    if repeat is not None and _lasts(repeat):
        return f"{repeat.max} times {', then '.join(repeat.every)}", "repeat"
    return "", ""


def _lasts(repeat: RepeatModel) -> bool:
    """Return whether all rounds together take longer than a day, or more than one business day."""
    try:
        known = [parse_due(text) for text in repeat.every]
    except DurationError:
        return False
    pauses = [known[min(number, len(known) - 1)] for number in range(repeat.max)]
    days = sum(pause.business_days for pause in pauses)
    return days > 1 or sum((pause.elapsed for pause in pauses), timedelta(0)) > _DAY


def _long(text: str) -> bool:
    try:
        due = parse_due(text)
    except DurationError:
        return False
    return due.elapsed > _DAY or due.business_days > 1


CHECKS = (
    Check(Rule("PB401", "A span of time can be read."), readable_times),
    Check(Rule("PB402", "No phase waits more than a day for one step.", Severity.WARNING), phase_holds_on),
    Check(Rule("PB406", "A machine's timeout is at most an hour.", Severity.WARNING), timeout_is_for_machines),
)
