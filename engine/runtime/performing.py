"""Who carries out a move: actions are performed, what people look at is shown.

Rules kept here: exactly one event comes back, never an exception but the loss of the lease; a move that may have been
done already is looked up before it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from structlog.contextvars import bound_contextvars

from engine.domain import timeline as ev
from engine.domain.surfaces import SURFACES

if TYPE_CHECKING:
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

Outcome = ev.EffectDone | ev.EffectFailed | ev.EffectUnconfirmed


class Doubt(StrEnum):
    """Whether an earlier attempt may have been done.

    NONE: surely not. SLIGHT: the timeline tells of none, but may lack its end. OPEN: perhaps. DECIDED: perhaps, but a
    person said: again. With SLIGHT and DECIDED, what cannot be told is done.
    """

    NONE = "none"
    SLIGHT = "slight"
    OPEN = "open"
    DECIDED = "decided"

    @property
    def bold(self) -> bool:
        """Whether it is done where nobody can tell."""
        return self in (Doubt.SLIGHT, Doubt.DECIDED)


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def since(incident: Incident, key: str, *, now: datetime) -> datetime:
    """Return the real instant before which nothing of an effect can be at the far side."""
    if incident.unclean:
        return LONG_AGO
    effect = incident.effects.get(key)
    return datetime.fromisoformat(effect.started) if effect and effect.started else now


class Performs(Protocol):
    """Carries out moves."""

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Carry out one move; `doubt` says whether an earlier attempt may have been done."""
        ...


@dataclass(frozen=True, slots=True)
class ByKind:
    """Steps' acts go to one, channels, messages and tickets to the other."""

    acts: Performs
    surfaces: Performs

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Carry out one move; what is logged meanwhile says for which incident, step and attempt."""
        chosen = self.surfaces if move.kind in SURFACES else self.acts
        with bound_contextvars(incident=incident.id, step=move.subject, effect=move.kind, attempt=move.attempt):
            return await chosen.perform(plan, incident, move, doubt=doubt)
