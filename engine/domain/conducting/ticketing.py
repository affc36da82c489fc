"""Which tickets are to be made, closed, opened again, put back or merged now, and when the tracker has caught up.

Rules kept here: a person's step has one ticket, however often it is asked; what is not asked yet has one only where the
playbook says so; a ticket is not closed while its answer may still be sent back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.conducting.standing import instances
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.plan import Tickets
from engine.domain.surfaces import (
    APPROVAL,
    CLOSED,
    EPIC,
    EPIC_CLOSE,
    EPIC_REOPEN,
    HEAD_TRACKER,
    IN_TRACKER,
    TICKET,
    TICKET_AGAIN,
    TICKET_CLOSE,
    TICKET_MERGE,
    TICKET_PUT_BACK,
    TICKET_REOPEN,
    asked_by,
    effect_of,
    made,
    maker_of,
)
from engine.domain.views import VIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.domain.plan import StepPlan


def tickets(situation: Situation) -> Iterator[tuple[str, str]]:
    """Yield the kind and subject of everything that the tracker is to have, the epic first."""
    incident = situation.incident
    yield EPIC, EPIC
    if not made(incident, EPIC, EPIC):
        return
    yield from _tickets(situation)
    for number, refusal in enumerate(incident.unaccepted, start=1):
        yield TICKET_REOPEN if refusal.change == CLOSED else TICKET_PUT_BACK, f"{refusal.ask}#{number}"
    for twin in incident.twins:
        yield TICKET_MERGE, twin
    for phase, known in incident.phases.items():
        if known.status is PhaseStatus.SETTLED:
            yield HEAD_TRACKER, phase
    yield from _epic(incident)


def _epic(incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield the end of the epic once nothing is asked any more, and its beginning anew; ends are counted."""
    epic = effect_of(incident, EPIC, EPIC)
    if epic is None or "ends" not in epic.result:
        return  # made by a release that left epics open
    number = 1
    while made(incident, EPIC_REOPEN, f"{EPIC}#{number}"):
        number += 1
    if incident.over and not any(ask.open for ask in incident.asks.values()):
        yield EPIC_CLOSE, f"{EPIC}#{number}"
    elif not incident.over and made(incident, EPIC_CLOSE, f"{EPIC}#{number}"):
        yield EPIC_REOPEN, f"{EPIC}#{number}"


def caught_up(incident: Incident) -> Iterator[Event]:
    """Yield that the tracker has everything again, once nothing is late any more."""
    late = [effect for effect in incident.effects.values() if effect.delayed is not None and effect.kind in IN_TRACKER]
    since = min((effect.delayed for effect in late if effect.delayed), default=None)
    if since is not None and all(effect.status == "done" for effect in late):
        told = [f"{effect.kind} {effect.subject}" for effect in late]
        yield ev.TrackerCaughtUp(since=instant_text(since), late=told, keys=[effect.key for effect in late])


def _tickets(situation: Situation) -> Iterator[tuple[str, str]]:
    incident = situation.incident
    opening = {
        effect.subject.partition("#")[0]
        for effect in incident.effects.values()
        if effect.kind in (TICKET_REOPEN, TICKET_AGAIN) and effect.status == "intended"
    }
    for ask in incident.asks.values():
        if ask.kind in (APPROVAL, VIEW) or situation.plan.step_at(ask.step).tickets is Tickets.NONE:
            continue
        if not ask.open and (ask.id in opening or made(incident, TICKET_CLOSE, ask.id)):
            continue  # what is being opened is closed afterwards, so that the two do not cross
        maker = maker_of(incident, ask.id)
        if ask.open:
            yield TICKET, maker
            if maker != ask.id and made(incident, TICKET, maker) and _asked_again(incident, ask, maker=maker):
                yield TICKET_AGAIN, ask.id
        elif made(incident, TICKET, maker) and _closes(incident, ask) and asked_by(incident, maker) == ask:
            yield TICKET_CLOSE, ask.id
    for step in situation.steps:
        if step.human and step.tickets is Tickets.ALL and step.phase in incident.phases:
            yield from _early(situation, step)


def _early(situation: Situation, step: StepPlan) -> Iterator[tuple[str, str]]:
    """Yield the tickets of what is not asked yet, and their ends where it never is."""
    for entry in instances(situation, step):
        if entry.ask is not None:
            continue
        if entry.status is StepStatus.WAITING:
            yield TICKET, entry.id
        elif made(situation.incident, TICKET, entry.id) and entry.status in SETTLED:
            yield TICKET_CLOSE, entry.id


def _asked_again(incident: Incident, ask: Ask, *, maker: str) -> bool:
    """Return whether an ask takes over a ticket that may have been closed."""
    return ask.round > 1 or made(incident, TICKET_CLOSE, maker)


def _closes(incident: Incident, ask: Ask) -> bool:
    """Return whether an ended ask's ticket is closed by us: not while its answer may still be sent back."""
    return incident.step(ask.step).status not in (StepStatus.AWAITING_PERSON, StepStatus.AWAITING_APPROVAL)
