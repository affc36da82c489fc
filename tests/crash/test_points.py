"""Kill -9 at every named point, on SQLite and PostgreSQL: nothing is lost, nothing is done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.contract.storage import empty_database
from tests.crash.points import POINTS
from tests.crash.rig import Crash, crash

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crash.points import Point

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

UNSURE = {
    ("effect_intended:blind", "committed"),
    ("effect_intended:blind", "told"),
    *(("blind", moment) for moment in ("intended", "sent", "answered")),
    ("effect_done:blind", "uncommitted"),
}
"""Where nobody can tell whether the act that cannot be looked up was done. Elsewhere it may be under way by chance."""


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
async def test_killed_on_sqlite(point: Point, tmp_path: Path) -> None:
    """The engine is started again on its data folder."""
    async with crash(point, tmp_path) as made:
        await holds(made)


@pytest.mark.postgres
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
async def test_killed_on_postgresql(point: Point, tmp_path: Path, server: str) -> None:
    """The engine is started again on its data folder; its ledger is in a database beside it."""
    with empty_database(server) as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        async with crash(point, tmp_path, database=address) as made:
            await holds(made)


async def holds(made: Crash) -> None:
    """Play it, and see that it came out right."""
    status = await made.play()
    assert made.reached, f"the engine never came to {made.point.name}"
    steps = {step["id"]: step["state"] for phase in status["phases"] for step in phase["steps"]}
    assert set(steps.values()) == {"done"}, steps
    judged = await made.judged()
    assert judged.undone == []
    assert judged.twice == []
    assert judged.there == judged.ledger
    assert judged.verified
    if (made.point.what, made.point.moment) in UNSURE:
        assert judged.reasons == ["looked there"]
