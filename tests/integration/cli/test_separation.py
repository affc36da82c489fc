"""Roles that one person never holds together, as somebody meets them in a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.cli.conftest import FIRST, PLAYBOOK, carry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal import Run

APART = 'separation:\n  - {roles: [commander, comms], why: "Who decides does not speak."}\nphases:'


def test_two_roles_kept_apart_are_told_from_the_beginning(tocsin: Run, tmp_path: Path) -> None:
    """Whom a role passed over is on the timeline, the status says what is kept apart, and assigning is refused."""
    (tmp_path / "playbooks" / "small.yaml").write_text(PLAYBOOK.replace("phases:", APART), encoding="utf-8")
    assert tocsin("trigger", "small", *FIRST).code == 0
    carry()
    held = tocsin("status", "INC-1", "--json").json
    assert not set(held["roles"]["commander"]) & set(held["roles"]["comms"])
    assert "commander and comms are never one person: Who decides does not speak." in tocsin("status", "INC-1").out
    first = held["roles"]["commander"][0]
    ran = tocsin("assign", "INC-1", "comms", first, "--as", first)
    assert ran.code != 0
    assert "nobody holds that and Communications lead together: Who decides does not speak." in ran.err + ran.out
    ran = tocsin("done", "INC-1", "words", "-s", "text=We know of it.", "--as", first)
    assert "You hold Commander, and nobody holds that" in ran.err + ran.out
    assert "Was refused on The statement: You hold Commander" in tocsin("timeline", "INC-1").out
