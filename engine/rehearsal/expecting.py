"""Whether a rehearsal came to what its file expects, and where it did not.

Rules kept here: everything that differs is told at once, as what was expected beside what came; a step that is done
once per element is as expected when each of its instances is; an order is that of the last end of each step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.values import decode, plain
from engine.rehearsal.drawing import span
from engine.rehearsal.naming import every, names_of
from engine.reports.values import plain_text
from engine.reports.values import span as span_text

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.authority import Refusal
    from engine.domain.incident import Incident
    from engine.domain.scenario import ExpectModel
    from engine.rehearsal.play import Played

ENDS = (ev.StepDone, ev.StepSkipped, ev.StepBlocked, ev.StepDeclined, ev.StepFailed, ev.StepCancelled)
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came otherwise than it was expected."""

    what: str
    expected: str
    got: str

    def told(self) -> str:
        """Return it as one line."""
        return f"{self.what}: expected {self.expected}, got {self.got}"


def differences(played: Played) -> list[Difference]:
    """Return everything that differs from what the scenario expects."""
    expect = played.stage.scenario.expect
    return [
        *_ended(played, expect),
        *_steps(played, expect),
        *_people(played, expect),
        *_times(played, expect),
        *_brought(played, expect),
    ]


def _ended(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    incident = played.stage.incident
    if expect.status is not None and incident.status.value != expect.status:
        yield Difference("status", expect.status, incident.status.value)
    for name, value in expect.facts.items():
        kept = decode(incident.fact(name))
        if plain(kept) != value:
            yield Difference(f"facts.{name}", plain_text(value), plain_text(kept))


def _steps(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    incident = played.stage.incident
    for step, state in expect.steps.items():
        got = _states(incident, step)
        if set(got.values()) != {state}:
            told = (
                ", ".join(f"{name} {found}" for name, found in got.items())
                if len(got) > 1
                else next(iter(got.values()))
            )
            yield Difference(f"steps.{step}", state, f"{told}{_because(incident, step)}")
    begun = _begun(incident)
    for step in expect.never:
        if step in begun:
            yield Difference(f"never.{step}", "that it never begins", _states(incident, step).get(step, "begun"))
    ends = _ends(played)
    order = sorted((step for step in expect.order if step in ends), key=ends.__getitem__)
    if order != expect.order:
        yield Difference("order", ", ".join(expect.order), ", ".join(order) or NOTHING)


def _people(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    incident = played.stage.incident
    missed = sorted({every(ask.step) for ask in incident.asks.values() if ask.missed})
    if expect.missed is not None and missed != sorted(set(expect.missed)):
        yield Difference("missed", ", ".join(sorted(set(expect.missed))) or NOTHING, ", ".join(missed) or NOTHING)
    refused = sorted({every(one.step) for one in played.stage.denied})
    if expect.refused is not None and refused != sorted(set(expect.refused)):
        yield Difference("refused", ", ".join(sorted(set(expect.refused))) or NOTHING, ", ".join(refused) or NOTHING)
    yield from _woken(played, expect)


def _woken(played: Played, expect: ExpectModel) -> Iterator[Difference]:
    events = (entry.event for entry in played.stage.chronicle.entries)
    called = list(dict.fromkeys(event.person for event in events if isinstance(event, ev.PersonCalled)))
    woken = sorted({note.person for note in played.crew.rousing.notes if note.kind == "woken"})
    if expect.called is not None and called != expect.called:
        yield Difference("called", ", ".join(expect.called) or NOTHING, ", ".join(called) or NOTHING)
    if expect.woken is not None and woken != sorted(set(expect.woken)):
        yield Difference("woken", ", ".join(sorted(set(expect.woken))) or NOTHING, ", ".join(woken) or NOTHING)


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


def _states(incident: Incident, step: str) -> Mapping[str, str]:
    """Return the state of a step, or of each of its instances."""
    found = {entry.id: entry.status.value for entry in incident.steps.values() if step in names_of(entry.id)}
    if len(found) > 1:
        found.pop(step, None)
    return found or {step: "waiting"}


def _because(incident: Incident, step: str) -> str:
    because = incident.step(step).because
    return f": {because}" if because else ""


def _begun(incident: Incident) -> frozenset[str]:
    """Return the steps and instances that were asked of people, or done."""
    asked = {ask.step for ask in incident.asks.values() if ask.kind != "approval"}
    acted = {effect.subject for effect in incident.effects.values() if effect.kind == "action"}
    return frozenset(name for instance in asked | acted for name in names_of(instance))


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
