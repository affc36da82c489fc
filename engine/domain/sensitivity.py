"""How far a value may be seen; a word that fields, steps and whole playbooks share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Sensitivity(StrEnum):
    """Who may see a value: everyone in the incident, named roles only, or counsel only."""

    INTERNAL = "internal"
    RESTRICTED = "restricted"
    PRIVILEGED = "privileged"


def most(found: Iterable[Sensitivity]) -> Sensitivity:
    """Return the one that fewest people may see: privileged before restricted before internal."""
    return max(found, key=list(Sensitivity).index, default=Sensitivity.INTERNAL)
