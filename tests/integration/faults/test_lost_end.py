"""A database whose end was lost: told plainly, and never a wrong ledger."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from engine.domain.errors import TocsinError
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.faults.houses import done_once, houses, timeline
from tests.integration.serve.house import TOCSIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.serve.house import House

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

FRAME = 4096 + 24
"""Bytes of a frame in SQLite's write-ahead log: a page and its header."""


async def refused(house: House, *arguments: str) -> tuple[int, str]:
    """Run a command that ends by itself; return its exit code and what it said."""
    child = await asyncio.create_subprocess_exec(
        *TOCSIN,
        *arguments,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=house.environment,
    )
    _, said = await asyncio.wait_for(child.communicate(), 60)
    return int(child.returncode or 0), said.decode()


async def test_a_database_that_lost_its_end_is_not_served_until_a_person_accepts_it(tmp_path: Path) -> None:
    """The head outside knows better; afterwards what may have been done is looked up, and nothing is done twice."""
    async with houses(tmp_path, "one") as (one,):
        home = tmp_path / "one"
        one.system.faults["/third"] = ["hang"]
        await one.serve()
        await one.run("trigger", "two")
        await one.asked("/third")
        await one.kill()
        one.system.gate.set()
        lost = await asyncio.to_thread(cut, home)
        code, said = await refused(one, "serve", "--port", "0")
        assert code == 3
        assert "known outside the database" in said
        assert "tocsin recover" in said
        assert (await refused(one, "recover", "INC-1", "--accept-loss", "--reason", "the disk failed"))[0] == 0
        await one.serve()
        await one.step("third", "done")
        assert lost > 0
        assert done_once(one.system)
        entries = await timeline(home)
        assert "loss_accepted" in [entry.event.type for entry in entries]


def cut(home: Path) -> int:
    """Cut frames off the end of the write-ahead log until the timeline is shorter; return how many."""
    log = home / "tocsin.db-wal"
    whole = log.read_bytes()
    for frames in range(1, len(whole) // FRAME):
        log.write_bytes(whole[: len(whole) - frames * FRAME])
        (home / "tocsin.db-shm").unlink(missing_ok=True)
        kept = home.with_name("copy")
        shutil.copytree(home, kept)
        try:
            with closing(
                open_ledger(f"sqlite:///{kept / 'tocsin.db'}", home=kept, clock=SystemClock(), salt=new_salt)
            ) as it:
                asyncio.run(it.check_heads())
        except TocsinError:
            return frames
        finally:
            shutil.rmtree(kept)
    raise AssertionError("nothing was lost")
