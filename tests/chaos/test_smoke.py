"""A quarter of a minute of `make chaos`: engines are killed and stopped, PostgreSQL restarts, and everything holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.play import Wish, play
from tests.contract.storage import NAMED_SERVER

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(400)
@pytest.mark.skipif(NAMED_SERVER is not None, reason="a server that others may use is not stopped")
async def test_a_short_chaos_holds(tmp_path: Path) -> None:
    """All alarms that were answered end, and every far side has exactly what the ledger tells."""
    chaos = await play(Wish(seconds=15, incidents=5, seed="smoke-4"), tmp_path)
    assert chaos.unfinished == []
    assert {check.what: check.wrong for check in chaos.checks if check.wrong} == {}
    assert chaos.held
    assert sum(chaos.broke.values()) >= 3
    assert all(check.looked_at for check in chaos.checks)
