"""When nothing is taken from anybody: while somebody shown is or may be under 18 (design section 7, rule 1).

Rule kept here: what is not known counts as yes. The incident's own playbook says it where it asks, else the playbook
whose step it is; where neither asks, nobody is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.domain.naming import beside

if TYPE_CHECKING:
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

MINOR: Final = "anyone_minor"
MINORS: Final = "Record only where it is and who reported it; use the reporting route for minors."
"""What is done instead."""


def minor_shown(plan: Plan, incident: Incident, instance: str) -> str | None:
    """Return whether anyone shown may be under 18, as a step's instance knows it; None where nothing asks for it."""
    name = MINOR if MINOR in plan.inputs else beside(instance, MINOR)
    return str(incident.fact(name) or "unknown") if plan.find_input(name) else None


def no_files_because(plan: Plan, incident: Incident, instance: str) -> str:
    """Return why a step takes no file now, empty when it takes one."""
    minor = minor_shown(plan, incident, instance)
    return "" if minor in (None, "no") else f"no file is taken: someone shown may be under 18 ({minor})"
