"""Tables as people type them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.fields import FieldError, FieldSpec, FieldType, accept
from engine.domain.values import Instant, decode, encode

NOW = Instant(datetime(2026, 11, 24, 2, 10, tzinfo=UTC))
SPEC = FieldSpec(
    "places",
    FieldType.TABLE,
    columns=(
        FieldSpec("place", FieldType.TEXT),
        FieldSpec("kind", FieldType.CHOICE, options=("copy", "link"), optional=True),
        FieldSpec("count", FieldType.NUMBER, optional=True),
    ),
)
ROWS = [{"place": "Forum", "kind": "copy", "count": Decimal(3)}, {"place": "Mirror"}]


def read(raw: Any, spec: FieldSpec = SPEC) -> Any:  # noqa: ANN401 anything typed, and rows
    """Return the rows of what was typed."""
    return accept(spec, raw, name=spec.name, zone="Europe/Berlin", now=NOW)


@pytest.mark.parametrize(
    "raw",
    [
        "Forum | copy | 3\nMirror",
        "| Forum | copy | 3 |\n\n| Mirror | | |",
        "Forum;copy;3\nMirror;;",
        "Forum\tcopy\t3\nMirror",
        "Place | Kind | Count\nForum | copy | 3\nMirror",
        "count;place;kind\n3;Forum;copy\n;Mirror;",
        "place;count;kind\nForum;3;Copy\nMirror",
        ["Forum;copy;3", "Mirror"],
        [["Forum", "copy", "3"], ["Mirror"]],
        [["place", "kind", "count"], ["Forum", "copy", "3"], ["Mirror", "", ""]],
        [{"place": "Forum", "kind": "copy", "count": Decimal(3)}, {"place": "Mirror"}],
    ],
)
def test_a_table_is_typed_as_people_write_one(raw: Any) -> None:  # noqa: ANN401 anything typed
    """Bars, semicolons, tabs, a first row of names in any order, cells of a file, or JSON: the rows are the same."""
    assert read(raw) == ROWS
    assert decode(encode(read(raw))) == ROWS


def test_a_bar_may_stand_inside_a_cell() -> None:
    """With a backslash before it."""
    assert read("a \\| b | link") == [{"place": "a | b", "kind": "link"}]


def test_each_wrong_cell_is_named_with_its_row() -> None:
    """Several at once, each with its column, and how a row is written."""
    with pytest.raises(FieldError) as caught:
        read("Forum | stream | many\n | copy")
    assert str(caught.value).startswith("places: row 1, kind: 'stream' is not one of the options. row 1, count: 'many'")
    assert "row 2, place: is missing." in str(caught.value)
    assert caught.value.hint() == "One row per line: place | kind | count."


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("a | copy | 1 | 2", "row 1 has 4 cells, and there are 3 columns."),
        (["a;copy", {"place": "b"}], "is not a table."),
        ([{"place": "a", "colour": "red"}], "row 1: there is no column 'colour'."),
        ("\n".join(f"row {n}" for n in range(501)), "takes at most 500 rows, got 501."),
        ("", "is missing."),
    ],
)
def test_what_is_no_table_is_refused(raw: Any, told: str) -> None:  # noqa: ANN401 anything typed
    """The reason comes first."""
    with pytest.raises(FieldError, match="places: ") as caught:
        read(raw)
    assert told in str(caught.value)


def test_rows_are_counted() -> None:
    """`min` and `max` bound them."""
    spec = FieldSpec("places", FieldType.TABLE, columns=SPEC.columns, min=Decimal(2), max=Decimal(3))
    assert len(read("a\nb", spec)) == 2
    for raw in ("a", "a\nb\nc\nd"):
        with pytest.raises(FieldError, match="rows, got"):
            read(raw, spec)
