"""Kill -9 in a rebuild and in a migration: the database is whole, and the next attempt comes to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from integrations.storage.migrate import REVISIONS
from tests.contract.storage import Place, empty_database
from tests.crash.keeping import Kept, Rows, environment_of, folder_of, made_of
from tests.crash.points import KEPT, MIGRATION, REBUILD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.points import Point

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
MADE = ("asks", "timers", "incidents")
"""What a rebuild makes again."""


@pytest.fixture(params=DATABASES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """An empty database of each kind."""
    yield from furnished(request.param, request, tmp_path / "home")


def furnished(kind: str, request: pytest.FixtureRequest, home: Path) -> Iterator[Kept]:
    """Give an empty database, with a data folder beside it."""
    folder_of(home)
    if kind == "sqlite":
        place = Place(f"sqlite:///{home / 'tocsin.db'}", home)
        yield Kept(place, environment_of(place, url=place.url))
        return
    with empty_database(request.getfixturevalue("server")) as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        place = Place(url, home)
        yield Kept(place, environment_of(place, url=address))


def of(what: str) -> pytest.MarkDecorator:
    """Return the mark of a test that is played at each point of something."""
    points = [point for point in KEPT if point.what == what]
    return pytest.mark.parametrize("point", points, ids=lambda point: point.name)


@of(REBUILD)
async def test_killed_in_a_rebuild(point: Point, kept: Kept) -> None:
    """Each incident has its old lists or its new ones, never half of them; the timelines are as they were."""
    await kept.fill()
    right = kept.rows()
    kept.falsify()
    spoiled = kept.rows()
    assert spoiled != right
    kept.killed(point, "rebuild")
    after = kept.rows()
    assert without(after) == without(right)
    fresh = [name for name in incidents(right) if of_incident(after, name) == of_incident(right, name)]
    old = [name for name in incidents(right) if of_incident(after, name) == of_incident(spoiled, name)]
    assert sorted(fresh + old) == incidents(right)
    assert bool(fresh) == (point.moment == "committed") or "postgresql" in kept.place.url  # it writes in four threads
    kept.runs("verify")
    for _ in range(2):
        kept.runs("rebuild")
        assert kept.rows() == right


@of(MIGRATION)
async def test_killed_in_a_migration(point: Point, kept: Kept, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """From the first version's tables: they are as they were, or as they should be, and everything is in them."""
    for model in furnished(kept.place.url.partition(":")[0], request, tmp_path / "model"):
        await model.fill()
        newest, rows = model.shape(), model.rows()
        made_of(REVISIONS[0], kept.place, rows)
    old, shape = kept.rows(), kept.shape()
    kept.killed(point, "verify")
    if point.moment == "committed":
        assert kept.rows()["alembic_version"] == [{"version_num": REVISIONS[-1]}]
    else:
        assert (kept.rows(), kept.shape()) == (old, shape)
    kept.runs("verify")
    assert kept.shape() == newest
    assert kept.rows()["alembic_version"] == [{"version_num": REVISIONS[-1]}]
    assert narrowed(kept.rows(), to=old) == old | {"alembic_version": [{"version_num": REVISIONS[-1]}]}


def without(rows: Rows) -> Rows:
    """Return the rows that a rebuild leaves alone."""
    return {table: found for table, found in rows.items() if table not in MADE}


def incidents(rows: Rows) -> list[str]:
    """Return the ids of the incidents."""
    return sorted(row["incident"] for row in rows["incidents"])


def of_incident(rows: Rows, incident: str) -> Rows:
    """Return what a rebuild makes again of one incident."""
    return {table: [row for row in rows[table] if row["incident"] == incident] for table in MADE}


def narrowed(rows: Rows, *, to: Rows) -> Rows:
    """Return rows with only the columns of others."""
    return {
        table: [{name: value for name, value in row.items() if name in (to[table] or [row])[0]} for row in rows[table]]
        for table in to
    }
