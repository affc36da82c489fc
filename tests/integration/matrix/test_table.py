"""The documented matrix is the one that is played, and nothing that writes is missing from it."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

from engine.ports.chat import Chat
from engine.ports.tracker import Tracker
from integrations.slack.methods import METHODS
from tests.architecture.sources import ROOT
from tests.integration.matrix.cells import AMISS, WAYS, WRITES, WRONG, table
from tests.integration.matrix.telling import FAILED, NOT_PLAYED, came_out

READS = {
    "Chat": {"address", "find_channel", "find_post", "link", "read"},
    "Tracker": {"find_ticket", "find_comment", "read", "changed", "twins"},
}
FORMS = {"views.open"}
"""Answers to a press on a button; pressed again, a form opens again."""


def test_the_tables_in_the_documents_are_these() -> None:
    """`python -m tests.integration.matrix.cells` prints what belongs there."""
    assert table() in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_write_of_the_ports_is_in_the_matrix() -> None:
    """Who adds one adds its row, or says that it only reads."""
    for port in (Chat, Tracker):
        methods = {name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")}
        assert methods - READS[port.__name__] == {w.method for w in WRITES if w.port == port.__name__}


def test_every_call_of_slack_that_writes_is_made_to_fail() -> None:
    """By the table of methods that the adapter may call."""
    assert {name for name, method in METHODS.items() if method.writes} - FORMS == {
        write.call for write in WRITES if write.port == "Chat"
    }


def test_what_came_out_is_told_cell_by_cell() -> None:
    """What failed and what was not played cannot be overlooked."""

    def report(cell: str) -> object:
        return SimpleNamespace(user_properties=[("cell", cell)])

    stats = {"passed": [report("invite|500"), SimpleNamespace(user_properties=[])], "failed": [report("edit|500")]}
    lines = {line.split("  ")[0]: line.split() for line in came_out(stats)}
    assert came_out({"passed": [SimpleNamespace(user_properties=[])]}) == []
    assert lines["invite"].count("once") == 1
    assert lines["invite"].count(NOT_PLAYED) == len(WRONG) - 1
    assert " ".join(lines["edit"]).count(FAILED) == 1
    assert lines[WAYS[-1]].count(NOT_PLAYED) == len(AMISS)
