"""How everything stands at one moment of a rehearsal, beside what its file expects then.

Rules kept here: everything that differs is told at once; a list says exactly what there is; a step that is done once
per element is as expected when each of its instances is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.conducting.situation import Situation
from engine.domain.kinds import Reach
from engine.domain.surfaces import TICKET, asked_by
from engine.domain.values import decode, plain
from engine.rehearsal.naming import every, keys_of, names_of
from engine.reports.attention import attention
from engine.reports.values import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.expected import StateModel
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

NOTHING = "nothing"
HTTP, LOOKS = "http.request", ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came otherwise than it was expected."""

    what: str
    expected: str
    got: str

    def told(self) -> str:
        """Return it as one line."""
        return f"{self.what}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Look:
    """Everything at one moment."""

    plan: Plan
    incident: Incident
    now: datetime


def stood(look: Look, expect: StateModel, at: str = "") -> Iterator[Difference]:
    """Yield what differs from what is expected at a moment; `at` stands before what it is."""
    incident = look.incident
    if expect.status is not None and incident.status.value != expect.status:
        yield Difference(f"{at}status", expect.status, incident.status.value)
    for name, value in expect.facts.items():
        kept = decode(incident.fact(name))
        if plain(kept) != value:
            yield Difference(f"{at}facts.{name}", plain_text(value), plain_text(kept))
    yield from _steps(incident, expect, at)
    yield from _people(incident, expect, at)
    yield from _made(look, expect, at)


def exactly(what: str, expected: Iterable[str] | None, got: Iterable[str]) -> Iterator[Difference]:
    """Yield that something else is there than what is expected; nothing is expected of None."""
    if expected is not None and set(expected) != set(got):
        yield Difference(what, ", ".join(sorted(set(expected))) or NOTHING, ", ".join(sorted(set(got))) or NOTHING)


def _steps(incident: Incident, expect: StateModel, at: str) -> Iterator[Difference]:
    for step, state in expect.steps.items():
        got = _states(incident, step)
        if set(got.values()) != {state}:
            told = (
                ", ".join(f"{name} {found}" for name, found in got.items())
                if len(got) > 1
                else next(iter(got.values()))
            )
            yield Difference(f"{at}steps.{step}", state, f"{told}{_because(incident, step)}")
    begun = _begun(incident)
    for step in expect.never:
        if step in begun:
            yield Difference(f"{at}never.{step}", "that it never begins", _states(incident, step).get(step, "begun"))


def _people(incident: Incident, expect: StateModel, at: str) -> Iterator[Difference]:
    yield from exactly(f"{at}missed", expect.missed, {every(ask.step) for ask in incident.asks.values() if ask.missed})
    for key, roles in expect.asked.items():
        yield from exactly(f"{at}asked.{key}", roles, {role for ask in _last(incident, key) for role in ask.by})
    for key, people in expect.answered.items():
        said = {answer.by for ask in _last(incident, key) for answer in ask.answers}
        yield from exactly(f"{at}answered.{key}", people, said)


def _last(incident: Incident, key: str) -> Iterable[Ask]:
    """Return what was asked last under a key: of each instance of the step."""
    return {ask.step: ask for ask in incident.asks.values() if key in keys_of(ask)}.values()


def _made(look: Look, expect: StateModel, at: str) -> Iterator[Difference]:
    done = [effect for effect in look.incident.effects.values() if effect.status == "done"]
    about = [asked_by(look.incident, effect.subject) for effect in done if effect.kind == TICKET]
    yield from exactly(f"{at}tickets", expect.tickets, {every(ask.step) for ask in about if ask is not None})
    acts = {effect.subject for effect in done if effect.kind == "action"}
    yield from exactly(f"{at}sent", expect.sent, {every(act) for act in acts if _sends(look.plan, act)})
    if expect.attention is not None:
        needs = attention(Situation(look.plan, look.incident, look.now))
        found = {f"{need['kind']} {need['subject']}".removesuffix(f" {look.incident.id}") for need in needs}
        yield from exactly(f"{at}attention", expect.attention, found)


def _sends(plan: Plan, act: str) -> bool:
    """Return whether an act does more than to look, or to keep something here."""
    step = plan.find_step(act)
    if step is None or step.traits is None or step.traits.reach is Reach.NONE:
        return False
    source = step.with_.source if step.with_ is not None else None
    return not (isinstance(source, dict) and source.get("method", LOOKS[0]) in LOOKS and step.action == HTTP)


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
