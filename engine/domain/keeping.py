"""What of an action's result is kept: where it stands, what it is, and who may see it.

Rules kept here: a value that has a type is of that type, or it is not kept; what is said of one that is not names the
field and its type and never the value, which may be restricted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.domain.fields import FieldError, FieldSpec, FieldType, accept
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import Instant, encode, encode_foreign

if TYPE_CHECKING:
    from engine.domain.values import Json

_ANY_MOMENT = Instant(datetime(2000, 1, 1, tzinfo=UTC))


class MisfitError(ValueError):
    """A value is not of the type that its name has."""


@dataclass(frozen=True, slots=True)
class KeepPlan:
    """A place in a result; without a spec, whatever stands there is kept as it is."""

    place: str
    spec: FieldSpec | None = None
    sensitivity: Sensitivity = Sensitivity.INTERNAL


def stored(plan: KeepPlan, name: str, value: Json) -> Json:
    """Return the kept form of a value; raise `MisfitError` with a sentence when it is not of its type."""
    if plan.spec is None:
        return encode_foreign(value)
    kind = f"a list of {plan.spec.type}" if plan.spec.list else f"a {plan.spec.type}"
    if isinstance(value, dict) or (isinstance(value, list) and not plan.spec.list):
        raise MisfitError(f"{name} is not {kind}, so it was not kept")
    if value == "" and plan.spec.type is FieldType.TEXT:
        return ""
    try:
        return encode(accept(plan.spec, value, name=name, zone=None, now=_ANY_MOMENT))
    except FieldError:
        raise MisfitError(f"{name} is not {kind}, so it was not kept") from None
