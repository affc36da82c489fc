"""A real run as a rehearsal: who answered what and when, what systems replied, what came in meanwhile.

Rules kept here: people are named after their roles, and nothing that must not leave the incident is in it (`unnamed`);
what was asked and never answered stays unanswered; requests are known by the addresses that the playbook writes, so
none of the organisation's is named. What a rehearsal cannot bring is left out and said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.values import decode, plain
from engine.rehearsal.drawing import spelled
from engine.rehearsal.naming import every, prefix_of
from engine.rehearsal.unnamed import Unnamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, StepPlan
    from engine.ports.records import Entry

REASON = "As recorded."
RELEASE = {"hold_released": "release"}
"""The one command that is not named after its event."""
REVISED_BY_A_FORM = "answered in "
HTTP, CAPTURE = "http.request", "evidence.capture"
LOOKED_UP = "GET */api/requests/*"
_STATUS = re.compile(r"answered (\d{3})")
_PLACE = re.compile(r"json\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)")
PAGES: Mapping[str, dict[str, Any]] = {
    "page and media": {"text": "recorded", "headers": {"content-type": "video/mp4"}},
    "page only": {"text": "<title>A recorded page</title>"},
    "blocked": {"status": 403},
}
NOT_BROUGHT = (
    ev.TargetMoved,
    ev.ReopenOrdered,
    ev.PersonAdmitted,
    ev.HandoverAccepted,
    ev.IncidentMigrated,
)
"""What a rehearsal cannot bring; whoever records a run is told."""


@dataclass(slots=True)
class Recorded:
    """A recorded rehearsal, as it is written, and what of the run is not in it."""

    scenario: dict[str, Any]
    left_out: list[str] = field(default_factory=list)


def record(plan: Plan, incident: Incident, entries: Sequence[Entry], *, name: str) -> Recorded:
    """Return the rehearsal of a run."""
    declared = entries[0].event
    if not isinstance(declared, ev.IncidentDeclared):
        raise TypeError("a timeline begins with the declaration")
    unnamed, start = Unnamed(plan), incident.declared_at
    actors = [answer.by for ask in incident.asks.values() for answer in ask.answers]
    cast = unnamed.cast(declared.roles, dict.fromkeys([declared.by, *actors]))
    replies = _Replies(plan, unnamed)
    for entry in entries:
        replies.take(entry.event, incident)
    injects = [inject for entry in entries for inject in _brought(unnamed, entry, start)]
    states = {step.id: step.status.value for step in incident.steps.values() if not incident.spreads.get(step.id)}
    missed = sorted({every(ask.step) for ask in incident.asks.values() if ask.missed})
    scenario = {
        "tocsin": 1,
        "rehearsal": name,
        "playbook": plan.playbook,
        "starts_at": start.isoformat(timespec="seconds"),
        "ends_after": None if incident.over else spelled(entries[-1].at - start),
        "inputs": unnamed.inputs(_given(plan, declared.inputs)),
        "declared_by": unnamed.person(declared.by),
        "cast": {person: {"roles": roles, "zone": incident.zone} for person, roles in cast.items()},
        "answers": _answers(plan, incident, unnamed),
        "world": replies.world(),
        "injects": injects,
        "expect": {"status": incident.status.value, "steps": dict(sorted(states.items())), "missed": missed},
    }
    return Recorded(
        {key: value for key, value in scenario.items() if value not in (None, {}, [])}, list(_lost(entries))
    )


def _given(plan: Plan, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs that are not what they are when nothing is given."""
    specs = plan.inputs
    return {name: value for name, value in inputs.items() if name in specs and decode(value) != specs[name].default}


def _answers(plan: Plan, incident: Incident, unnamed: Unnamed) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for ask in incident.asks.values():
        key = f"{prefix_of(ask)}{ask.step}"
        found.setdefault(key, []).append(_answer(plan.step_at(ask.step), ask, unnamed))
    return found


def _answer(step: StepPlan, ask: Ask, unnamed: Unnamed) -> dict[str, Any]:
    last = ask.last
    if ask.broken is not None or last is None or ask.outcome not in ("answered", "approved", "declined"):
        return {"verdict": "silence"}
    by = (
        [answer.by for answer in ask.answers if answer.verdict == last.verdict] if ask.kind == "approval" else [last.by]
    )
    said: dict[str, Any] = {"by": [unnamed.person(person) for person in dict.fromkeys(by)]}
    said |= {"verdict": last.verdict, "after": spelled(last.at - ask.opened_at)}
    values = unnamed.answers(step, last.values)
    if last.verdict == "decline":
        return {**said, "reason": REASON}
    return {**said, "values": values} if values else said


def _brought(unnamed: Unnamed, entry: Entry, start: datetime) -> Iterator[dict[str, Any]]:
    """Yield the injects that an event comes to: commands of people, not what follows from answers."""
    event = entry.event
    at = {"at": spelled(entry.at - start)}
    if isinstance(event, ev.InputEvent):
        at["by"] = unnamed.person(event.by)
    match event:
        case ev.FactRevised() if not event.reason.startswith(REVISED_BY_A_FORM):
            values = unnamed.inputs({event.name: event.value})
            if values:
                yield {**at, "fact": values, "reason": REASON}
        case ev.FactAdded():
            values = unnamed.inputs({event.name: event.values})
            if values:
                yield {**at, "add": values}
        case ev.RoleAssigned() if event.people:
            yield {**at, "assign": {event.role: [unnamed.person(person) for person in event.people]}}
        case ev.GlassBroken():
            yield {**at, "alone": {"step": event.step, "reason": REASON}}
        case ev.SkipOrdered() | ev.RetryOrdered() | ev.UndoOrdered() | ev.RedoOrdered():
            yield {**at, event.type.partition("_")[0]: {"step": event.step, "reason": REASON}}
        case ev.PersonExcluded() if event.person in unnamed.people:
            yield {**at, "exclude": {"person": unnamed.person(event.person), "reason": REASON}}
        case ev.StepResolved():
            yield {**at, "resolve": {"step": event.step, "outcome": event.outcome, "reason": REASON}}
        case ev.HoldOrdered() | ev.HoldReleased() | ev.CancelOrdered() | ev.CloseOrdered():
            yield {**at, RELEASE.get(event.type, event.type.partition("_")[0]): REASON}
        case _:
            return


def _lost(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what a rehearsal cannot bring, each kind once."""
    kinds = [entry.event.type for entry in entries if isinstance(entry.event, NOT_BROUGHT)]
    for kind in dict.fromkeys(kinds):
        yield f"{kind.replace('_', ' ')} ({kinds.count(kind)})"


@dataclass(slots=True)
class _Replies:
    """What other systems replied, by the addresses that the playbook writes."""

    plan: Plan
    unnamed: Unnamed
    _found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def world(self) -> list[dict[str, Any]]:
        """Return the replies in their order; the same one again and again is said once."""
        return [
            {"match": match, "replies": replies[:1] if all(one == replies[0] for one in replies) else replies}
            for match, replies in self._found.items()
        ]

    def take(self, event: Event, incident: Incident) -> None:
        """Take what an effect came to."""
        if not isinstance(event, ev.EffectDone | ev.EffectFailed | ev.EffectUnconfirmed):
            return
        step = self.plan.find_step(event.subject) if event.kind in ("action", "undo") else None
        if step is None:
            return
        action, template = (step.action, step.with_) if event.kind == "action" or not step.undo else (
            step.undo.action, step.undo.with_)  # fmt: skip
        if action == HTTP and template is not None and isinstance(template.source, dict):
            self._http(event, step, template.source)
        elif action == CAPTURE and isinstance(event, ev.EffectDone):
            self._page(event, incident)

    def _http(self, event: Event, step: StepPlan, source: Mapping[str, Any]) -> None:
        match = f"{source.get('method', 'GET')} {re.sub(r'{{.*?}}', '*', str(source.get('url', '*')))}"
        match event:
            case ev.EffectDone():
                self._put(match, self._done(event, step))
            case ev.EffectFailed():
                status = _STATUS.search(event.message)
                self._put(match, {"status": int(status[1])} if status else {"fails": "unreachable"})
            case _:
                self._put(match, {"fails": "lost"})
                self._put(LOOKED_UP, {"status": 503})

    def _done(self, event: ev.EffectDone, step: StepPlan) -> dict[str, Any]:
        kept: Any = plain(decode(event.result))
        status = kept.get("status", 200)
        content: dict[str, Any] = {}
        for name, place in step.keep.items():
            found = _PLACE.fullmatch(str(getattr(place, "place", place)))
            if found and name in kept and event.kind == "action":
                _set(content, found[1].split("."), self.unnamed.json(kept[name]))
        return {**({"status": status} if status != 200 else {}), "json": content}  # noqa: PLR2004 - what a reply is anyway

    def _page(self, event: ev.EffectDone, incident: Incident) -> None:
        params: Any = plain(decode(incident.step(event.subject).params))
        outcome = str(event.result.get("outcome", ""))
        if isinstance(params, dict) and outcome in PAGES:
            self._put(f"GET {self.unnamed.address(str(params['url']))}", dict(PAGES[outcome]))

    def _put(self, match: str, reply: dict[str, Any]) -> None:
        self._found.setdefault(match, []).append(reply)


def _set(into: dict[str, Any], path: list[str], value: Any) -> None:  # noqa: ANN401 - what a system replied
    """Put a value at a place of JSON."""
    for name in path[:-1]:
        into = into.setdefault(name, {})
    into[path[-1]] = value
