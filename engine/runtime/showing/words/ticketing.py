"""What is said in a ticket beside what is asked: not yet, asked again, put back, made twice; and whose ticket it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.sensitivity import Sensitivity
from engine.ports.shown import TicketDraft
from engine.reports.phrases import within
from engine.runtime.showing.words.filling import facts_of
from engine.runtime.showing.words.scene import EXERCISE, Scene, open_to_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.incident import Unaccepted
    from engine.domain.plan import StepPlan
    from engine.ports.people import Person

NOT_YET = "Not to be done yet: this is here so that it can be planned. It is said here when its turn has come."
PUT_BACK = {
    "redated_unaccepted": "The due date is put back",
    "reassigned_unaccepted": "This is given back to whoever had it",
    "reopened_unaccepted": "This is closed again",
    "attached_unaccepted": "A file is not taken",
}


def owner(scene: Scene, ask: Ask) -> Person | None:
    """Return whose ticket it is by what Tocsin says: the first of those who are asked."""
    return _first(scene, ask.by)


def early_owner(scene: Scene, instance: str) -> Person | None:
    """Return whose ticket it is while its step is not asked."""
    step = scene.step(instance)
    return _first(scene, step.by or ((step.owner,) if step.owner else ()))


def early(scene: Scene, instance: str, *, epic: str) -> TicketDraft:
    """Return the ticket of a step whose turn has not come."""
    step = scene.step(instance)
    return TicketDraft(
        summary=f"[{scene.incident.id}] {scene.title(instance)}",
        description="\n".join(_description(scene, step)),
        labels=labels(scene, step),
        owner=early_owner(scene, instance),
        parent=epic or None,
        restricted=is_restricted(scene, step),
        facts=facts_of(scene, step),
    )


def labels(scene: Scene, step: StepPlan) -> tuple[str, ...]:
    """Return the labels of a step's ticket."""
    return (scene.incident.id.lower(), step.phase, scene.incident.playbook)


def is_restricted(scene: Scene, step: StepPlan) -> bool:
    """Return whether not everybody may see that there is such a ticket."""
    return not open_to_all(step) or scene.plan.sensitivity is not Sensitivity.INTERNAL


def again(scene: Scene, ask: Ask) -> str:
    """Return the comment under a ticket that was closed or answered and whose step is asked again."""
    before = scene.incident.asks.get(f"{ask.step}.{ask.kind}.{ask.round - 1}")
    said = f" It was {before.outcome} before." if before is not None and before.outcome else ""
    return f"This is asked again, so the ticket is open.{said}"


def put_back(refused: Unaccepted) -> str:
    """Return the comment under a ticket in which a change is not taken."""
    return f"{PUT_BACK[refused.change]}: {refused.why}"


def not_needed(scene: Scene, instance: str) -> str:
    """Return the comment under the ticket of a step that was never asked."""
    entry = scene.incident.step(instance)
    why = f" ({within(entry.because)})" if entry.because and open_to_all(scene.plan.step_at(instance)) else ""
    return f"This need not be done: the step is {entry.status.value.replace('_', ' ')}{why}."


def ended(scene: Scene) -> str:
    """Return the comment under the epic when its incident ends or goes on."""
    if not scene.incident.over:
        return "The incident is open again."
    return f"The incident is {scene.incident.status.value}, and nothing of it is asked any more."


def twin(stays: str) -> str:
    """Return the comment under a ticket that was made twice."""
    return f"This was made twice because an answer of Jira was lost. {stays} is the one that counts."


def _first(scene: Scene, roles: tuple[str, ...]) -> Person | None:
    people = scene.holders(roles)
    return scene.people.person(people[0]) if people else None


def _description(scene: Scene, step: StepPlan) -> Iterator[str]:
    yield from (NOT_YET, "")
    if open_to_all(step):
        if step.why:
            yield from ("h2. Why", step.why, "")
        yield from ("h2. What to do", step.instructions or step.title)
    else:
        yield f"What this is about is {step.sensitivity.value}: see it where you answer."
    if scene.incident.exercise:
        yield from ("", EXERCISE)
