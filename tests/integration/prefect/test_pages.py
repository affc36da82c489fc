"""The page of an incident among Prefect's artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.prefect.rig import WARM, lane

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

if TYPE_CHECKING:
    from pathlib import Path


async def test_each_incident_has_one_page_which_its_newest_flow_run_shows(home: Path, tmp_path: Path) -> None:
    """Also after warm stretches; a version per stretch, and none more when the engine starts again."""
    async with lane(home, tmp_path / "playbooks", "one", "two", TOCSIN_PREFECT="required") as house:
        await house.serve()
        await house.run("trigger", "lane")
        await house.step("two", "done")

        async def shown() -> bool:
            pages = await house.pages()
            return bool(pages) and "| `two` | done |" in pages[0]["data"]

        await house.seen(shown)
        (page,) = await house.pages()
        (run,) = await house.runs()
        assert (page["key"], page["type"], page["flow_run_id"]) == ("inc-1", "markdown", run["id"])
        assert "Stretches of work: 1 (1 in waiting flow runs)" in page["data"]
        assert "The lane" not in page["data"]
        await house.run("note", "INC-1", "Somebody rang")
        events = (await house.run("status", "INC-1"))["events"]

        async def grown() -> bool:
            return f"· {events} events" in (await house.pages())[0]["data"]

        await house.seen(grown)
        versions = [one["id"] for one in await house.pages()]
        await house.kill()
        await house.serve()
        await house.described(*WARM)
        await house.run("trigger", "lane")

        async def next_one() -> bool:
            return bool(await house.pages("INC-2"))

        await house.seen(next_one)
        assert [one["id"] for one in await house.pages()] == versions
