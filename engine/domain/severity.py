"""How bad an incident is: the latest answer to a field `severity`.

Rules kept here: a field of the incident's own playbook counts, and what a called playbook gives back under that name,
once it is done; a field inside a called playbook says how bad that part is and counts for nobody else, nor does what is
done once per element. The latest answer holds, wherever it stands in the playbook.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.domain.lifecycle import StepStatus
from engine.domain.sensitivity import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan

SEVERITY = "severity"
"""The field of a form, and the output of a called playbook, that is how bad an incident is."""
_BEFORE = datetime.min.replace(tzinfo=UTC)


def severity_of(plan: Plan, incident: Incident, *, may_see: Callable[[Sensitivity], bool] | None = None) -> str:
    """Return how bad an incident is, as said last where `may_see` holds; empty while nobody has said."""
    said = [
        (_moment(incident, entry), str(output[SEVERITY]))
        for step in plan.steps.values()
        if tells(step) and (may_see is None or may_see(step.sensitivity_of(SEVERITY)))
        if (output := (entry := incident.step(step.id)).output) and output.get(SEVERITY)
        if step.call is None or entry.status is StepStatus.DONE
    ]
    return max(said, key=lambda pair: pair[0])[1] if said else ""


def tells(step: StepPlan) -> bool:
    """Return whether a step of the incident's own playbook says how bad it is."""
    return SEVERITY in step.form or (step.call is not None and SEVERITY in step.call.outputs)


def _moment(incident: Incident, entry: Step) -> datetime:
    answered = incident.asks.get(entry.ask or "")
    if answered is not None and answered.last is not None:
        return answered.last.at
    return entry.settled_at or _BEFORE
