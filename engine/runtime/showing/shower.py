"""Makes what people look at: the channel, messages, the epic and tickets, and what wakes them, each once.

Rules kept here: exactly one event comes back, never an exception; whatever may have been made already is looked up by
its key first; nothing is ever given up, because the other side comes back: what did not work is tried again, later and
later, up to five minutes apart, and what has to wait for its turn when that comes. Only what is kept from the other
side on purpose is left at that, and people are told; and so is, after most of an hour, what somebody has deleted there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.errors import (
    GoneError,
    IntegrationError,
    LeaseLostError,
    OutcomeUnknownError,
    TocsinError,
    TurnAwaitedError,
    WithheldError,
)
from engine.domain.surfaces import EPIC, IN_CHAT, IN_PAGERS, TICKET
from engine.ports.lookup import Absent, CannotTell, Found
from engine.runtime.performing import Doubt
from engine.runtime.showing.chatting import ChatSurfaces
from engine.runtime.showing.paging import PagerSurfaces
from engine.runtime.showing.tracking import TrackerSurfaces
from engine.runtime.showing.words.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.chat import Chat
    from engine.ports.ledger import Heads
    from engine.ports.paging import Pager
    from engine.ports.people import People
    from engine.ports.time import Clock
    from engine.ports.tracker import Tracker
    from engine.runtime.performing import Outcome

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0
GONE_AFTER = 10
"""Attempts after which what is not there any more is left at that; they are most of an hour."""
LOOKS = 2
"""How often one attempt acts at most: again only after a look-up that surely found nothing."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shower:
    """Performs the moves that show something; `chat` or `tracker` is None where there is none."""

    chat: Chat | None
    tracker: Tracker | None
    people: People
    ledger: Heads
    clock: Clock
    pagers: Mapping[str, Pager] = field(default_factory=dict)

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Make one surface, or say when it is tried again."""
        scene = Scene(plan, incident, self.people, self.clock.now())
        try:
            result, adopted = await self._made(scene, move, doubt=doubt)
        except LeaseLostError:
            raise
        except TurnAwaitedError as error:
            log.info("turn_awaited", why=error.message)
            return self._later(move, error)
        except GoneError as error:
            log.warning("gone", why=error.message, hint=error.hint())
            made = move.kind in (EPIC, TICKET)
            return self._later(move, error) if made or move.attempt < GONE_AFTER else self._given_up(move, error)
        except WithheldError as error:
            log.warning("withheld", why=error.message, hint=error.hint())
            return self._given_up(move, error)
        except IntegrationError as error:
            log.warning("not_shown", why=error.message, hint=error.hint())
            return self._later(move, error)
        except TocsinError as error:  # the ledger's database is away, say
            log.warning("not_shown", why=error.message, hint=error.hint())
            return self._later(move, OutcomeUnknownError(error.message))  # whether it was made before that is looked up
        except Exception as error:
            log.exception("showing_bug")
            return self._later(move, OutcomeUnknownError(f"a fault in Tocsin itself: {type(error).__name__}"))
        return ev.EffectDone(**_what(move), result=result, adopted=adopted)

    async def _made(self, scene: Scene, move: Perform, *, doubt: Doubt) -> tuple[dict[str, Any], bool]:
        side = self._side(move)
        for look in range(LOOKS):
            if doubt is not Doubt.NONE or look:
                match await side.find(scene, move, patient=doubt is not Doubt.SLIGHT or bool(look)):
                    case Found(value=found):
                        return found, True
                    case CannotTell(why=why) if doubt is not Doubt.SLIGHT or look:
                        raise OutcomeUnknownError(f"it cannot be told whether it is there: {why}")
                    case Absent() | CannotTell():
                        pass
            try:
                return await side.make(scene, move), False
            except OutcomeUnknownError as error:
                log.warning("outcome_unknown", why=error.message)
                if error.retry_after is not None:  # it asks to be left alone for so long
                    raise
        raise OutcomeUnknownError("no answer came, twice; it was not there in between")

    def _side(self, move: Perform) -> ChatSurfaces | TrackerSurfaces | PagerSurfaces:
        if move.kind in IN_PAGERS:
            return PagerSurfaces(self.pagers, self.chat)
        if move.kind in IN_CHAT:
            if self.chat is None:
                raise IntegrationError("There is no chat any more.", hint="Set TOCSIN_SLACK_BOT_TOKEN.")
            return ChatSurfaces(self.chat, self.ledger, self.clock)
        if self.tracker is None:
            raise IntegrationError("There is no tracker any more.", hint="Set TOCSIN_JIRA_URL.")
        return TrackerSurfaces(self.tracker, self.chat, self.ledger)

    def _given_up(self, move: Perform, error: IntegrationError) -> ev.EffectFailed:
        return ev.EffectFailed(**_what(move), message=error.message, hint=error.hint())

    def _later(self, move: Perform, error: IntegrationError) -> ev.EffectFailed:
        retry_at = instant_text(self.clock.real_now() + _wait(move, error))
        early = isinstance(error, TurnAwaitedError)
        unsure = isinstance(error, OutcomeUnknownError) or (isinstance(error, TurnAwaitedError) and error.looking)
        return ev.EffectFailed(
            **_what(move), message=error.message, hint=error.hint(), retry_at=retry_at, unsure=unsure, early=early
        )


def _wait(move: Perform, error: IntegrationError) -> timedelta:
    if isinstance(error, TurnAwaitedError):
        return timedelta(seconds=error.retry_after)
    planned = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(move.attempt - 1, 10)) if error.retryable else LONGEST_PAUSE
    return timedelta(seconds=max(planned, error.retry_after or 0.0))


def _what(move: Perform) -> dict[str, Any]:
    return {"key": move.key, "kind": move.kind, "subject": move.subject, "attempt": move.attempt}
