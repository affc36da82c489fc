"""What a plan says of people: which roles one person never holds together, and who is heard before a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SeparationPlan:
    """Roles that one person never holds together, and why."""

    roles: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class ConsultPlan:
    """The roles that are asked for their view; with `first` the step waits so long for them before it is asked."""

    roles: tuple[str, ...]
    first: timedelta | None = None
