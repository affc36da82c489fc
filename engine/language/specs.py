"""Fields of the file to typed field specifications, defaults included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.fields import NOW, FieldSpec, FieldType, Value, accept
from engine.domain.fields import Now as NowDefault
from engine.domain.playbook import FieldModel
from engine.domain.values import Instant

_ANY_MOMENT = Instant(datetime(2000, 1, 1, tzinfo=UTC))


def spec_of(name: str, model: FieldModel) -> FieldSpec:
    """Return the specification of a field; raise `FieldError` when its default does not fit it."""
    bare = FieldSpec(
        name=name,
        type=model.type,
        list=model.list,
        optional=model.optional,
        options=model.options,
        min=_decimal(model.min),
        max=_decimal(model.max),
        hint=model.hint,
        sensitivity=model.sensitivity,
        revises=model.revises.removeprefix("inputs.") if model.revises else None,
        columns=tuple(
            FieldSpec(name=column, type=FieldType(kind.type), optional=kind.optional, options=tuple(kind.options))
            for column, kind in model.columns.items()
        ),
    )
    return replace(bare, default=_default(bare, model))


def specs_of(models: Mapping[str, FieldModel]) -> dict[str, FieldSpec]:
    """Return the specifications of an input list or a form, by name."""
    return {name: spec_of(name, model) for name, model in models.items()}


def _default(spec: FieldSpec, model: FieldModel) -> Value | NowDefault:
    if model.default is None:
        return None
    if spec.type is FieldType.DATETIME and model.default == "now":
        return NOW
    return accept(spec, model.default, name="default", zone=None, now=_ANY_MOMENT)


def _decimal(number: float | None) -> Decimal | None:
    if number is None:
        return None
    return Decimal(int(number)) if number == int(number) else Decimal(repr(number))
