"""What is to be shown now: the channel, the living message, cards, notices, heads, reminders, pages, and the tickets.

Rules kept here: each is an effect with an intent and a key of its own, so that a lost reply makes no second ticket;
the run never waits for one (a tracker that is down delays tickets, not people); none is ever given up, because the
far side comes back; a person's step gets its ticket when it is ready, or when its phase opens where the playbook says
so, and keeps that one ticket however often it is asked; what was begun is ended, also when it is no longer needed, so
that nothing half-made stays open. What can be overwritten (the living message, the epic's text, whose ticket it is, a
card once answered) is kept current by `engine.runtime.mirror`, without events. Of reminders and calls that could not be
posted in their time, only the latest still is; nobody is paged for what is answered or what somebody is on. A page that
was sent is acknowledged and resolved with its ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.answers import REVIEW_ACTION
from engine.domain.conducting.situation import Perform
from engine.domain.conducting.ticketing import caught_up, tickets
from engine.domain.handing import handover_subject
from engine.domain.incident import effect_key
from engine.domain.lifecycle import PhaseStatus, StepStatus
from engine.domain.surfaces import (
    CALL,
    CARD,
    CHANNEL,
    ESCALATED,
    HANDOVER,
    HEAD_CHAT,
    HELD,
    IN_CHAT,
    IN_PAGERS,
    IN_TRACKER,
    LIVING,
    MIGRATED,
    NOTICE,
    PAGE,
    PAGE_ENDED,
    PAGE_TAKEN,
    RELEASED,
    REMINDER,
    REVIEW_CARD,
    TICKET_CLOSE,
    Connected,
    call_of,
    made,
    page_of,
    reminder_of,
    taken_since,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident


def decide_surfaces(situation: Situation, connected: Connected) -> Iterator[Event | Perform]:
    """Yield what should be shown and is not yet."""
    if connected.chat:
        yield from _each(situation, _chat(situation), begun=IN_CHAT)
    if connected.tracker:
        yield from _each(situation, tickets(situation), begun=IN_TRACKER)
        yield from caught_up(situation.incident)
    if connected.pagers:
        yield from _each(situation, _pagers(situation), begun=IN_PAGERS)


def _each(
    situation: Situation, wanted: Iterator[tuple[str, str]], *, begun: frozenset[str]
) -> Iterator[Event | Perform]:
    """Yield what makes the wanted surfaces, and ends those of some kinds that were begun and are wanted no longer."""
    for kind, subject in dict.fromkeys([*wanted, *_begun(situation.incident, begun)]):
        yield from _show(situation, kind, subject)


def _begun(incident: Incident, kinds: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what was begun and nobody knows how that ended: it is found or made, and then closed.

    The closing of a ticket waits until its question may be closed again.
    """
    for effect in incident.effects.values():
        unsure = effect.status == "intended" or (effect.status == "retrying" and effect.unsure)
        if unsure and effect.kind in kinds and effect.kind != TICKET_CLOSE:
            yield effect.kind, effect.subject


def _show(situation: Situation, kind: str, subject: str) -> Iterator[Event | Perform]:
    """Yield the effect that makes a surface: at first, after its pause, or again after a crash."""
    key = effect_key(situation.incident.id, subject, kind)
    effect = situation.incident.effects.get(key)
    if effect is None:
        yield Perform(key, kind, subject, 1)
    elif effect.status == "intended":
        yield Perform(key, kind, subject, effect.attempt)
    elif effect.status == "retrying" and effect.retry_at:
        name = f"retry:{key}:{effect.attempt}"
        timer = situation.incident.timers.get(name)
        if timer is None:
            yield ev.TimerSet(timer=name, due=effect.retry_at, clock="real", purpose=f"retry:{kind}:{subject}")
        elif timer.fired:
            yield Perform(key, kind, subject, effect.attempt + 1)


def _chat(situation: Situation) -> Iterator[tuple[str, str]]:
    incident = situation.incident
    yield CHANNEL, CHANNEL
    if not made(incident, CHANNEL, CHANNEL):
        return
    yield LIVING, LIVING
    for ask in incident.asks.values():
        if ask.open or made(incident, CARD, ask.id):
            yield CARD, ask.id
        yield from _wakes(ask)
    for offer in incident.handovers:
        if not offer.outcome or made(incident, HANDOVER, handover_subject(offer.number)):
            yield HANDOVER, handover_subject(offer.number)
    for subject in _notices(incident):
        yield NOTICE, subject
    for step in situation.plan.steps.values():
        if step.action == REVIEW_ACTION and incident.step(step.id).status is StepStatus.DONE:
            yield REVIEW_CARD, step.id
    for phase, known in incident.phases.items():
        if known.status is PhaseStatus.SETTLED:
            yield HEAD_CHAT, phase


def _wakes(ask: Ask) -> Iterator[tuple[str, str]]:
    """Yield the latest reminder and call of an open ask; of a missed target its own notice tells."""
    if ask.open and ask.reminded and not ask.missed:
        yield REMINDER, reminder_of(ask, ask.reminders[-1])
    if ask.open and ask.calls and not taken_since(ask, ask.calls[-1]):
        yield CALL, call_of(ask, ask.calls[-1])


def _pagers(situation: Situation) -> Iterator[tuple[str, str]]:
    """Yield the pages to be sent, those to be acknowledged, and those to be ended."""
    incident = situation.incident
    for ask in incident.asks.values():
        for known in ask.calls:
            for pager in known.pagers:
                subject = page_of(ask, known, pager)
                sent = made(incident, PAGE, subject)
                if sent and not ask.open:
                    yield PAGE_ENDED, subject
                elif sent and taken_since(ask, known):
                    yield PAGE_TAKEN, subject
                elif ask.open and not taken_since(ask, known):
                    yield PAGE, subject


def _notices(incident: Incident) -> Iterator[str]:
    for step in incident.steps.values():
        if step.status in (StepStatus.FAILED, StepStatus.UNCONFIRMED) and not step.opened:  # its steps tell
            again = f".{step.resets}" if step.resets else ""
            yield f"{step.id}:{step.status.value}:{step.attempts}{again}"
    for ask in incident.asks.values():
        if ask.missed:
            yield f"{ask.id}:missed:1"
        if ask.escalated_at is not None and ask.open:
            yield f"{ask.id}:{ESCALATED}:1"
    for state in incident.advanced_at:
        yield f"incident:{state}:1"
    for number, hold in enumerate(incident.holds, start=1):
        yield f"hold:{HELD}:{number}"
        if hold.end is not None:
            yield f"hold:{RELEASED}:{number}"
    for number in range(1, len(incident.migrations) + 1):
        yield f"playbook:{MIGRATED}:{number}"
