"""The clock of an exercise's story: begun in an empty data folder, and moved forward when told to.

Rule kept here: a data folder is of exercises from its first moment or never: no clock is begun where incidents are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bootstrap.office import STORY
from engine.domain.errors import ConfigError
from integrations.system.clock import StoryClock

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MARKS = ("tocsin.db", "heads")
"""Files that a data folder has once anything was written to its ledger."""


def start(home: Path, *, at: datetime, scale: float) -> None:
    """Begin a story at an instant; it moves `scale` times as fast as real time."""
    if any((home / name).exists() for name in MARKS):
        raise ConfigError(f"{home} holds incidents already.", hint="Begin an exercise in a folder of its own.")
    StoryClock(home / STORY, start=at, scale=scale)


def now(home: Path) -> datetime:
    """Return the story's present instant."""
    return StoryClock(home / STORY).now()


def reach(home: Path, *, at: datetime) -> None:
    """Let the story stand at an instant from now on, unless it has come there by itself."""
    StoryClock(home / STORY).reach(at)
