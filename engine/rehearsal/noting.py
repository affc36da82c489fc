"""What only a rehearsal knows of its people, as lines of its timeline: who was woken, slept through it, or forgot.

Rule kept here: a line says why; it stands behind the event after which it came to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.reports.timeline import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.rehearsal.play import Played
    from engine.rehearsal.rousing import Note
    from engine.reports.reader import Reader

WORDS = {
    "woken": "Was woken by the page: {title}.",
    "slept_through": "Slept through the page: {title}.",
    "not_reached": "Could not be reached by the page: {title}.",
    "forgot": "Forgot about it: {title}.",
    "thought_of": "Thought of it again, {how}: {title}.",
}
HOW = {
    "page": "when paged",
    "call": "when called",
    "reminder": "when reminded",
    "notice": "when its target was missed",
    "themselves": "by themselves",
}


def noted(played: Played, reader: Reader) -> Iterator[Line]:
    """Yield what is known of people beside the timeline."""
    for note in played.crew.rousing.notes:
        step = played.stage.incident.asks[note.ask].step
        phase = played.stage.plan.step_at(step).phase
        yield Line(note.seq, note.at, note.at, note.person, _text(note, reader, step), note.kind, step, phase,
                   technical=False, withheld="")  # fmt: skip


def _text(note: Note, reader: Reader, step: str) -> str:
    title = reader.title(step)
    text = WORDS[note.kind].format(title=title, how=HOW[note.by])
    return text[:-1] if title.endswith(("?", "!", ".")) else text
