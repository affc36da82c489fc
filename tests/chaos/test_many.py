"""A dozen incidents of `make many`: engines and a Prefect worker are killed, and everything is done once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.many import Wish, play

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("prefect")
async def test_two_engines_and_a_prefect_worker_finish_a_dozen_incidents(tmp_path: Path) -> None:
    """Every act stands once on a timeline that fits, and was done once at the far side."""
    played = await play(Wish(incidents=12, engines=2, workers=1, kills=4, seed="4", limit=400, patience=10), tmp_path)
    assert played.wrong == []
    assert sum(played.killed.values()) > 0
