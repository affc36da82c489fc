"""Tables that people filled in, as rows of texts.

Rule kept here: a table is shown whole or, where a reader may not see it, not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.actions.defang import defanged
from engine.domain.fields import FieldType
from engine.domain.sensitivity import Sensitivity
from engine.domain.values import decode
from engine.reports.values import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.domain.fields import FieldSpec
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.domain.values import Json, Value


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A table that was filled in at a step, its rows in the order of its columns."""

    step: str
    field: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def filled_tables(plan: Plan, incident: Incident, *, may_see: Callable[[Sensitivity], bool]) -> Iterator[FilledTable]:
    """Yield the tables that people filled in and a reader may see."""
    for entry in incident.steps.values():
        step = plan.step_at(entry.id)
        for name, spec in step.form.items():
            value = (entry.output or {}).get(name)
            open_to = may_see(step.sensitivity) and may_see(spec.sensitivity)
            if spec.type is FieldType.TABLE and value is not None and open_to:
                yield FilledTable(entry.id, name, column_names(spec), rows_of(spec, value))


def for_everybody(sensitivity: Sensitivity) -> bool:
    """Return whether everybody in an incident may see something."""
    return sensitivity is Sensitivity.INTERNAL


def column_names(spec: FieldSpec) -> tuple[str, ...]:
    """Return the names of a table's columns, for people."""
    return tuple(column.name.replace("_", " ") for column in spec.columns)


def rows_of(spec: FieldSpec, value: Json, *, zone: str = "") -> tuple[tuple[str, ...], ...]:
    """Return the rows of a kept table as texts, addresses defanged; a cell that was left empty is empty."""
    rows: Any = decode(value)
    return tuple(
        tuple(_cell(row[column.name], zone=zone) if column.name in row else "" for column in spec.columns)
        for row in rows
    )


def _cell(value: Value, *, zone: str) -> str:
    return defanged(plain_text(value, zone=zone))
