"""There is no space left under a running engine, and later there is again."""

from __future__ import annotations

import resource
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from engine.domain import timeline as ev
from tests.integration.faults.rig import rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.faults.rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MEGABYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of sixteen megabytes, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(house: Rig) -> Iterator[None]:
    """Fill the disk to its last byte for the length of the context."""
    ballast = house.home / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (MEGABYTE, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def limited(house: Rig) -> Iterator[None]:
    """Let the engine make no file longer for the length of the context."""
    assert house.serving is not None
    before = resource.prlimit(house.serving.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(house.serving.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(house.serving.pid, resource.RLIMIT_FSIZE, before)


async def test_on_a_full_disk_the_engine_says_so_and_goes_on_once_there_is_space(
    small_disk: Path, tmp_path: Path
) -> None:
    """What could not be written down is looked up afterwards; a command is told as plainly as the log."""
    async with rig(small_disk / "home", place=tmp_path) as house:
        await under_way(house)
        with filled(house):
            house.let_through()
            await house.logs("segment_failed")
            assert reasons(house) == {"the ledger could not be written: database or disk is full"}
            refused = await house.ended("trigger", "acts")
        assert refused.code == 3
        assert refused.said.startswith(
            "error: the ledger could not be written: database or disk is full\nhint: Look at"
        )
        await house.closed()
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


async def test_an_engine_is_not_started_on_a_full_disk_and_says_why(small_disk: Path, tmp_path: Path) -> None:
    """Whatever it could not write first is named; with space it starts, and finishes what it finds."""
    async with rig(small_disk / "home", place=tmp_path) as house:
        await under_way(house)
        await house.kill()
        house.let_through()
        with filled(house):
            refused = await house.ended("serve", "--port", "0")
        assert refused.code in (2, 3)
        assert [line.split(":")[0] for line in refused.said.splitlines()] == ["error", "hint"]
        assert "full" in refused.said or "No space left" in refused.said
        await house.serve()
        await house.closed()
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


async def test_with_files_that_may_not_grow_the_engine_goes_on_once_they_may(home: Path) -> None:
    """As on a full disk, for every user: the limit is the process's own."""
    async with rig(home) as house:
        await under_way(house)
        with limited(house):
            house.let_through()
            await house.logs("segment_failed")
        await house.closed()
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}


async def test_a_lease_that_cannot_be_prolonged_is_lost_and_its_acts_end(home: Path) -> None:
    """An act under way is given up in time, for another engine may look it up; with space again it is found."""
    async with rig(home) as house:
        await under_way(house)
        with limited(house):
            await house.logs("lease_not_prolonged")
            await house.logs("lease_lost")
        entries = await house.closed()
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}
        assert [one.event.adopted for one in entries if isinstance(one.event, ev.EffectDone)] == [True, False, False]


async def under_way(house: Rig) -> None:
    """Have the engine wait for the answer to its first act, which was done."""
    house.system.faults["/one"] = ["hang"]
    await house.serve()
    await house.triggered()
    await house.asked("/one")


def reasons(house: Rig) -> set[str]:
    """Return why the incident could not be carried."""
    return {line["why"] for line in house.logged() if line["event"] == "segment_failed"}
