"""The fault matrix as it came out, for the end of a run of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.integration.matrix.cells import (
    AMISS,
    NOTES,
    WAYS,
    WRITES,
    WRONG,
    drawn,
    expected_of_way,
    expected_of_write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pytest

PROPERTY: Final = "cell"
NOT_PLAYED: Final = "-"
FAILED: Final = "NOT SO"


def came_out(stats: Mapping[str, Sequence[object]]) -> list[str]:
    """Return the lines of both tables with what came out, none when nothing of them was played."""
    passed, failed = _cells(stats.get("passed", ())), _cells(stats.get("failed", ()))
    if not passed and not failed:
        return []

    def came(row: str, column: str, expected: str) -> str:
        cell = f"{row}|{column}"
        return FAILED if cell in failed else expected if cell in passed else NOT_PLAYED

    writes = [
        (write.name, [came(write.name, wrong, expected_of_write(write, wrong)) for wrong in WRONG]) for write in WRITES
    ]
    ways = [(way, [came(way, amiss, expected_of_way(way, amiss)) for amiss in AMISS]) for way in WAYS]
    return [*_aligned(drawn("a write", WRONG, writes)), "", *_aligned(drawn("a way in", AMISS, ways)), *NOTES]


def _cells(reports: Iterable[object]) -> set[str]:
    found = [dict(getattr(report, "user_properties", ())).get(PROPERTY) for report in reports]
    return {str(cell) for cell in found if cell}


def _aligned(lines: Sequence[str]) -> list[str]:
    cells = [line.strip("| ").split(" | ") for line in lines if "---" not in line]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def tell(reporter: pytest.TerminalReporter) -> None:
    """Write the tables under the results."""
    lines = came_out(reporter.stats)
    if lines:
        reporter.section("what came of the fault matrix")
        for line in lines:
            reporter.line(line)
