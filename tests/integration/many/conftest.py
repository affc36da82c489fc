"""Several engines on one PostgreSQL, which holds Prefect's own database as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.contract.storage import empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The address of an empty database."""
    with empty_database(postgres) as url:
        yield make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def prefect_database(postgres: str) -> Iterator[str]:
    """The address of another one, as Prefect's server wants it."""
    with empty_database(postgres) as url:
        yield make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
