"""Two engines on one PostgreSQL, one of them stopped by a signal; and a PostgreSQL that goes away in the middle."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pgserver.postgres_server import get_server
from sqlalchemy import make_url

from engine.domain.timeline import SegmentBegan
from engine.runtime.segment import folded
from tests.contract.storage import empty_database, postgres_server
from tests.integration.faults.rig import done_once, houses, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(240)]


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty database."""
    with postgres_server() as server, empty_database(server) as url:
        yield make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def test_an_engine_that_was_stopped_and_continues_does_nothing_any_more(database: str, tmp_path: Path) -> None:
    """Its lease runs out, another engine takes over and finishes; woken again, the first writes and sends nothing."""
    async with houses(tmp_path, "one", "two", url=database) as (one, two):
        one.system.faults["/second"] = ["hang"]
        await one.serve()
        await one.run("trigger", "two")
        await one.asked("/second")
        assert one.serving is not None
        one.serving.send_signal(signal.SIGSTOP)
        await two.serve()
        await two.step("third", "done")
        before = await timeline(tmp_path / "two", database)
        one.system.gate.set()
        one.serving.send_signal(signal.SIGCONT)
        await one.step("third", "done")  # asked of the one that was stopped: it is awake again
        assert await timeline(tmp_path / "two", database) == before
        assert done_once(one.system)
        began = [entry.event.engine for entry in before if isinstance(entry.event, SegmentBegan)]
        assert len(set(began)) == 2
        assert folded(None, before).unclean


async def test_a_database_that_goes_away_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    """PostgreSQL is stopped while an effect is under way; the engine stays up, and goes on when it is there again."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    folder.chmod(0o755)  # run as root, the server is another user, who must get to its data
    server = get_server(folder / "data")
    url = make_url(server.get_uri()).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        async with houses(tmp_path, "one", url=url) as (one,):
            one.system.faults["/second"] = ["hang"]
            await one.serve()
            await one.run("trigger", "two")
            await one.asked("/second")
            server.cleanup()
            one.system.gate.set()
            log = tmp_path / "one" / "logs" / "serve.log"
            async with asyncio.timeout(60):
                while "round_failed" not in log.read_text():  # noqa: ASYNC110 - a file, which sets no event
                    await asyncio.sleep(0.1)
            assert one.serving is not None
            assert one.serving.returncode is None
            server = get_server(folder / "data")
            await one.step("third", "done")
            assert done_once(one.system)
            await timeline(tmp_path / "one", url)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
