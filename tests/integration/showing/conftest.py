"""A stage for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.showing.stage import Stage, stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def on_stage(home: Path) -> AsyncIterator[Stage]:
    """A stage in a folder of its own."""
    async with stage(home) as made:
        yield made
