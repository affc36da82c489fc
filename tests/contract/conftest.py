"""Every database the ledger promises to work on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contract.storage import Place, empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from integrations.storage.ledger import SqlLedger


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server, started once."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of each kind."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path / 'ledger.db'}", home)
        return
    with empty_database(request.getfixturevalue("postgres")) as url:
        yield Place(url, home)


@pytest.fixture
async def ledger(place: Place) -> AsyncIterator[SqlLedger]:
    """A ledger that is closed when the test ends."""
    async with place.open() as opened:
        yield opened
