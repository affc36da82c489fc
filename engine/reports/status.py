"""Where an incident stands, as data for programs and pages: stable keys, UTC times, plain sentences for people.

Rules kept here: what needs a person comes with what to do about it; a restricted step is there, and what it is about
is not said.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from engine.domain.authority import holders, vacant
from engine.domain.chain import instant_text
from engine.domain.conducting import standing
from engine.domain.conducting.rounds import pause_of
from engine.domain.conducting.situation import Situation
from engine.domain.events.shape import Lane
from engine.domain.glass import alone_from
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import EPIC, ticket_of
from engine.reports.attention import attention
from engine.reports.clocks import clocks
from engine.reports.phrases import due_by_law
from engine.reports.tables import filled_tables, for_everybody
from engine.reports.titles import asked_title, placed

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident, Step
    from engine.domain.plan import Plan, StepPlan


def status(plan: Plan, incident: Incident, *, now: datetime) -> dict[str, Any]:
    """Return where an incident stands at a story instant."""
    situation = Situation(plan, incident, now)
    asks = sorted((ask for ask in incident.asks.values() if ask.open), key=_due)
    epic = next((e for e in incident.effects.values() if e.kind == EPIC and e.status == "done"), None)
    return {
        "incident": incident.id,
        "title": incident.title,
        "state": incident.status.value,
        "exercise": incident.exercise,
        "playbook": incident.playbook,
        "version": incident.playbook_version,
        "declared_at": instant_text(incident.declared_at),
        "declared_by": incident.declared_by,
        "zone": incident.zone,
        "events": incident.seq,
        "migrations": [
            {
                "from": known.from_version,
                "to": known.to_version,
                "by": known.by,
                "at": instant_text(known.at),
                "reason": known.reason,
                "changes": list(known.changes),
            }
            for known in incident.migrations
        ],
        "hold": _hold(incident),
        "handover": _handover(incident),
        "epic": str(epic.result["key"]) if epic else None,
        "roles": {role: list(holders(plan, incident, role)) for role in plan.roles},
        "on_call": {role: found.model_dump() for role, found in incident.on_call.items()},
        "vacant": list(vacant(plan, incident)),
        "separation": [{"roles": list(kept.roles), "why": kept.why} for kept in plan.separation],
        "kept_apart": {role: list(people) for role, people in incident.kept_apart.items()},
        "kept_out": list(incident.excluded),
        "attention": list(attention(situation)),
        "phases": [_phase(situation, phase.id) for phase in plan.phases],
        "asks": [_ask(plan, incident, ask) for ask in asks],
        "tables": [asdict(table) for table in filled_tables(plan, incident, may_see=for_everybody)],
        "segments": [
            {"number": item.number, "lane": item.lane, "flow_run": item.flow_run} for item in incident.segments
        ],
        "lanes": {lane: sum(item.lane == lane for item in incident.segments) for lane in get_args(Lane)},
        "moments": {name: instant_text(at) for name, at in {**incident.advanced_at, **incident.moments}.items()},
        "reviews": len(incident.reviews),
        "clocks": clocks(plan, incident),
    }


def _hold(incident: Incident) -> dict[str, str] | None:
    hold = incident.hold
    return {"since": instant_text(hold.since), "by": hold.by, "reason": hold.reason} if hold else None


def _handover(incident: Incident) -> dict[str, Any] | None:
    offer = incident.handover
    if offer is None:
        return None
    told = {"note": offer.note, "summary": list(offer.summary)}
    return {"number": offer.number, "by": offer.by, "to": offer.to, "at": instant_text(offer.at), **told}


def _phase(situation: Situation, phase_id: str) -> dict[str, Any]:
    phase = situation.plan.phase(phase_id)
    known = situation.incident.phases.get(phase_id)
    steps = (situation.plan.steps[step] for step in phase.steps)
    return {
        "id": phase_id,
        "state": (known.status if known else PhaseStatus.WAITING).value,
        "steps": [_step(situation, step, entry) for step, entry in standing.in_place(situation, steps)],
    }


def _step(situation: Situation, step: StepPlan, entry: Step) -> dict[str, Any]:
    open_to_all = step.sensitivity is Sensitivity.INTERNAL
    return {
        "id": entry.id,
        "kind": step.kind.value,
        "title": placed(situation.plan, entry.id),
        "state": entry.status.value,
        "because": entry.because if open_to_all else "",
        "ticket": ticket_of(situation.incident, entry.ask or entry.id) or None,
        "follow_up": step.follow_up,
        "round": entry.round if step.repeat else None,
        "rounds": step.repeat.most if step.repeat else None,
        "again": _again(situation.incident, entry),
        "settled": entry.status in SETTLED,
    }


def _again(incident: Incident, entry: Step) -> str | None:
    """Return when a step is done or asked again: after a round, or after an answer of no."""
    pause = pause_of(incident, entry)
    answered_no = incident.timers.get(f"again:{entry.ask}") if entry.status is StepStatus.AWAITING_PERSON else None
    timer = pause or (answered_no if answered_no and not answered_no.fired else None)
    return timer.due if timer else None


def _ask(plan: Plan, incident: Incident, ask: Ask) -> dict[str, Any]:
    step = plan.step_at(ask.step)
    return {
        "id": ask.id,
        "kind": ask.kind,
        "step": ask.step,
        "title": asked_title(plan, ask),
        "by": list(ask.by),
        "people": list(dict.fromkeys(person for role in ask.by for person in holders(plan, incident, role))),
        "due": instant_text(ask.due) if ask.due else None,
        "due_text": due_by_law(step, ask),
        "missed": ask.missed,
        "ratifies": ask.ratifies or None,
        "alone_from": instant_text(moment) if (moment := alone_from(plan, incident, ask)) else None,
        "called": [
            {"person": call.person, "level": call.level, "because": call.because, "at": instant_text(call.at)}
            for call in ask.calls
        ],
        "on_it": {"person": ask.on_it.by, "since": instant_text(ask.on_it.at)} if ask.on_it else None,
        "ticket": ticket_of(incident, ask.id) or None,
        "given_to": ask.given_to or None,
    }


def _due(ask: Ask) -> tuple[bool, str]:
    return (ask.due is None, instant_text(ask.due) if ask.due else "")
