"""The PostgreSQL of a running engine is stopped, and started again."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.storage import NAMED_SERVER
from tests.integration.faults.rig import rig

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.timeout(180),
    pytest.mark.skipif(NAMED_SERVER is not None, reason="a server that others may use is not stopped"),
]


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of this test's own, which can be stopped."""

    url: str
    handle: Any

    def stop(self, how: str) -> None:
        """Stop it: `fast` ends what is open in order, `immediate` is a crash."""
        from pgserver import postgres_server  # noqa: PLC0415 - a test-only package

        program = Path(postgres_server.__file__).parent / "pginstall" / "bin" / "pg_ctl"
        command = [program, "-D", self.handle.pgdata, "-w", "-m", how, "stop"]
        subprocess.run(command, check=True, capture_output=True, user=self.handle.system_user)

    def start(self) -> None:
        """Start it again where it was."""
        self.handle.ensure_postgres_running()


@contextmanager
def server() -> Iterator[Server]:
    """Run a server of this test's own, with an empty database."""
    from pgserver.postgres_server import get_server  # noqa: PLC0415 - a test-only package

    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    folder.chmod(0o755)  # run as root, the server is another user, who must get to its data
    handle = get_server(folder / "data")
    try:
        yield Server(handle.get_uri(), handle)
    finally:
        handle.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


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
