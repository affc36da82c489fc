"""Which crashes are played: all of them when asked, else a dozen that changes from day to day; one PostgreSQL for all.

Every crash is a cell of a table, point by database. The dozen of a day is spread over the whole table, so that in three
weeks of running the tests each cell has had its turn.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from integrations.system.clock import SystemClock
from tests.contract.storage import postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = "CRASHES"
"""Set to `all` by `make crash`."""
DOZEN = 12
CELLS = ("test_points", "test_keeping")
"""The files in which each test is a crash."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not of today."""
    cells = [item for item in items if item.path.stem in CELLS]
    named = any(name in argument for argument in config.invocation_params.args for name in CELLS)
    named = named or config.option.keyword
    if os.environ.get(EVERY) == "all" or named or not cells:
        return
    stride = -(-len(cells) // DOZEN)
    ordered = sorted(cells, key=lambda item: item.nodeid)
    todays = set(ordered[SystemClock().real_now().toordinal() % stride :: stride])
    config.hook.pytest_deselected(items=[item for item in cells if item not in todays])
    items[:] = [item for item in items if item not in set(cells) - todays]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server, started once."""
    with postgres_server() as url:
        yield url
