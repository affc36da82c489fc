"""What the engine shows by itself, by name (the channel, tickets, cards, reminders, pages), and what is there of it.

Rule kept here: each surface is an effect whose key follows from its kind and its subject, so that everybody who knows
what it is about finds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.incident import effect_key

if TYPE_CHECKING:
    from engine.domain.ask import Ask, Call, Reminder
    from engine.domain.incident import Effect, Incident

CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT, HANDOVER = (
    "channel",
    "living",
    "card",
    "notice",
    "review_card",
    "head_chat",
    "handover",
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
EPIC_CLOSE, EPIC_REOPEN = "epic_close", "epic_reopen"
REMINDER, CALL = "reminder", "call"
PAGE, PAGE_TAKEN, PAGE_ENDED = "page", "page_taken", "page_ended"
IN_CHAT = frozenset({CHANNEL, LIVING, CARD, NOTICE, REVIEW_CARD, HEAD_CHAT, HANDOVER, REMINDER, CALL})
IN_TRACKER = frozenset(
    {EPIC, TICKET, TICKET_CLOSE, TICKET_REOPEN, TICKET_AGAIN, TICKET_PUT_BACK, TICKET_MERGE, HEAD_TRACKER}
    | {EPIC_CLOSE, EPIC_REOPEN}
)
IN_PAGERS = frozenset({PAGE, PAGE_TAKEN, PAGE_ENDED})
SURFACES = IN_CHAT | IN_TRACKER | IN_PAGERS
WAKING = frozenset({REMINDER, CALL}) | IN_PAGERS
"""What only makes sense while its ask is open."""

LEFT_OUT = "left-out"
"""Under this name it is remembered who could not be brought into the channel, and why; it is on no timeline."""
APPROVAL = "approval"
HELD, RELEASED = "held", "released"
"""What a notice says of a hold; no step has a state of that name."""
MIGRATED = "migrated"
"""What a notice says of another version."""
ESCALATED = "escalated"
"""What a notice says of an approval that further roles are asked for."""
CLOSED = "closed_unaccepted"
"""What a person did to a ticket that is answered by opening it again."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Which surfaces this organisation has set up."""

    chat: bool = False
    tracker: bool = False
    pagers: bool = False


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


def taken_since(ask: Ask, call: Call) -> bool:
    """Return whether somebody has said to be on an ask since a call."""
    return ask.on_it is not None and ask.on_it.at >= call.at


def reminder_of(ask: Ask, reminder: Reminder) -> str:
    """Return the name of a reminder: `words.task.1:75`, `words.task.1:75:1` once its target was moved."""
    return f"{ask.id}:{reminder.share}{f':{reminder.moved}' if reminder.moved else ''}"


def reminded(incident: Incident, subject: str) -> tuple[Ask, Reminder]:
    """Return the ask and the reminder that a reminder's name means."""
    ask = incident.asks[subject.partition(":")[0]]
    return ask, next(known for known in ask.reminders if reminder_of(ask, known) == subject)


def call_of(ask: Ask, call: Call) -> str:
    """Return the name of a call: `words.task.1#2`."""
    return f"{ask.id}#{call.level}"


def page_of(ask: Ask, call: Call, pager: str) -> str:
    """Return the name of a page: `words.task.1#2:duty`."""
    return f"{call_of(ask, call)}:{pager}"


def called(incident: Incident, subject: str) -> tuple[Ask, Call, str]:
    """Return the ask, the call and the pager (empty for the chat) that a call's or page's name means."""
    name, _, rest = subject.partition("#")
    level, _, pager = rest.partition(":")
    ask = incident.asks[name]
    return ask, next(known for known in ask.calls if known.level == int(level)), pager
