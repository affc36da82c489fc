"""What people are asked in words: that they are, were reminded and called, who else is asked, and what they answer.

Rule kept here: one sentence for each event, as in `engine.reports.wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.views import VIEW, is_view, role_of, titles

if TYPE_CHECKING:
    from engine.domain import timeline as ev
    from engine.reports.reader import Reader


def answered(event: ev.AskAnswered, reader: Reader) -> str:
    """Return what somebody said to what they were asked."""
    title = reader.title(event.ask.partition(".")[0])
    reason = f": {reader.of_step(event.ask.partition('.')[0], event.reason)}" if event.reason else ""
    ratifying = ".ratification." in event.ask
    match event.verdict:
        case "approve":
            return f"{'Ratified going ahead alone:' if ratifying else 'Approved'} {title}{reason}."
        case _ if is_view(event.ask):
            return _view(event, reader, title=title, reason=reason)
        case "decline":
            return f"{'Objected to going ahead alone:' if ratifying else 'Declined'} {title}{reason}."
        case _:
            filled = reader.filled(event.ask.partition(".")[0], event.values)
            missing = titles(reader.plan, tuple(event.without))
            apart = f" It was decided without the view of {missing}." if missing else ""
            said = f": {filled}" if filled else reason
            return f"Answered {title}{said.removesuffix('.') if apart else said}.{apart}"


def _view(event: ev.AskAnswered, reader: Reader, *, title: str, reason: str) -> str:
    role = titles(reader.plan, (role_of(event.ask),))
    if event.verdict == "decline":
        return f"Has no view for {role} on {title}{reason}."
    return f"Gave the view of {role} on {title}: {reader.of_step(event.ask, str(event.values.get(VIEW, '')))}."


def asked(event: ev.AskOpened, reader: Reader) -> str:
    """Return that somebody is asked."""
    if event.ratifies:
        return f"Others were asked to ratify going ahead alone: {reader.title(event.step)}."
    if event.kind == VIEW:
        return f"The view of {titles(reader.plan, tuple(event.by))} was asked for: {reader.title(event.step)}."
    if event.purpose == "undo":
        return f"Approval was asked for taking back: {reader.title(event.step)}."
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
    """Return that a person was called."""
    why = "its due time has passed" if event.because == "overdue" else "nobody has answered or is on it"
    by = f", paged by {', '.join(event.pagers)}" if event.pagers else ""
    return f"Called {reader.name(event.person)} (level {event.level}{by}), since {why}: {reader.title(event.step)}."


def broken(event: ev.GlassBroken, reader: Reader) -> str:
    """Return that somebody went ahead alone."""
    why = reader.of_step(event.step, event.reason).rstrip(".")
    return f"Went ahead alone, without its approval: {reader.title(event.step)}: {why}."


def missed(event: ev.TargetMissed, reader: Reader) -> str:
    """Return that something was not answered in its time."""
    if is_view(event.ask):
        role = titles(reader.plan, (role_of(event.ask),))
        return f"The view of {role} was not there by {reader.moment(event.due)}: {reader.title(event.step)}."
    return f"Target missed: {reader.title(event.step)} was due {reader.moment(event.due)}."
