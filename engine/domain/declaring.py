"""What an incident begins with: the inputs of a trigger, each checked, all problems named at once.

Rules kept here: an input that is left out has its default, or is unknown when it is optional; nothing else may be
left out; what a playbook does not ask for is refused, so that nobody believes it counted.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from engine.domain.errors import InputError
from engine.domain.fields import FieldError, accept
from engine.domain.values import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.domain.events.shape import Json
    from engine.domain.plan import Plan
    from engine.domain.values import Instant, Value


def declared_inputs(plan: Plan, given: Mapping[str, Any], *, zone: str | None, now: Instant) -> dict[str, Json]:
    """Return the encoded facts that an incident begins with; raise `InputError` naming every bad input."""
    values = accepted_inputs(plan, given, names=plan.inputs, zone=zone, now=now)
    return {name: encode(value) for name, value in values.items()}


def accepted_inputs(
    plan: Plan, given: Mapping[str, Any], *, names: Iterable[str], zone: str | None, now: Instant
) -> dict[str, Value]:
    """Return these inputs typed, given or by default, without the unknown; raise `InputError` naming all bad ones."""
    wrong = [(name, f"there is no such input{_meant(name, plan)}") for name in given if name not in plan.inputs]
    values: dict[str, Value] = {}
    for name in names:
        if name not in plan.inputs:
            continue
        try:
            value = accept(plan.inputs[name], given.get(name), name=name, zone=zone, now=now)
        except FieldError as error:
            wrong.append((name, error.told()))
            continue
        if value is not None:
            values[name] = value
    if wrong:
        raise InputError(wrong, playbook=plan.playbook)
    return values


def _meant(name: str, plan: Plan) -> str:
    close = get_close_matches(name, list(plan.inputs), n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(plan.inputs) or 'none'}"
