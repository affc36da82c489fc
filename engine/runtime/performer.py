"""Acting on the world once, as near as the world allows: from a move to the event that says what became of it.

Theory of operation. The intent is on disk before this module is asked. A first attempt acts (it looks first, where the
timeline may lack its end); an attempt after a crash, or after an answer that never came, first looks the act up at the
far side by its key. Found: it is adopted. Surely absent: it is done. Cannot tell: it is unconfirmed, and a person says.
An answer that does not come during the act is treated the same, within the same attempt.

Rules kept here: exactly one event comes back, never an exception but the loss of the lease, under which nothing is sent
any more; the clients' own retries are off, so one attempt is one request; a bug in an action is a failed step with a
message, not a dead engine; what the far side takes later is no failed attempt, and a look-up that waits for its turn
leaves the question open.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from engine.actions.keep import Kept, kept
from engine.domain import timeline as ev
from engine.domain.chain import instant_text
from engine.domain.errors import IntegrationError, LeaseLostError, OutcomeUnknownError, TurnAwaitedError
from engine.domain.values import decode, plain
from engine.ports.lookup import Absent, CannotTell, Found
from engine.runtime.performing import Doubt
from engine.runtime.retrying import pause, why_not_again

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from engine.actions.interface import Action, ActionContext
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan, RetryPlan, StepPlan
    from engine.domain.values import Json
    from engine.ports.time import Clock
    from engine.runtime.performing import Outcome

LOOKS = 2
"""How often one attempt acts at most: again only after a look-up that found nothing."""


log = structlog.get_logger(__name__)


class Contexts(Protocol):
    """Makes the context that an action works in."""

    def context(self, plan: Plan, incident: Incident, move: Perform) -> ActionContext:
        """Return what the action of a move may know and touch."""
        ...


@dataclass(frozen=True, slots=True)
class Performer:
    """Performs moves with the actions of a registry."""

    actions: Mapping[str, Action[Any, Any]]
    contexts: Contexts
    clock: Clock

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Carry out one move; `doubt` says whether an earlier attempt may have been done."""
        step = plan.step_at(move.subject)
        try:
            result, adopted = await self._act(plan, incident, move, step=step, doubt=doubt)
        except LeaseLostError:
            raise
        except OutcomeUnknownError as error:
            return ev.EffectUnconfirmed(**_what(move), message=error.message)
        except IntegrationError as error:
            return self._failed(plan, incident, move, error, step=step)
        except Exception as error:
            log.exception("action_bug", incident=incident.id, step=move.subject, attempt=move.attempt)
            return ev.EffectFailed(**_what(move), message=f"a fault in Tocsin itself: {type(error).__name__}")
        return ev.EffectDone(**_what(move), result=result.values, adopted=adopted, unkept=list(result.unkept))

    async def _act(
        self, plan: Plan, incident: Incident, move: Perform, *, step: StepPlan, doubt: Doubt
    ) -> tuple[Kept, bool]:
        action = self.actions[_action_name(step, move)]
        entry = incident.step(move.subject)
        params = action.params.model_validate(plain(decode(entry.undo_params if move.kind == "undo" else entry.params)))
        context = self.contexts.context(plan, incident, move)
        for look in range(LOOKS):
            if doubt is not Doubt.NONE or look:
                match await action.find(params, context):
                    case Found(value=found):
                        return _stored(found, action, step, move), True
                    case CannotTell(why=why) if not doubt.bold or look:
                        raise OutcomeUnknownError(why)
                    case Absent() | CannotTell():
                        pass
            try:
                done = await self._in_time(action, params, context, step)
            except OutcomeUnknownError as error:
                log.warning("outcome_unknown", incident=incident.id, step=move.subject, why=error.message)
                continue
            return _stored(done, action, step, move), False
        raise OutcomeUnknownError("no answer came, twice; what it looked for was not there in between")

    async def _in_time(self, action: Action[Any, Any], params: Any, context: ActionContext, step: StepPlan) -> Any:  # noqa: ANN401 each action has its own models
        limit = step.timeout.total_seconds() if step.timeout else None
        try:
            async with asyncio.timeout(limit):
                return await action.do(params, context)
        except TimeoutError:
            message = f"it took longer than {limit:g} s"
            if action.traits.writes:
                raise OutcomeUnknownError(message) from None
            raise IntegrationError(message, retryable=True) from None

    def _failed(
        self, plan: Plan, incident: Incident, move: Perform, error: IntegrationError, *, step: StepPlan
    ) -> ev.EffectFailed:
        wait, why = self._wait(plan, incident, move, error, retry=step.retry) if move.kind == "action" else (None, "")
        retry_at = instant_text(self.clock.real_now() + wait) if wait is not None else None
        early = isinstance(error, TurnAwaitedError) and wait is not None
        unsure = isinstance(error, TurnAwaitedError) and error.looking
        message = f"{error.message.rstrip('.')}; {why}" if why else error.message
        return ev.EffectFailed(
            **_what(move), message=message, hint=error.hint(), retry_at=retry_at, unsure=unsure, early=early
        )

    def _wait(
        self, plan: Plan, incident: Incident, move: Perform, error: IntegrationError, *, retry: RetryPlan
    ) -> tuple[timedelta | None, str]:
        """Return how long is waited before an act is tried again; None, and perhaps why, where it is not."""
        if isinstance(error, TurnAwaitedError):
            return timedelta(seconds=error.retry_after), ""
        why = why_not_again(retry, error, move, plan=plan, incident=incident, now=self.clock.now())
        if why is not None:
            return None, why
        return pause(retry, attempt=move.attempt, retry_after=error.retry_after), ""


def _action_name(step: StepPlan, move: Perform) -> str:
    name = step.undo.action if move.kind == "undo" and step.undo else step.action
    return name or ""


def _what(move: Perform) -> dict[str, Any]:
    return {"key": move.key, "kind": move.kind, "subject": move.subject, "attempt": move.attempt}


def _stored(result: BaseModel, action: Action[Any, Any], step: StepPlan, move: Perform) -> Kept:
    values: Mapping[str, Json] = result.model_dump(mode="json", by_alias=True)
    found = kept(values, keep=step.keep if move.kind == "action" else {}, keeps=action.keeps)
    if found.unkept:
        log.warning("nothing_to_keep", step=move.subject, why=list(found.unkept))
    return found
