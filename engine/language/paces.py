"""How long, how often and until when, compiled: targets, retries, rounds and waits of a step.

Rule kept here: lint has found every span to be one, so that nothing is looked at again.
"""

from __future__ import annotations

from datetime import timedelta

from engine.domain.durations import DEADLINE, parse_due, parse_duration, parse_within
from engine.domain.expressions import compile_expression
from engine.domain.pacing import Due, RepeatPlan, RetryPlan, WaitPlan
from engine.domain.step_parts import RepeatModel, RetryModel, WaitModel


def retry(model: RetryModel | None) -> RetryPlan:
    """Return how often an action is tried."""
    if model is None:
        return RetryPlan()
    only_if = compile_expression(model.if_) if model.if_ is not None else None
    return RetryPlan(attempts=model.attempts, within=parse_within(model.within), only_if=only_if)


def repeat(model: RepeatModel | None) -> RepeatPlan | None:
    """Return until when a step is done again, and how long after each round."""
    if model is None:
        return None
    return RepeatPlan(compile_expression(model.until), every=tuple(map(parse_due, model.every)), most=model.max)


def due(text: str | None) -> Due | None:
    """Return a target."""
    if text is None:
        return None
    return Due(law=True, text=text) if text == DEADLINE else parse_due(text)


def wait(model: WaitModel | None) -> WaitPlan | None:
    """Return what a wait waits for."""
    if model is None:
        return None
    return WaitPlan(
        duration=span(model.duration),
        until=compile_expression(model.until) if model.until is not None else None,
        known=compile_expression(model.known) if model.known is not None else None,
    )


def span(text: str | None) -> timedelta | None:
    """Return a span of time."""
    return parse_duration(text) if text is not None else None
