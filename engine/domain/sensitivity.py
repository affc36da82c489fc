"""How far a value may be seen; a word that fields, steps and whole playbooks share."""

from __future__ import annotations

from enum import StrEnum


class Sensitivity(StrEnum):
    """Who may see a value: everyone in the incident, named roles only, or counsel only."""

    INTERNAL = "internal"
    RESTRICTED = "restricted"
    PRIVILEGED = "privileged"
