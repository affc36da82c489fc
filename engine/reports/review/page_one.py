"""The top of page one: which incident, what happened, when, and to whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.plan import StepKind
from engine.domain.severity import SEVERITY, tells
from engine.reports.clocks import clocks
from engine.reports.phrases import counted
from engine.reports.review import places
from engine.reports.review.case import Case, at
from engine.reports.values import local, span, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def head(case: Case) -> dict[str, Any]:
    """Return what stands on top: which incident, how severe, its state, and what is left out."""
    incident = case.incident
    severities = list(_severities(case))
    return {
        "incident": incident.id,
        "title": incident.title,
        "exercise": incident.exercise,
        "severity": {"first": severities[0], "final": severities[-1]} if severities else None,
        "state": incident.status.value,
        "made_at": at(case.now),
        "zone": incident.zone,
        "commander": [case.name(person) for person in incident.roles.get("commander", ())],
        "playbook": incident.playbook,
        "version": incident.playbook_version,
        "withheld": case.withheld(),
    }


def _severities(case: Case) -> Iterator[str]:
    """Yield every word on how bad it is, in the order in which it was said."""
    for entry in case.entries:
        match entry.event:
            case ev.AskAnswered() as event:
                name, said, called = event.ask.partition(".")[0], event.values, False
            case ev.StepDone() as event:
                name, said, called = event.step, event.output or {}, True
            case _:
                continue
        step = case.plan.steps.get(name)
        if step is None or not tells(step) or called is (step.call is None) or not said.get(SEVERITY):
            continue
        if case.reader.may_see(step.sensitivity_of(SEVERITY)):
            yield text_of(said[SEVERITY])


def happened(case: Case) -> list[str]:
    """Return three sentences of fact. No cause by name, nothing that helps anyone find a copy."""
    incident = case.incident
    told = local(incident.declared_at, incident.zone)
    first = f"{incident.title}: declared on {told} by {case.name(incident.declared_by)}"
    summary = incident.fact("summary")
    first += f": “{case.reader.fact('summary', summary).rstrip('.')}”." if summary else "."
    acted = [entry for step, entry in case.steps() if step.kind is StepKind.ACTION and entry.status.value == "done"]
    people = [entry for step, entry in case.steps() if step.human and entry.status.value == "done"]
    second = f"The engine finished {counted(len(acted), 'step')} and people finished {len(people)}{_troubles(case)}."
    contained = incident.advanced_at.get("contained")
    third = (
        f"It was contained after {span(contained - incident.declared_at)} and is {incident.status.value} now."
        if contained
        else f"It is {incident.status.value} now and was not contained yet."
    )
    return [first, second, third]


def _troubles(case: Case) -> str:
    failed = sum(entry.status.value == "failed" for _, entry in case.steps())
    unsure = len({entry.event.key for entry in case.of(ev.EffectUnconfirmed)})  # type: ignore[attr-defined]  # of that type
    doubts = f", and of {unsure} nobody could tell at first" if unsure else ""
    return f"; {failed} failed{doubts}"


def times(case: Case) -> dict[str, Any]:
    """Return the moments that matter and the lengths between them."""
    incident = case.incident
    first_act = next(
        (e.settled_at for e in incident.effects.values() if e.kind == "action" and e.status == "done"), None
    )
    published = [
        incident.step(step).settled_at for step in places.PUBLISHED if incident.step(step).status.value == "done"
    ]
    moments: dict[str, datetime | None] = {
        "first seen outside": case.fact_moment(places.FIRST_SEEN),
        "known to us": case.fact_moment(places.AWARE),
        "declared": incident.declared_at,
        "first containment": first_act,
        "contained": incident.advanced_at.get("contained"),
        "people shown told": _done(case, places.TOLD),
        "first filing": case.moment(places.FILED, "submitted_at") or _done(case, places.FILED) or _fulfilled(case),
        "first statement": min((moment for moment in published if moment), default=None),
        "closed": incident.advanced_at.get("closed"),
    }
    known = moments["known to us"] or incident.declared_at
    lengths = {
        "known to contained": _between(known, moments["contained"]),
        "known to people told": _between(known, moments["people shown told"]),
        "declared to first containment": _between(incident.declared_at, first_act),
    }
    return {"moments": {name: at(moment) for name, moment in moments.items()}, "lengths": lengths}


def who_and_what(case: Case) -> dict[str, Any]:
    """Return the people shown, the kinds of data, and where the copies stand."""
    copies = case.incident.fact(places.COPIES) or []
    return {
        "people": {"told": case.number(places.TOLD, "reached"), "not reached": case.number(places.TOLD, "not_reached")},
        "data": case.answer(places.KINDS, "subjects"),
        "copies": {
            "known": str(len(copies)),
            "reported": case.number(places.CONTAINED, "copies_reported"),
            "removed": case.number(places.CONTAINED, "copies_removed"),
            "remaining": case.answer(places.SIGN_OFF, "residual"),
            "accepted until": at(case.moment(places.SIGN_OFF, "accepted_until")),
        },
    }


def says(case: Case) -> dict[str, Any]:
    """Return which lines of page one its playbook has words for, so that no reader wonders about the others."""
    steps, inputs = case.plan.steps, case.plan.inputs
    moments = {
        "first seen outside": places.FIRST_SEEN in inputs,
        "known to us": places.AWARE in inputs,
        "people shown told": places.TOLD in steps,
        "first filing": places.FILED in steps or any(step.stops for step in steps.values()),
        "first statement": any(name in steps for name in places.PUBLISHED),
    }
    return {
        "people": places.TOLD in steps,
        "data": places.KINDS in steps,
        "copies": places.COPIES in inputs,
        "not_moments": [name for name, there in moments.items() if not there],
    }


def _fulfilled(case: Case) -> datetime | None:
    """Return when the first duty of a clock was fulfilled."""
    told = clocks(case.plan, case.incident, may_see=case.reader.may_see)
    done = [duty["fulfilled"] for clock in told for duty in clock["duties"] if duty["fulfilled"]]
    return min(map(datetime.fromisoformat, done), default=None)


def _done(case: Case, step: str) -> datetime | None:
    entry = case.incident.step(step)
    return entry.settled_at if entry.status.value == "done" else None


def _between(start: datetime | None, end: datetime | None) -> str | None:
    return span(end - start) if start and end else None
