"""Several engines on one PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from tests.contract.storage import empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def database() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with postgres_server() as server, empty_database(server) as url:
        yield make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
