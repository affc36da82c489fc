"""What is said to wake somebody: reminders and calls in the chat, and the few neutral words of a page.

Rules kept here: what was shown too late says so instead of calling anybody; a page leaves the house, so it holds the
incident's id, who is called, the due and a link, and a step's title only where everybody may see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.incident import effect_key
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import PAGE, called, page_of, reminded, taken_since
from engine.domain.tokens import ask_token
from engine.domain.views import VIEW
from engine.domain.waking import never_held
from engine.ports.paging import Page
from engine.ports.people import Person
from engine.ports.shown import Button, Message
from engine.reports.phrases import lead
from engine.runtime.showing.words.asking import ACKNOWLEDGE, APPROVAL, DECISION, ON_IT, outcome
from engine.runtime.showing.words.scene import EXERCISE, Scene, open_to_all

if TYPE_CHECKING:
    from engine.domain.ask import Ask, Call

WAITS = {
    APPROVAL: "An approval waits",
    DECISION: "A decision waits",
    "task": "A task waits",
    VIEW: "A view is asked for",
}


def reminder(scene: Scene, subject: str) -> Message:
    """Return a reminder; `subject` is as `engine.domain.surfaces.reminder_of` names it."""
    ask, known = reminded(scene.incident, subject)
    if not ask.open:
        return Message(f"{lead(outcome(scene, ask))} {scene.title(ask.step)}", footer=_foot(scene))
    due = f", due {scene.local(ask.due)}" if ask.due else ""
    text = f"{known.share} % of the time has passed for “{scene.title(ask.step)}”{due}."
    return Message(text, mentions=_people(scene, known.people), footer=_foot(scene))


def call(scene: Scene, subject: str) -> Message:
    """Return what is posted when somebody is called, with its button while nobody is on it."""
    ask, known, _ = called(scene.incident, subject)
    title = scene.title(ask.step)
    if not ask.open:
        return Message(f"{lead(outcome(scene, ask))} {title}", footer=_foot(scene))
    if ask.on_it is not None and taken_since(ask, known):
        since = f"{scene.name(ask.on_it.by)} is on it since {scene.local(ask.on_it.at)}"
        return Message(f"{since}: {title}", footer=_foot(scene))
    why = "its due time has passed" if known.because == "overdue" else "nobody has answered or is on it"
    due = f" (due {scene.local(ask.due)})" if ask.due else ""
    return Message(
        f"{scene.name(known.person)} is called for “{title}”{due}: {why}.",
        mentions=_people(scene, (known.person,)),
        buttons=(Button(ON_IT, ACKNOWLEDGE, ask_token(scene.incident.id, ask.id), "primary"),),
        footer=_foot(scene),
    )


def page(scene: Scene, subject: str, *, link: str) -> Page:
    """Return what is sent to a pager."""
    ask, known, pager = called(scene.incident, subject)
    incident = scene.incident
    return Page(
        key=effect_key(incident.id, page_of(ask, known, pager), PAGE),
        incident=incident.id,
        summary=_summary(scene, ask, known),
        person=scene.people.person(known.person) or Person(id=known.person, name=known.person),
        level=known.level,
        due=ask.due,
        link=link,
        urgent=never_held(scene.step(ask.step)) or known.because == "overdue",
        exercise=incident.exercise,
    )


def _summary(scene: Scene, ask: Ask, known: Call) -> str:
    shown = scene.plan.sensitivity is Sensitivity.INTERNAL and open_to_all(scene.step(ask.step))
    exercise = "EXERCISE " if scene.incident.exercise else ""
    due = f", due {ask.due:%Y-%m-%d %H:%M} UTC" if ask.due else ""
    title = f": {scene.title(ask.step)}" if shown else ""
    return f"{exercise}{scene.incident.id}: {WAITS[ask.kind].lower()} for {scene.name(known.person)}{due}{title}"


def _people(scene: Scene, ids: tuple[str, ...]) -> tuple[Person, ...]:
    return tuple(scene.people.person(person) or Person(id=person, name=person) for person in ids)


def _foot(scene: Scene) -> str:
    return EXERCISE if scene.incident.exercise else ""
