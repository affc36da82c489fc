"""How people steered an incident as a whole: holds, offers of the command, other versions of its playbook.

Rule kept here: values, parts of the state of an incident, made only by `engine.domain.fold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A time in which nothing automatic begins: who ordered it and who ended it; nobody has while `end` is None."""

    by: str
    since: datetime
    reason: str
    released_by: str = ""
    end: datetime | None = None
    because: str = ""
    """Why it was released."""


@dataclass(frozen=True, slots=True)
class Handover:
    """An offer of the command; `outcome` is empty while it is open, then accepted, declined, replaced or lapsed."""

    number: int
    by: str
    to: str
    at: datetime
    note: str
    summary: tuple[str, ...]
    outcome: str = ""
    ended_at: datetime | None = None
    reason: str = ""
    """Why it was declined."""


@dataclass(frozen=True, slots=True)
class Migration:
    """The incident went over to another version of its playbook."""

    from_version: int
    to_version: int
    by: str
    at: datetime
    reason: str
    changes: tuple[str, ...]
