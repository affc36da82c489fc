"""What the engine shows in chat and tracker by itself: the channel, the living message, tickets, cards, notices, heads.

Rules kept here: each is an effect with an intent and a key of its own, so that a lost reply makes no second ticket;
the run never waits for one (a tracker that is down delays tickets, not people); none is ever given up, because the
far side comes back; a person's step gets its ticket when it is ready, or when its phase opens where the playbook says
so, and keeps that one ticket however often it is asked; what was begun is ended, also when it is no longer needed, so
that nothing half-made stays open. What can be overwritten (the living message, the epic's text, whose ticket it is, a
card once answered) is kept current by `engine.runtime.mirror`, without events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.answers import REVIEW_ACTION
from engine.domain.chain import instant_text
from engine.domain.conducting.situation import Perform, effect_key
from engine.domain.conducting.standing import instances
from engine.domain.incident import base_id
from engine.domain.lifecycle import SETTLED, PhaseStatus, StepStatus
from engine.domain.plan import Tickets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.conducting.situation import Situation
    from engine.domain.events.shape import Event
    from engine.domain.incident import Ask, Effect, Incident
    from engine.domain.plan import StepPlan

CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT = (
    "channel",
    "living",
    "card",
    "notice",
    "review_card",
    "head_chat",
)
EPIC, TICKET, TICKET_CLOSE, TICKET_REOPEN, TICKET_AGAIN, TICKET_PUT_BACK, TICKET_MERGE, HEAD_TRACKER = (
    "epic",
    "ticket",
    "ticket_close",
    "ticket_reopen",
    "ticket_again",
    "ticket_put_back",
    "ticket_merge",
    "head_tracker",
)
IN_CHAT = frozenset({CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT})
IN_TRACKER = frozenset(
    {EPIC, TICKET, TICKET_CLOSE, TICKET_REOPEN, TICKET_AGAIN, TICKET_PUT_BACK, TICKET_MERGE, HEAD_TRACKER}
)
SURFACES = IN_CHAT | IN_TRACKER

APPROVAL = "approval"
HELD, RELEASED = "held", "released"
"""What a notice says of a hold; no step has a state of that name."""
CLOSED = "closed_unaccepted"
"""What a person did to a ticket that is answered by opening it again."""


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
        yield from _caught_up(situation.incident)


def effect_of(incident: Incident, kind: str, subject: str) -> Effect | None:
    """Return the effect that makes a surface, None before it was first tried."""
    return incident.effects.get(effect_key(incident.id, subject, kind))


def made(incident: Incident, kind: str, subject: str) -> bool:
    """Return whether a surface is there."""
    effect = effect_of(incident, kind, subject)
    return effect is not None and effect.status == "done"


def withheld(incident: Incident, kind: str, subject: str) -> bool:
    """Return whether a surface is kept from the other side on purpose."""
    effect = effect_of(incident, kind, subject)
    return effect is not None and effect.status == "failed"


def maker_of(incident: Incident, ask: str) -> str:
    """Return what made, or is to make, the ticket of an ask: itself, an earlier round, or its step before it was asked.

    A ticket that was made before its step was asked has the step's instance as its subject.
    """
    asked = incident.asks.get(ask)
    if asked is None:
        return ask
    rounds = [f"{asked.step}.{asked.kind}.{number}" for number in range(asked.round, 0, -1)]
    makers = [ask, *rounds, asked.step]
    return next((maker for maker in makers if effect_of(incident, TICKET, maker) is not None), ask)


def ticket_of(incident: Incident, ask: str) -> str:
    """Return the key of an ask's ticket, empty while there is none."""
    effect = effect_of(incident, TICKET, maker_of(incident, ask))
    return str(effect.result.get("key", "")) if effect is not None and effect.status == "done" else ""


def asked_by(incident: Incident, maker: str) -> Ask | None:
    """Return the newest ask that the ticket of this maker is about; None while its step was not asked."""
    made_for = incident.asks.get(maker)
    newest = incident.asks.get(incident.step(made_for.step if made_for else maker).ask or "")
    return newest if newest is not None and maker_of(incident, newest.id) == maker else made_for


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
    yield from _tickets(situation)
    for number, refusal in enumerate(incident.unaccepted, start=1):
        yield TICKET_REOPEN if refusal.change == CLOSED else TICKET_PUT_BACK, f"{refusal.ask}#{number}"
    for twin in incident.twins:
        yield TICKET_MERGE, twin
    for phase, known in incident.phases.items():
        if known.status is PhaseStatus.SETTLED:
            yield HEAD_TRACKER, phase


def _tickets(situation: Situation) -> Iterator[tuple[str, str]]:
    incident = situation.incident
    for ask in incident.asks.values():
        if ask.kind == APPROVAL or situation.plan.steps[base_id(ask.step)].tickets is Tickets.NONE:
            continue
        maker = maker_of(incident, ask.id)
        if ask.open:
            yield TICKET, maker
            if maker != ask.id and made(incident, TICKET, maker) and _asked_again(incident, ask, maker=maker):
                yield TICKET_AGAIN, ask.id
        elif made(incident, TICKET, maker) and _closes(incident, ask) and asked_by(incident, maker) == ask:
            yield TICKET_CLOSE, ask.id
    for step in situation.plan.steps.values():
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


def _caught_up(incident: Incident) -> Iterator[Event]:
    """Yield that the tracker has everything again, once nothing is late any more."""
    late = [effect for effect in incident.effects.values() if effect.delayed is not None and effect.kind in IN_TRACKER]
    since = min((effect.delayed for effect in late if effect.delayed), default=None)
    if since is not None and all(effect.status == "done" for effect in late):
        told = [f"{effect.kind} {effect.subject}" for effect in late]
        yield ev.TrackerCaughtUp(since=instant_text(since), late=told, keys=[effect.key for effect in late])


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
