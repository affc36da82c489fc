"""What needs a person in an incident, in words and with what to do about it.

Rules kept here: what holds everything up comes first; a restricted step is there, and what it is about is not said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.domain.authority import ladder, vacant
from engine.domain.conducting import clocks, judging, standing
from engine.domain.conducting.joining import Joined, missed_because
from engine.domain.conducting.situation import Situation
from engine.domain.conducting.undoing import unwritable
from engine.domain.glass import alone_from, stands
from engine.domain.lifecycle import StepStatus
from engine.domain.naming import beside
from engine.domain.plan import OnFailure
from engine.domain.sensitivity import Sensitivity
from engine.domain.surfaces import EPIC, PAGE_ENDED, SURFACES, WAKING, asked_by, taken_since
from engine.domain.views import VIEW, titles
from engine.reports.clocks import regime_of
from engine.reports.phrases import awaited, objection, on_hold, unsaid, within
from engine.reports.titles import placed
from engine.reports.values import local

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def attention(situation: Situation) -> Iterator[dict[str, str]]:
    """Yield what needs a person, what holds everything up first."""
    yield from _held(situation.incident)
    yield from _offered(situation.incident)
    for step, entry in standing.in_place(situation, situation.plan.steps.values()):
        yield from _about(situation, step, entry)
        yield from _clocks(situation, step, entry)
    for step in situation.steps:
        yield from _too_few(situation, step)
    for ask in situation.incident.asks.values():
        if ask.open:
            yield from _unanswered(situation, ask)
        yield from _alone(situation, ask)
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
        title = placed(situation.plan, ask.step)
        due = local(ask.due, situation.incident.zone)
        late = f"“{title}” was due {due} and is not answered."
        view = f"The view of {titles(situation.plan, ask.by)} on “{title}” was to be there {due}."
        yield _need("missed", ask.step, view if ask.kind == VIEW else late)
    if ask.calls and not taken_since(ask, ask.calls[-1]):
        yield _need("called", ask.step, _called(situation, ask))


def _alone(situation: Situation, ask: Ask) -> Iterator[dict[str, str]]:
    """Yield that somebody may go ahead alone, or that others object to its having been done."""
    incident, title = situation.incident, placed(situation.plan, ask.step)
    moment = alone_from(situation.plan, incident, ask)
    if moment is not None and situation.now >= moment:
        command = f"`tocsin break-glass {incident.id} '{ask.step}' --reason ...`"
        yield _need("break_glass", ask.step, f"“{title}” waits for approval. One person may go ahead alone: {command}")
    standing_of_it = stands(incident, ask)
    if standing_of_it is not None and ask.last is not None:
        step = situation.plan.step_at(ask.step)
        why = within(ask.last.reason) if step.sensitivity is Sensitivity.INTERNAL else "the reason is restricted"
        undo = f"`tocsin undo {incident.id} '{ask.step}'`"
        words = objection(standing_of_it, title=title, by=ask.last.by, why=f" ({why})", undo=undo)
        yield _need("objected", ask.step, words)


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
    title = placed(situation.plan, ask.step)
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
    title, incident = placed(situation.plan, entry.id), situation.incident.id
    because = within(entry.because) if step.sensitivity is Sensitivity.INTERNAL else "the reason is restricted"
    settle = f"`tocsin resolve {incident} '{entry.id}' done|failed|retry --reason ...`"
    if entry.status is StepStatus.UNCONFIRMED:
        yield _need("unconfirmed", entry.id, f"“{title}” nobody can tell whether it was done ({because}). {settle}")
    elif entry.status is StepStatus.FAILED and _undecided(situation, step, entry):
        yield _need("failed", entry.id, f"“{title}” failed ({because}). {settle}")
    elif entry.undo_ordered and (missing := unwritable(situation, step, entry)):
        yield _need(
            "undo_unknown", entry.id, f"“{title}” cannot be taken back: {within(missing)}. Take it back by hand."
        )
    elif situation.incident.phases.get(step.phase) is not None:
        waits = _not_known(situation, step, entry)
        skip = f"`tocsin skip {incident} '{entry.id}' --reason ...`"
        if waits:
            yield _need("unknown", entry.id, f"“{title}” {waits}. {skip} leaves it out.")


def _clocks(situation: Situation, step: StepPlan, entry: Step) -> Iterator[dict[str, str]]:
    """Yield that nobody can tell whether a clock of law began, while it can still be said."""
    incident, title = situation.incident, placed(situation.plan, entry.id)
    again = f"`tocsin redo {incident.id} '{entry.id}' --reason ...` asks it again."
    for regime, why in () if incident.over else clocks.undecided(situation, step, entry):
        shown = step.sensitivity is Sensitivity.INTERNAL
        of, because = (regime_of(situation.plan, regime).name, within(why)) if shown else ("a law", "it is restricted")
        yield _need("clock", entry.id, f"“{title}” does not say whether the clock of {of} began ({because}). {again}")


def _not_known(situation: Situation, step: StepPlan, entry: Step) -> str:
    """Return what a step waits for, or what it will not be told any more; empty when there is nothing."""

    def title(name: str) -> str:
        return placed(situation.plan, beside(entry.id, name))

    missing = judging.unknown(situation, step, entry)
    never = "" if missing else judging.never_said(situation, step, entry)
    return awaited(missing, title=title) if missing else unsaid(never, title=title) if never else ""


def _undecided(situation: Situation, step: StepPlan, entry: Step) -> bool:
    """Return whether a failure is left to be decided; of a call its steps are, unless everything stops for it."""
    told_inside = entry.opened and step.on_failure is not OnFailure.STOP
    return not entry.accepted and not told_inside and standing.failed(situation, step)


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
        yield _need("failed", step.id, f"“{placed(situation.plan, step.id)}” counts as failed ({why}).{retry}")


def _of(plan: Plan, subject: str) -> str:
    instance = re.split(r"[.:#]", subject)[0]
    return f" of “{placed(plan, instance)}”" if plan.find_step(instance) else ""


def _need(kind: str, subject: str, text: str) -> dict[str, str]:
    return {"kind": kind, "subject": subject, "text": text}
