"""What people fill in where a rehearsal does not say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.fields import FieldSpec, FieldType
from engine.rehearsal.forms import SENTENCE, made_up

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_table_gets_as_many_rows_as_it_needs_of_cells_that_fit() -> None:
    """Each column takes the first that it can, as a field of its own would."""
    columns = (
        FieldSpec("what", FieldType.TEXT),
        FieldSpec("kind", FieldType.CHOICE, options=("prevent", "detect")),
        FieldSpec("count", FieldType.NUMBER),
    )
    table = FieldSpec("actions", FieldType.TABLE, columns=columns, min=Decimal(2))
    assert made_up(table, person="ana", now=NOW) == [{"what": SENTENCE, "kind": "prevent", "count": "1"}] * 2
