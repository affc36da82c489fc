"""What is said once: something failed, a target passed, the incident moved on, a phase settled, the review begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import ESCALATED, HELD, MIGRATED, RELEASED
from engine.domain.tokens import ask_token
from engine.domain.views import VIEW, titles
from engine.ports.shown import Button, Message
from engine.reports.phrases import different, reasoned, within
from engine.runtime.showing.words.scene import EXERCISE, Scene, open_to_all

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.domain.chain import Head
    from engine.domain.steering import Hold, Migration

REVIEW = "review"
STATES = {
    "declared": "The incident is open again.",
    "contained": "Contained: the work on what must not happen again begins.",
    "resolved": "Resolved: the review begins.",
    "closed": "Closed. Follow-ups go on with their owners.",
    "cancelled": "Cancelled.",
}


def notice(scene: Scene, subject: str) -> Message:
    """Return a notice; `subject` is `<what>:<state>:<count>` as `engine.domain.surfaces` names it."""
    what, state, number = subject.rsplit(":", 2)
    if state in (HELD, RELEASED):
        return _hold(scene, scene.incident.holds[int(number) - 1], state)
    if state == MIGRATED:
        return _migration(scene, scene.incident.migrations[int(number) - 1])
    return Message(_notice(scene, what, state), footer=EXERCISE if scene.incident.exercise else "")


def _hold(scene: Scene, hold: Hold, state: str) -> Message:
    """Return that a hold has begun or ended; one that has ended meanwhile is told of as such."""
    foot = EXERCISE if scene.incident.exercise else ""
    if state == RELEASED:
        return Message(
            f"{scene.name(hold.released_by)} released {scene.incident.id}: what waited goes on."
            f"{reasoned(hold.because)}",
            footer=foot,
        )
    ended = "It has been released since." if hold.end else f"{_under_way(scene)}`/incident release` ends that."
    return Message(
        f"{scene.name(hold.by)} put {scene.incident.id} on hold at {scene.local(hold.since)}.{reasoned(hold.reason)} "
        f"Nothing automatic begins, is tried again or is taken back; what is asked of people stays open. {ended}",
        footer=foot,
    )


def _migration(scene: Scene, known: Migration) -> Message:
    """Return that the incident follows another version of its playbook, and what is different."""
    return Message(
        f"{scene.name(known.by)} took {scene.incident.id} from version {known.from_version} of its playbook to version "
        f"{known.to_version}.{reasoned(known.reason)} What is done stays done; what is asked keeps its target. "
        f"{different(known)}",
        footer=EXERCISE if scene.incident.exercise else "",
    )


def _under_way(scene: Scene) -> str:
    """Return what a hold does not stop, since it had begun: nobody has to guess whether it was done."""
    begun = [scene.title(step.id) for step in scene.incident.steps.values() if step.status is StepStatus.RUNNING]
    return f"Begun before, and goes to its end: {', '.join(begun)}. " if begun else ""


def head(phase: str, known: Head) -> Message:
    """Return what is published of the timeline when a phase settles."""
    return Message(head_text(phase, known))


def head_text(phase: str, known: Head) -> str:
    """Return the same as plain text, for a ticket."""
    return (
        f"Phase {phase} settled. The timeline has {known.seq} events; the last one's hash is {known.hash}. "
        "Whoever keeps this line can prove later that nothing before it was changed."
    )


def review(scene: Scene) -> Message:
    """Return the invitation to the review: with its button until the incident is closed."""
    count = len(scene.incident.reviews)
    said = f"{count} {'answer' if count == 1 else 'answers'} so far." if count else "Nobody has answered yet."
    foot = EXERCISE if scene.incident.exercise else ""
    if scene.incident.over:
        return Message(f"The review is over: {count} answered.", heading="Review", footer=foot)
    return Message(
        "How did this go? Twelve questions, each may be left out, with or without your name. "
        f"Who did not answer is never listed. {said}",
        heading="Review: what should we keep, what should we change?",
        buttons=(Button("Give my view", REVIEW, ask_token(scene.incident.id, REVIEW), "primary"),),
        footer=foot,
    )


def closing(scene: Scene, ask: Ask, *, said: str) -> str:
    """Return the comment under a ticket that is closed by us."""
    step = scene.incident.step(ask.step)
    told = not step.because or step.because in said or not open_to_all(scene.step(ask.step))
    why = "" if told else f" ({within(step.because)})"
    return f"{said}. The step is {step.status.value.replace('_', ' ')}{why}."


def reopening(why: str) -> str:
    """Return the comment under a ticket that was closed without finishing its step."""
    return f"This is not finished yet, so the ticket is open again: {why}"


def _notice(scene: Scene, what: str, state: str) -> str:
    if what == "incident":
        return STATES.get(state, f"The incident is {state}.")
    if state == "missed":
        ask = scene.incident.asks[what]
        due = scene.local(ask.due) if ask.due else "now"
        if ask.kind == VIEW:
            late = f"The view of {titles(scene.plan, ask.by)} on “{scene.title(ask.step)}” was not there by {due}"
            return f"{late}; it can be decided without."
        return f"Target missed: {scene.title(ask.step)} was due {due}. Asked: {scene.asked(ask)}."
    if state == ESCALATED:
        ask = scene.incident.asks[what]
        since = scene.local(ask.opened_at)
        return f"Nobody has approved {scene.title(ask.step)} since {since}. Asked now: {scene.asked(ask)}."
    entry, title = scene.incident.step(what), scene.title(what)
    if entry.status.value != state:
        return f"{title}: this was {state} for a while, and is {entry.status.value.replace('_', ' ')} now."
    because = within(entry.because) if open_to_all(scene.step(what)) else "the reason is restricted"
    command = f"`/incident resolve {what} done|failed|retry WHY`"
    if state == "unconfirmed":
        return f"{title}: nobody can tell whether it was done ({because}). Look at the other system, then {command}."
    return f"{title}: failed ({because}). Try it again, do it by hand, or accept it: {command}."
