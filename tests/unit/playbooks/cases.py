"""The playbooks that come with Tocsin, checked and compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from engine.actions.registry import REGISTRY
from engine.bootstrap import catalogs
from engine.domain.expressions import UnknownValueError
from engine.domain.plan import Plan, StepPlan
from engine.language.api import Checked, check, facts_of
from engine.settings.folders import Folders

ACTIONS = facts_of(REGISTRY)
CATALOGS = catalogs()
PLAYBOOKS = Path(__file__).parents[3] / "playbooks"
FILES = sorted(PLAYBOOKS.glob("*.yaml"))

Names = Mapping[str, object]


@cache
def checked(name: str) -> Checked:
    """Check one playbook."""
    path = PLAYBOOKS / f"{name}.yaml"
    library = Folders([PLAYBOOKS])
    return check(path.read_bytes(), path=path.name, actions=ACTIONS, catalogs=CATALOGS, library=library)


def plan_of(name: str) -> Plan:
    """Return the plan of one playbook, which has no error."""
    result = checked(name)
    assert result.plan is not None, result.problems
    return result.plan


def runs(step: StepPlan, *, inputs: Names, steps: Mapping[str, Names] | None = None) -> bool | None:
    """Return whether a step's condition holds, None while something that it needs is not known."""
    if step.when is None:
        return True
    outputs = {name: {"output": output, "ended": "done"} for name, output in (steps or {}).items()}
    try:
        return step.when.evaluate({"inputs": inputs, "steps": outputs}) is True
    except UnknownValueError:
        return None


def words(step: StepPlan) -> Iterator[str]:
    """Yield every text of a step that people read."""
    yield from (step.title, step.why, step.instructions)
    if step.undo is not None and step.undo.none_because is not None:
        yield step.undo.none_because
    for field in step.form.values():
        yield from (field.hint, *field.options)
    if step.with_ is not None:
        yield str(step.with_.source)
