"""One PostgreSQL for all crashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.storage import postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server, started once."""
    with postgres_server() as url:
        yield url
