"""Where an incident stands, as data for programs and pages: stable keys, UTC times, plain sentences for people.

Rules kept here: what needs a person comes with what to do about it; a restricted step is there, and what it is about
is not said.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from engine.domain.authority import holders, ladder, vacant
from engine.domain.chain import instant_text
from engine.domain.conducting import standing
from engine.domain.conducting.joining import Joined, missed_because
from engine.domain.conducting.rounds import pause_of
from engine.domain.conducting.situation import Situation
from engine.domain.events.shape import Lane
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import EPIC, PAGE_ENDED, SURFACES, WAKING, asked_by, taken_since, ticket_of
from engine.reports.phrases import awaited, on_hold
from engine.reports.tables import filled_tables, for_everybody
from engine.reports.values import local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.ask import Ask
    from engine.domain.incident import Effect, Incident, Step
    from engine.domain.plan import Plan, StepPlan

SURFACE_NAMES = {
    "channel": "The channel",
    "living": "The pinned message",
    "card": "The card",
    "notice": "A notice",
    "review_card": "The review's card",
    "reminder": "A reminder",
    "call": "A call",
    "page": "The page",
    "page_taken": "The acknowledgement of the page",
    "page_ended": "The end of the page",
    "handover": "The offer of the command",
    "head_chat": "The timeline's head in the channel",
    "head_tracker": "The timeline's head in the epic",
    "epic": "The epic",
    "ticket": "The ticket",
    "ticket_close": "The closing of the ticket",
    "ticket_reopen": "The reopening of the ticket",
    "ticket_again": "The word under the ticket that it is asked again",
    "ticket_put_back": "The word under the ticket that something is put back",
    "ticket_merge": "The closing of a ticket that was made twice",
    "epic_close": "The closing of the epic",
    "epic_reopen": "The reopening of the epic",
}


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
        "attention": list(_attention(situation)),
        "phases": [_phase(situation, phase.id) for phase in plan.phases],
        "asks": [_ask(plan, incident, ask) for ask in asks],
        "tables": [asdict(table) for table in filled_tables(plan, incident, may_see=for_everybody)],
        "segments": [
            {"number": item.number, "lane": item.lane, "flow_run": item.flow_run} for item in incident.segments
        ],
        "lanes": {lane: sum(item.lane == lane for item in incident.segments) for lane in get_args(Lane)},
        "moments": {name: instant_text(at) for name, at in {**incident.advanced_at, **incident.moments}.items()},
        "reviews": len(incident.reviews),
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


def title_of(step: StepPlan) -> str:
    """Return a step's title as everybody may see it."""
    return step.title if step.sensitivity is Sensitivity.INTERNAL else f"A {step.sensitivity.value} step ({step.id})"


def _phase(situation: Situation, phase_id: str) -> dict[str, Any]:
    phase = situation.plan.phase(phase_id)
    known = situation.incident.phases.get(phase_id)
    steps = [situation.plan.steps[step] for step in phase.steps]
    return {
        "id": phase_id,
        "state": (known.status if known else PhaseStatus.WAITING).value,
        "steps": [_step(situation, step, entry) for step in steps for entry in standing.instances(situation, step)],
    }


def _step(situation: Situation, step: StepPlan, entry: Step) -> dict[str, Any]:
    open_to_all = step.sensitivity is Sensitivity.INTERNAL
    return {
        "id": entry.id,
        "kind": step.kind.value,
        "title": title_of(step),
        "state": entry.status.value,
        "because": entry.because if open_to_all else "",
        "ticket": ticket_of(situation.incident, entry.ask or entry.id) or None,
        "follow_up": step.follow_up,
        "round": entry.round if step.repeat else None,
        "rounds": step.repeat.most if step.repeat else None,
        "again": pause.due if (pause := pause_of(situation.incident, entry)) else None,
        "settled": entry.status in SETTLED,
    }


def _ask(plan: Plan, incident: Incident, ask: Ask) -> dict[str, Any]:
    step = plan.step_at(ask.step)
    return {
        "id": ask.id,
        "kind": ask.kind,
        "step": ask.step,
        "title": title_of(step),
        "by": list(ask.by),
        "people": list(dict.fromkeys(person for role in ask.by for person in holders(plan, incident, role))),
        "due": instant_text(ask.due) if ask.due else None,
        "missed": ask.missed,
        "called": [
            {"person": call.person, "level": call.level, "because": call.because, "at": instant_text(call.at)}
            for call in ask.calls
        ],
        "on_it": {"person": ask.on_it.by, "since": instant_text(ask.on_it.at)} if ask.on_it else None,
        "ticket": ticket_of(incident, ask.id) or None,
        "given_to": ask.given_to or None,
    }


def _attention(situation: Situation) -> Iterator[dict[str, str]]:
    """Yield what needs a person, what holds everything up first."""
    yield from _held(situation.incident)
    yield from _offered(situation.incident)
    for step in situation.plan.steps.values():
        for entry in standing.instances(situation, step):
            yield from _about(situation, step, entry)
        yield from _too_few(situation, step)
    for ask in situation.incident.asks.values():
        if ask.open:
            yield from _unanswered(situation, ask)
    for effect in situation.incident.effects.values():
        if effect.kind in SURFACES:
            yield from _unshown(situation, effect)
    yield from _unheld(situation)


def _held(incident: Incident) -> Iterator[dict[str, str]]:
    if incident.hold is not None:
        said = on_hold(incident.hold, since=local(incident.hold.since, incident.zone), by=incident.hold.by)
        yield _need("on_hold", incident.id, f"{said} `tocsin release {incident.id}` ends that.")


def _offered(incident: Incident) -> Iterator[dict[str, str]]:
    offer = incident.handover
    if offer is not None:
        answer = f"`tocsin accept {incident.id}` or `tocsin decline {incident.id} --reason ...`"
        since = local(offer.at, incident.zone)
        words = f"{offer.by} offers the command to {offer.to} since {since} and has it until then: {answer}"
        yield _need("handover", incident.id, words)


def _unanswered(situation: Situation, ask: Ask) -> Iterator[dict[str, str]]:
    if ask.missed and ask.due:
        title = title_of(situation.plan.step_at(ask.step))
        due = local(ask.due, situation.incident.zone)
        yield _need("missed", ask.step, f"“{title}” was due {due} and is not answered.")
    if ask.calls and not taken_since(ask, ask.calls[-1]):
        yield _need("called", ask.step, _called(situation, ask))


def _unshown(situation: Situation, effect: Effect) -> Iterator[dict[str, str]]:
    what = f"{SURFACE_NAMES[effect.kind]}{_of(situation.plan, effect.subject)}"
    if effect.status == "retrying" and _wanted(situation.incident, effect):
        yield _need("not_shown", effect.subject, f"{what} is not there yet: {effect.message}")
    elif effect.status == "failed" and _still_wanted(situation.incident, effect):
        yield _need("withheld", effect.subject, f"{what} is not made: {effect.message}")


def _unheld(situation: Situation) -> Iterator[dict[str, str]]:
    incident = situation.incident
    for role, found in incident.on_call.items():
        if found.trouble:
            said = f"Rota {found.rota} did not say who is on call for {role} ({found.trouble.rstrip('.')})"
            yield _need("rota", role, f"{said}; the list holds. `tocsin assign {incident.id} {role} PERSON`")
    for role in vacant(situation.plan, incident):
        name = situation.plan.roles[role].title or role
        over = incident.kept_apart.get(role, ())
        why = f": {', '.join(over)} may not beside what they hold" if over else ""
        yield _need("vacant", role, f"Nobody holds {name}{why}. `tocsin assign {incident.id} {role} PERSON`")


def _still_wanted(incident: Incident, effect: Effect) -> bool:
    ask = asked_by(incident, effect.subject)
    return not incident.over if effect.kind == EPIC else ask is not None and ask.open


def _called(situation: Situation, ask: Ask) -> str:
    call, incident = ask.calls[-1], situation.incident
    title = title_of(situation.plan.step_at(ask.step))
    done = set(ladder(situation.plan, incident, ask)) <= {known.person for known in ask.calls}
    rest = " There is nobody else to call." if done else ""
    when = local(call.at, incident.zone)
    said = f"“{title}”: {call.person} was called {when} (level {call.level}), and nobody is on it."
    return f"{said}{rest} `tocsin ack {incident.id} '{ask.step}'`"


def _wanted(incident: Incident, effect: Effect) -> bool:
    """Return whether something is still to be shown: nobody is woken for what is answered."""
    ask = incident.asks.get(re.split(r"[:#]", effect.subject)[0])
    return effect.kind not in WAKING or effect.kind == PAGE_ENDED or (ask is not None and ask.open)


def _about(situation: Situation, step: StepPlan, entry: Step) -> Iterator[dict[str, str]]:
    title, incident = title_of(step), situation.incident.id
    because = entry.because if step.sensitivity is Sensitivity.INTERNAL else "the reason is restricted"
    settle = f"`tocsin resolve {incident} '{entry.id}' done|failed|retry --reason ...`"
    if entry.status is StepStatus.UNCONFIRMED:
        yield _need("unconfirmed", entry.id, f"“{title}” nobody can tell whether it was done ({because}). {settle}")
    elif entry.status is StepStatus.FAILED and not entry.accepted and standing.failed(situation, step):
        yield _need("failed", entry.id, f"“{title}” failed ({because}). {settle}")
    elif situation.incident.phases.get(step.phase) is not None:
        missing = standing.unknown(situation, step, entry)
        if missing:
            waits = awaited(missing, title=lambda name: title_of(situation.plan.step_at(name)))
            skip = f"`tocsin skip {incident} '{entry.id}' --reason ...`"
            yield _need("unknown", entry.id, f"“{title}” {waits}. {skip} leaves it out.")


def _too_few(situation: Situation, step: StepPlan) -> Iterator[dict[str, str]]:
    """Yield that too few elements can still be done, unless a person has accepted each that failed."""
    if standing.join_of(situation, step) is not Joined.MISSED:
        return
    elements = standing.instances(situation, step)
    unsuccessful = [entry for entry in elements if entry.status is StepStatus.FAILED]
    if not (unsuccessful and all(entry.accepted for entry in unsuccessful)):
        why = missed_because(step, elements)
        retry = "".join(
            f" `tocsin retry {situation.incident.id} '{one.id}'` tries one again." for one in unsuccessful[:1]
        )
        yield _need("failed", step.id, f"“{title_of(step)}” counts as failed ({why}).{retry}")


def _of(plan: Plan, subject: str) -> str:
    step = plan.find_step(re.split(r"[.:#]", subject)[0])
    return f" of “{title_of(step)}”" if step else ""


def _need(kind: str, subject: str, text: str) -> dict[str, str]:
    return {"kind": kind, "subject": subject, "text": text}


def _due(ask: Ask) -> tuple[bool, str]:
    return (ask.due is None, instant_text(ask.due) if ask.due else "")
