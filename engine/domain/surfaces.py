"""What the engine shows in chat and tracker by itself: the channel, the living message, tickets, cards, notices, heads.

Rules kept here: each is an effect with an intent and a key of its own, so that a lost reply makes no second ticket;
the run never waits for one (a tracker that is down delays tickets, not people); none is ever given up, because the
far side comes back; a person's step gets its ticket when it is ready and not before; what was begun is ended, also
when it is no longer needed, so that nothing half-made stays open. What can be overwritten (the
living message, the epic's text, a card once answered) is kept current by `engine.runtime.mirror`, without events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.answers import REVIEW_ACTION
from engine.domain.conducting.situation import Perform, effect_key
from engine.domain.incident import base_id
from engine.domain.lifecycle import PhaseStatus, StepStatus
from engine.domain.plan import Tickets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Ask, Effect, Incident

CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT = (
    "channel",
    "living",
    "card",
    "notice",
    "review_card",
    "head_chat",
)
EPIC, TICKET, TICKET_CLOSE, TICKET_REOPEN, HEAD_TRACKER = (
    "epic",
    "ticket",
    "ticket_close",
    "ticket_reopen",
    "head_tracker",
)
IN_CHAT = frozenset({CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT})
IN_TRACKER = frozenset({EPIC, TICKET, TICKET_CLOSE, TICKET_REOPEN, HEAD_TRACKER})
SURFACES = IN_CHAT | IN_TRACKER

APPROVAL = "approval"
HELD, RELEASED = "held", "released"
"""What a notice says of a hold; no step has a state of that name."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Which surfaces this organisation has set up."""

    chat: bool = False
    tracker: bool = False


def decide_surfaces(situation: Situation, connected: Connected) -> Iterator[Event | Perform]:
    """Yield what should be shown and is not yet."""
    if connected.chat:
        yield from _each(situation, _chat(situation), begun=IN_CHAT)
    if connected.tracker:
        yield from _each(situation, _tracker(situation), begun=IN_TRACKER)


def effect_of(incident: Incident, kind: str, subject: str) -> Effect | None:
    """Return the effect that makes a surface, None before it was first tried."""
    return incident.effects.get(effect_key(incident.id, subject, kind))


def made(incident: Incident, kind: str, subject: str) -> bool:
    """Return whether a surface is there."""
    effect = effect_of(incident, kind, subject)
    return effect is not None and effect.status == "done"


def ticket_of(incident: Incident, ask: str) -> str:
    """Return the key of an ask's ticket, empty while there is none."""
    effect = effect_of(incident, TICKET, ask)
    return str(effect.result.get("key", "")) if effect is not None and effect.status == "done" else ""


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
    for subject in _notices(incident):
        yield NOTICE, subject
    for step in situation.plan.steps.values():
        if step.action == REVIEW_ACTION and incident.step(step.id).status is StepStatus.DONE:
            yield REVIEW_CARD, step.id
    for phase, known in incident.phases.items():
        if known.status is PhaseStatus.SETTLED:
            yield HEAD_CHAT, phase


def _tracker(situation: Situation) -> Iterator[tuple[str, str]]:
    incident = situation.incident
    yield EPIC, EPIC
    if not made(incident, EPIC, EPIC):
        return
    for ask in incident.asks.values():
        if ask.kind == APPROVAL or situation.plan.steps[base_id(ask.step)].tickets is Tickets.NONE:
            continue
        if ask.open:
            yield TICKET, ask.id
        elif made(incident, TICKET, ask.id) and _closes(incident, ask):
            yield TICKET_CLOSE, ask.id
    for number, refusal in enumerate(incident.unaccepted, start=1):
        yield TICKET_REOPEN, f"{refusal.ask}#{number}"
    for phase, known in incident.phases.items():
        if known.status is PhaseStatus.SETTLED:
            yield HEAD_TRACKER, phase


def _closes(incident: Incident, ask: Ask) -> bool:
    """Return whether an ended ask's ticket is closed by us: not while its answer may still be sent back."""
    return incident.step(ask.step).status not in (StepStatus.AWAITING_PERSON, StepStatus.AWAITING_APPROVAL)


def _notices(incident: Incident) -> Iterator[str]:
    for step in incident.steps.values():
        if step.status in (StepStatus.FAILED, StepStatus.UNCONFIRMED):
            yield f"{step.id}:{step.status.value}:{step.attempts}"
    for ask in incident.asks.values():
        if ask.missed:
            yield f"{ask.id}:missed:1"
    for state in incident.advanced_at:
        yield f"incident:{state}:1"
    for number, hold in enumerate(incident.holds, start=1):
        yield f"hold:{HELD}:{number}"
        if hold.end is not None:
            yield f"hold:{RELEASED}:{number}"
