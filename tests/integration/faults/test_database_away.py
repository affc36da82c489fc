"""The PostgreSQL of a running engine is stopped, and started again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.contract.storage import NAMED_SERVER
from tests.integration.faults.database import server
from tests.integration.faults.rig import rig

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.timeout(180),
    pytest.mark.skipif(NAMED_SERVER is not None, reason="a server that others may use is not stopped"),
]


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_the_database_stops_in_mid_act_and_comes_back(home: Path, how: str) -> None:
    """The engine stays up, says so in its log, and finishes once the database is there again, with nothing twice."""
    with server() as database:
        async with rig(home, TOCSIN_DATABASE_URL=database.url) as house:
            house.system.faults["/two"] = ["hang"]
            await house.serve()
            await house.triggered()
            await house.asked("/two")
            await asyncio.to_thread(database.stop, how)
            try:
                await house.logs("round_failed")
                refused = await house.ended("status", "INC-1")
                house.let_through()
                await house.logs("segment_failed")
            finally:
                await asyncio.to_thread(database.start)
            assert refused.code == 2
            assert "the ledger's database cannot be used" in refused.said
            await house.closed()
            assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}
