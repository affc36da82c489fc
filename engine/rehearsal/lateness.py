"""Why people were late: what kept each of those who may answer, and how long the last one took.

Rule kept here: only what the rehearsal knows is said, on the clock of whoever declared the incident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.rehearsal.saying import urgent
from engine.reports.values import local, span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.rehearsal.crew import Trace
    from engine.rehearsal.play import Played

NOTED = {"slept_through": "slept through the page", "not_reached": "could not be reached by the page",
         "forgot": "forgot about it"}  # fmt: skip


def why_late(played: Played, ask: Ask) -> Iterator[str]:
    """Yield why an ask was not answered in time."""
    due = ask.due or ask.opened_at
    zone = played.stage.incident.zone
    traces = played.crew.traces.get(ask.id, [])
    if not traces:
        yield "Nobody answered it."
    for trace in traces:
        yield from _unreached(played, ask, trace)
        yield from _noted(played, ask, trace.person)
        for step, until in trace.busy:
            if until > ask.opened_at and (trace.began is None or trace.began > due):
                yield f"{trace.person} was busy with {step} until {local(until, zone)}."
        yield from _slow(trace, ask, due)


def _unreached(played: Played, ask: Ask, trace: Trace) -> Iterator[str]:
    """Yield why somebody could not be reached, until then or until a page woke them."""
    player, due = played.stage.players.get(trace.person), ask.due or ask.opened_at
    if player is None:
        return
    since = ask.opened_at if urgent(ask) else trace.heard
    kept = list(player.unreached(since, due, urgent=urgent(ask)))
    if not kept and trace.reached > trace.heard:  # at work when it was asked, and no longer when they would have begun
        since = trace.heard
        kept = list(player.unreached(since, max(due, trace.reached), urgent=urgent(ask)))
    for why, until in kept:
        woken = played.crew.rousing.woken_at(trace.person, since=since, until=until)
        end = local(woken or until, played.stage.incident.zone)
        yield f"{trace.person} was {why} until {end}{', when a page woke them' if woken else ''}."


def _noted(played: Played, ask: Ask, person: str) -> Iterator[str]:
    for note in played.crew.rousing.notes:
        if (note.ask, note.person) == (ask.id, person) and note.kind in NOTED and note.at <= (ask.due or note.at):
            yield f"{person} {NOTED[note.kind]} at {local(note.at, played.stage.incident.zone)}."


def _slow(trace: Trace, ask: Ask, due: datetime) -> Iterator[str]:
    if trace.began is None:
        return
    if trace.reached == trace.heard > due:
        yield f"{trace.person} turned to it after {span(trace.heard - ask.opened_at)}."
    elif trace.said is not None and trace.began <= due < trace.said:
        before, worked = span(due - trace.began), span(trace.said - trace.began)
        yield f"{trace.person} began {before} before the target and worked {worked}."
