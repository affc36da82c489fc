"""Files that may not be written to: at the start of an engine, and under a running one."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.rig import frozen, rig

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("tocsin.db", "the ledger's database cannot be used: attempt to write a readonly database"),
        ("heads", "the ledger's database cannot be used: [Errno"),
        (".", "The data folder cannot be written to: "),
    ],
)
async def test_an_engine_that_may_not_write_says_what_and_does_not_start(home: Path, what: str, said: str) -> None:
    """It is a matter of configuration: two lines and exit code 2. Once it may, it serves, and nothing was harmed."""
    async with rig(home) as house:
        await house.triggered()
        with frozen(home / what):
            refused = await house.ended("serve", "--port", "0")
        assert refused.code == 2
        assert refused.said.startswith(f"error: {said}")
        assert [line.split(":")[0] for line in refused.said.splitlines()] == ["error", "hint"]
        await house.serve()
        await house.closed()


async def test_a_folder_that_cannot_be_made_is_named(home: Path) -> None:
    """Every command says so in the same way."""
    async with rig(home / "new") as house:
        with frozen(home):
            refused = [await house.ended(*command) for command in (["serve", "--port", "0"], ["trigger", "acts"])]
        assert [one.code for one in refused] == [2, 2]
        assert all(str(home / "new") in one.said for one in refused)
        assert all("fault of Tocsin" not in one.said for one in refused)


async def test_files_that_are_closed_under_a_running_engine_are_waited_for(home: Path) -> None:
    """It stays up and says so, unless its system lets it go on with what it has open; then nothing was done twice."""
    async with rig(home) as house:
        house.system.faults["/one"] = ["hang"]
        await house.serve()
        await house.triggered()
        await house.asked("/one")
        with ExitStack() as closed:
            for name in ("tocsin.db", "tocsin.db-wal", "heads"):
                closed.enter_context(frozen(home / name))
            house.let_through()
            await house.until(lambda: house.has_logged("segment_failed") or house.system.asked["/three"])
        await house.closed()
        assert dict(house.system.asked) == {"/one": 1, "/two": 1, "/three": 1}
