"""What people are asked in words: that they are, were reminded and called, and who else is asked.

Rule kept here: one sentence for each event, as in `engine.reports.wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain import timeline as ev
    from engine.reports.reader import Reader


def asked(event: ev.AskOpened, reader: Reader) -> str:
    """Return that somebody is asked."""
    if event.ratifies:
        return f"Others were asked to ratify that it was done alone: {reader.title(event.step)}."
    what = {"approval": "Approval was asked for", "decision": "A decision was asked for"}.get(event.kind, "Asked for")
    return f"{what}: {reader.title(event.step)}."


def reminded(event: ev.AskReminded, reader: Reader) -> str:
    """Return that people were reminded."""
    people = ", ".join(map(reader.name, event.people))
    return f"Reminded {people} when {event.share} % of the time had passed: {reader.title(event.step)}."


def escalated(event: ev.AskEscalated, reader: Reader) -> str:
    """Return that further roles are asked."""
    return f"Nobody approved it so far, so {' and '.join(event.to)} may too from here on: {reader.title(event.step)}."


def called(event: ev.PersonCalled, reader: Reader) -> str:
    """Return that somebody was called."""
    why = "its due time has passed" if event.because == "overdue" else "nobody has answered or is on it"
    by = f", paged by {', '.join(event.pagers)}" if event.pagers else ""
    return f"Called {reader.name(event.person)} (level {event.level}{by}), since {why}: {reader.title(event.step)}."


def broken(event: ev.GlassBroken, reader: Reader) -> str:
    """Return that somebody went ahead alone."""
    why = reader.of_step(event.step, event.reason).rstrip(".")
    return f"Went ahead alone, without its approval: {reader.title(event.step)}: {why}."
