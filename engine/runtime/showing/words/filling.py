"""What a ticket is filled with beside its text, and what is said of tickets that are not made on purpose.

Rule kept here: what a restricted incident is about is told to no field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import severity
from engine.domain.authority import COMMANDER
from engine.domain.chain import instant_text
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import EPIC, withheld
from engine.runtime.showing.words.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.plan import StepPlan

STAYS = "answer it in Slack or with `tocsin answer`"


def facts_of(scene: Scene, step: StepPlan | None = None) -> Mapping[str, str]:
    """Return what the tracker's fields may be filled with; the incident's own issue has no phase and no step."""
    incident = scene.incident
    held_back = scene.plan.sensitivity is not Sensitivity.INTERNAL
    return {
        "incident": incident.id,
        "title": "" if held_back else incident.title,
        "playbook": incident.playbook,
        "phase": step.phase if step else "",
        "step": step.id if step else "",
        "severity": severity_of(scene),
        "commander": scene.names([COMMANDER]),
        "declared_by": scene.name(incident.declared_by),
        "declared_at": instant_text(incident.declared_at),
        "exercise": "yes" if incident.exercise else "no",
    }


def severity_of(scene: Scene) -> str:
    """Return how bad the incident is, as somebody said whom everybody may read."""
    return severity.severity_of(scene.plan, scene.incident, may_see=lambda found: found is Sensitivity.INTERNAL)


def withheld_lines(scene: Scene) -> Iterator[str]:
    """Yield what is not in the tracker on purpose and still asked."""
    if withheld(scene.incident, EPIC, EPIC):
        yield "Nothing of this incident is in Jira: it is restricted, and others would see it there."
    for ask in scene.incident.asks.values():
        if ask.open and scene.withheld(ask):
            yield f"“{scene.title(ask.step)}” has no ticket: it is restricted, and others would see it; {STAYS}."
