"""Whether a rehearsal came to what its file expects, and where it did not.

Rules kept here: everything that differs is told at once, as what was expected beside what came; an order is that of the
last end of each step; what stands at a time is looked at when that time has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.rehearsal.drawing import span
from engine.rehearsal.naming import every, names_of
from engine.rehearsal.standing import NOTHING, Difference, Look, exactly, stood
from engine.reports.values import span as span_text

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.authority import Refusal
    from engine.domain.expected import ExpectModel
    from engine.domain.incident import Incident
    from engine.rehearsal.play import Played

ENDS = (ev.StepDone, ev.StepSkipped, ev.StepBlocked, ev.StepDeclined, ev.StepFailed, ev.StepCancelled)


def differences(played: Played) -> list[Difference]:
    """Return everything that differs from what the scenario expects."""
    expect, stage = played.stage.scenario.expect, played.stage
    at_times = (one for since, state in expect.by.items() for one in stood(stage.looks[since], state, f"by.{since}."))
    return [
        *stood(Look(stage.plan, stage.incident, stage.clock.now()), expect),
        *_ordered(played, expect),
        *_refusals(played, expect),
        *_woken(played, expect),
        *_times(played, expect),
        *_brought(played, expect),
        *at_times,
    ]


def _ordered(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    ends = _ends(played)
    order = sorted((step for step in expect.order if step in ends), key=ends.__getitem__)
    if order != expect.order:
        yield Difference("order", ", ".join(expect.order), ", ".join(order) or NOTHING)


def _refusals(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    yield from exactly("refused", expect.refused, {every(one.step) for one in played.stage.denied})


def _woken(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    events = (entry.event for entry in played.stage.chronicle.entries)
    called = list(dict.fromkeys(event.person for event in events if isinstance(event, ev.PersonCalled)))
    woken = {note.person for note in played.crew.rousing.notes if note.kind == "woken"}
    if expect.called is not None and called != expect.called:
        yield Difference("called", ", ".join(expect.called) or NOTHING, ", ".join(called) or NOTHING)
    yield from exactly("woken", expect.woken, woken)


def _times(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    incident = played.stage.incident
    for name, text in expect.within.items():
        at = _settled(incident, name)
        if at is None:
            yield Difference(f"within.{name}", f"at most {text}", "never")
        elif at - incident.declared_at > span(text):
            yield Difference(f"within.{name}", f"at most {text}", span_text(at - incident.declared_at))


def _brought(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    """Yield what was refused and should not have been, and what was taken and should have been refused.

    What `refused` names may be refused without being said to be once more.
    """
    places = {id(inject): number for number, inject in enumerate(played.stage.scenario.injects)}
    for inject, refusal in played.stage.brought:
        place, rule = f"injects.{places[id(inject)]}", inject.refused if isinstance(inject.refused, str) else ""
        named = refusal is not None and inject.step in (expect.refused or ())
        if not inject.refused and refusal is not None and not named:
            yield Difference(place, "that it is taken", _refused(refusal))
        elif inject.refused and (refusal is None or (rule and refusal.rule != rule)):
            expected = f"that it is refused{f' ({rule})' if rule else ''}"
            yield Difference(place, expected, _refused(refusal) if refusal else "that it is taken")


def _refused(refusal: Refusal) -> str:
    return f"{refusal.message} ({refusal.rule})"


def _settled(incident: Incident, name: str) -> datetime | None:
    if name in incident.advanced_at:
        return incident.advanced_at[name]
    ends = [entry.settled_at for entry in incident.steps.values() if name in names_of(entry.id)]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _ends(played: Played) -> dict[str, int]:
    """Return the place on the timeline at which each step, and each instance, ended last."""
    ends: dict[str, int] = {}
    for entry in played.stage.chronicle.entries:
        event = entry.event
        step = event.step if isinstance(event, ENDS) else ""
        if isinstance(event, ev.EffectDone) and event.kind == "action":
            step = event.subject
        if step:
            ends |= dict.fromkeys(names_of(step), entry.seq)
    return ends
