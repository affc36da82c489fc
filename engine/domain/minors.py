"""When nothing is taken from anybody: while somebody shown is or may be under 18 (design section 7, rule 1).

Rule kept here: what is not known counts as yes. A playbook that does not ask shows nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

MINOR: Final = "anyone_minor"
MINORS: Final = "Record only where it is and who reported it; use the reporting route for minors."
"""What is done instead."""


def no_files_because(plan: Plan, incident: Incident) -> str:
    """Return why no file is taken now, empty when one is."""
    minor = incident.fact(MINOR)
    if MINOR not in plan.inputs or minor == "no":
        return ""
    return f"no file is taken: someone shown may be under 18 ({minor or 'unknown'})"
