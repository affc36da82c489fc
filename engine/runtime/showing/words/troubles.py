"""What needs a person on the incident's page: what failed, was missed, is called for in vain or waits for the unknown.

Rules kept here: each line says what to do about it, where there is something; of a call that failed its steps tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.conducting import judging, standing
from engine.domain.conducting.situation import Situation
from engine.domain.lifecycle import StepStatus
from engine.domain.naming import beside
from engine.reports.phrases import awaited, unsaid
from engine.runtime.showing.words.asking import state_of_calls
from engine.runtime.showing.words.scene import Scene, open_to_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.incident import Step
    from engine.domain.plan import StepPlan


def troubles(scene: Scene) -> Iterator[str]:
    situation = Situation(scene.plan, scene.incident, scene.now)
    for entry in scene.incident.steps.values():
        match entry.status:
            case StepStatus.UNCONFIRMED:
                yield f"“{scene.title(entry.id)}” nobody can tell whether it was done. {_settle(entry)}"
            case StepStatus.FAILED if not (entry.opened or entry.accepted) and _counts(situation, entry):
                yield f"“{scene.title(entry.id)}” failed, {_because(scene, entry).rstrip('.')}. {_settle(entry)}"
            case _:
                continue


def _counts(situation: Situation, entry: Step) -> bool:
    return standing.failed(situation, situation.plan.step_at(entry.id))


def _settle(entry: Step) -> str:
    return f"`/incident resolve {entry.id} done|failed|retry WHY`"


def _because(scene: Scene, entry: Step) -> str:
    return entry.because if open_to_all(scene.step(entry.id)) else "the reason is restricted"


def missed(scene: Scene) -> Iterator[str]:
    for ask in scene.incident.asks.values():
        if ask.open and ask.missed and ask.due:
            yield f"“{scene.title(ask.step)}” was due {scene.local(ask.due)}, {scene.names(ask.by)}"


def called(scene: Scene) -> Iterator[str]:
    for ask in scene.incident.asks.values():
        said = state_of_calls(scene, ask)
        if said:
            yield f"“{scene.title(ask.step)}”: {said}"


def unknowns(scene: Scene) -> Iterator[str]:
    situation = Situation(scene.plan, scene.incident, scene.now)
    for step, entry in standing.in_place(situation, scene.plan.steps.values()):
        waits = _not_known(scene, situation, step, entry) if step.phase in scene.incident.phases else ""
        if waits:
            yield f"“{scene.title(entry.id)}” {waits}"


def _not_known(scene: Scene, situation: Situation, step: StepPlan, entry: Step) -> str:
    def title(name: str) -> str:
        return scene.title(beside(entry.id, name))

    missing = judging.unknown(situation, step, entry)
    never = "" if missing else judging.never_said(situation, step, entry)
    return awaited(missing, title=title) if missing else unsaid(never, title=title) if never else ""
