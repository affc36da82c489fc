"""The documented table of crashes is the one that is played."""

from __future__ import annotations

from tests.architecture.sources import ROOT
from tests.crash.points import ALL
from tests.crash.table import PARTS, table


def test_the_table_in_the_documents_is_this_one() -> None:
    """`python -m tests.crash.table` prints what belongs there."""
    assert table() in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_point_is_in_the_table() -> None:
    """Nothing is played that the table does not count."""
    assert {point.what for point in ALL} == {what for _, whats, _ in PARTS for what in whats}
