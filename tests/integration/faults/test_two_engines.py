"""Two engines want one incident: on one data folder, and on one PostgreSQL."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from engine.domain import timeline as ev
from tests.contract.storage import empty_database, postgres_server
from tests.integration.faults.rig import rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database of this test's own."""
    with postgres_server() as server, empty_database(server) as url:
        yield make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def test_a_second_engine_on_the_data_folder_is_refused_and_harms_nothing(home: Path) -> None:
    """In the middle of an act the second one says who is there and ends; the first one finishes."""
    async with rig(home) as house:
        house.system.faults["/one"] = ["hang"]
        await house.serve()
        await house.triggered()
        await house.asked("/one")
        assert house.serving is not None
        second = await house.ended("serve", "--port", "0")
        assert second.code == 3
        assert f"already works on {home} (process {house.serving.pid}, http://127.0.0.1:" in second.said
        assert second.said.splitlines()[1:] == ["hint: Stop the other one first, or give this one its own TOCSIN_HOME."]
        house.let_through()
        entries = await house.closed()
        assert [entry.event.type for entry in entries].count("segment_began") == 1
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


@pytest.mark.postgres
async def test_an_engine_that_stood_still_past_its_lease_does_nothing_more(home: Path, tmp_path: Path) -> None:
    """Another one takes over from it and finishes; awake again, it appends nothing and asks nobody for anything."""
    with database() as url:
        async with rig(home, TOCSIN_DATABASE_URL=url) as first:
            second = replace(
                first, environment={**first.environment, "TOCSIN_HOME": str(tmp_path / "second")}, said=bytearray()
            )
            first.system.faults["/two"] = ["hang"]
            await first.serve()
            assert first.serving is not None
            await first.triggered()
            await first.asked("/two")
            first.serving.send_signal(signal.SIGSTOP)
            try:
                await second.serve()
                entries = await second.closed()
                asked = dict(first.system.asked)
                assert asked == {"/one": 1, "/two": 1, "/three": 1}
                began = [entry.event for entry in entries if isinstance(entry.event, ev.SegmentBegan)]
                assert [one.unclean for one in began] == [False, True]
                assert began[0].engine != began[1].engine
                first.serving.send_signal(signal.SIGCONT)
                first.let_through()
                await first.logs("lease_lost")
                after = await second.entries()
                assert [entry.hash for entry in after] == [entry.hash for entry in entries]
                assert dict(first.system.asked) == asked
            finally:
                await second.stop()
