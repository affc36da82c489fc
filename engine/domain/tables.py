r"""Tables as people type them: rows of cells, each of its column's type.

Rules kept here: a row is a line, its cells parted by `|`, else by tabs, else by `;`, the same for all lines (`\|` is a
`|` inside a cell); a first row that names the columns says their order, and may leave out optional ones; empty lines
say nothing; what is wrong is said with the row and the column, several at once. A table holds its rows as mappings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from engine.domain.parsing import ParseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.field_spec import FieldSpec
    from engine.domain.values import Value

MAX_ROWS = 500
MOST_FAULTS = 5
_PIPE = re.compile(r"(?<!\\)\|")

Cells: TypeAlias = "Mapping[str, object]"
ReadCell: TypeAlias = "Callable[[FieldSpec, object], Value]"


def parse_table(spec: FieldSpec, raw: object, *, cell: ReadCell) -> list[Value]:
    """Return the rows of a table; `cell` reads one cell by its column."""
    rows = _rows(spec, raw)
    _check_count(spec, len(rows))
    found: list[Value] = []
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        values: dict[str, Value] = {}
        faults += [f"row {number}: there is no column {name!r}." for name in row if name not in _names(spec)]
        for column in spec.columns:
            try:
                value = cell(column, row.get(column.name))
            except ParseError as error:
                faults.append(f"row {number}, {column.name}: {error.message}")
                continue
            if value is not None:
                values[column.name] = value
        found.append(values)
    if faults:
        more = f" And {len(faults) - MOST_FAULTS} more." if len(faults) > MOST_FAULTS else ""
        raise ParseError(" ".join(faults[:MOST_FAULTS]) + more, row_hint(spec))
    return found


def row_hint(spec: FieldSpec) -> str:
    """Return how a row is written."""
    return f"One row per line: {' | '.join(_names(spec))}."


def _names(spec: FieldSpec) -> list[str]:
    return [column.name for column in spec.columns]


def _check_count(spec: FieldSpec, count: int) -> None:
    most = MAX_ROWS if spec.max is None else min(MAX_ROWS, int(spec.max))
    if spec.min is not None and count < spec.min:
        raise ParseError(f"needs at least {spec.min} rows, got {count}.", spec.hint or "Give more.")
    if count > most:
        raise ParseError(f"takes at most {most} rows, got {count}.", spec.hint or "Give fewer.")


def _rows(spec: FieldSpec, raw: object) -> list[Cells]:
    """Return the rows of whatever was given: lines, lists of cells, or mappings."""
    given: Sequence[object] = [raw] if isinstance(raw, str | Mapping) or not isinstance(raw, Sequence) else raw
    lines = [line for item in given if isinstance(item, str) for line in item.splitlines() if line.strip()]
    texts = [item for item in given if isinstance(item, str)]
    if texts and len(texts) == len(given):
        return _named(spec, _cut(spec, lines))
    listed = [list(item) for item in given if isinstance(item, list | tuple)]
    if listed and len(listed) == len(given):
        return _named(spec, [row for row in listed if any(str(item).strip() for item in row)])
    mapped = [item for item in given if isinstance(item, Mapping)]
    if len(mapped) != len(given):
        raise ParseError("is not a table.", row_hint(spec))
    return mapped


def _cut(spec: FieldSpec, lines: Sequence[str]) -> list[list[object]]:
    if any(_PIPE.search(line) for line in lines):
        return [[part.replace("\\|", "|").strip() for part in _PIPE.split(_bare(line))] for line in lines]
    if len(spec.columns) == 1:
        return [[line.strip()] for line in lines]
    mark = "\t" if any("\t" in line for line in lines) else ";"
    return [[part.strip() for part in line.split(mark)] for line in lines]


def _bare(line: str) -> str:
    """Return a line without the bars at its ends that some people write."""
    line = line.strip()
    return line[1:-1] if len(line) > 1 and line[0] == line[-1] == "|" and line[-2] != "\\" else line


def _named(spec: FieldSpec, rows: Sequence[Sequence[object]]) -> list[Cells]:
    names, kept = _names(spec), list(rows)
    if kept and _is_head(spec, kept[0]):
        names = [_plain(item) for item in kept.pop(0)]
    for number, row in enumerate(kept, start=1):
        if len(row) > len(names):
            raise ParseError(f"row {number} has {len(row)} cells, and there are {len(names)} columns.", row_hint(spec))
    return [dict(zip(names, row, strict=False)) for row in kept]


def _is_head(spec: FieldSpec, row: Sequence[object]) -> bool:
    """Return whether a row names columns, and all that have to be filled in."""
    named = [_plain(item) for item in row]
    needed = {column.name for column in spec.columns if not column.optional}
    return len(set(named)) == len(named) and needed <= set(named) <= set(_names(spec))


def _plain(item: object) -> str:
    return re.sub(r"[^a-z0-9]+", "_", str(item).strip().lower()).strip("_")
