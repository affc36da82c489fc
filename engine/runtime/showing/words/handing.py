"""The offer of the command: who offers it to whom, what they need to know, and where the incident stood then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.actions.defang import defanged
from engine.domain.handing import handover_subject
from engine.domain.tokens import ask_token
from engine.ports.shown import Button, Message, Section
from engine.reports.phrases import reasoned
from engine.runtime.showing.words.scene import EXERCISE

if TYPE_CHECKING:
    from engine.domain.steering import Handover
    from engine.runtime.showing.words.scene import Scene


def offer(scene: Scene, handover: Handover) -> Message:
    """Return the message of an offer: with buttons while it is open, with what became of it afterwards."""
    by, to = scene.name(handover.by), scene.name(handover.to)
    heading = f"{to}: will you take the command of {scene.incident.id}?"
    told = tuple(
        section
        for section in (
            Section((defanged(handover.note),) if handover.note else (), heading=f"What {by} wants you to know"),
            Section(tuple(map(defanged, handover.summary)), heading=f"Where it stood at {scene.local(handover.at)}"),
        )
        if section.lines
    )
    if handover.outcome:
        ended = outcome(scene, handover)
        return Message(
            ended, heading=f"Command of {scene.incident.id}", sections=(Section((ended,)), *told), footer=_foot(scene)
        )
    token = ask_token(scene.incident.id, handover_subject(handover.number))
    waits = Section((f"{by} offers it and has it until you accept.",))
    return Message(
        heading,
        heading=heading,
        sections=(waits, *told),
        buttons=(Button("Accept", "accept", token, "primary"), Button("Decline", "decline", token, "danger")),
        footer=_foot(scene),
    )


def outcome(scene: Scene, handover: Handover) -> str:
    """Return in one or two sentences what became of an offer."""
    at = f" at {scene.local(handover.ended_at)}" if handover.ended_at else ""
    match handover.outcome:
        case "accepted":
            return f"Accepted{at}: {scene.name(handover.to)} has the command of {scene.incident.id}."
        case "declined":
            reason = reasoned(handover.reason)
            return f"Declined by {scene.name(handover.to)}{at}: {scene.name(handover.by)} keeps the command.{reason}"
        case "lapsed":
            return f"No longer offered{at}: the incident is over."
        case _:
            return f"No longer offered{at}: the command was offered or given another way."


def _foot(scene: Scene) -> str:
    return f"{scene.incident.id}{f' · {EXERCISE}' if scene.incident.exercise else ''}"
