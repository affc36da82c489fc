"""Every rehearsal beside the playbooks comes to what it expects, and each playbook has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.entrypoints.cli.testing import try_out

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
FILES = sorted((PLAYBOOKS / "rehearsals").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rehearsal_comes_to_what_it_expects(path: Path) -> None:
    """Played with its own seed, as `tocsin test` does it."""
    tried = try_out(path)
    assert tried.wrong == ()
    assert tried.name == path.stem
