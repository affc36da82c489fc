"""Heavy actions are carried out in processes of their own, where somebody offers them, and else here.

Theory of operation. The intent is on disk, as for every effect. The effect is then posted as an errand, and somebody
elsewhere is told its incident, key and attempt, and nothing else. Whoever comes reads the timeline, begins the errand
in the database, says every few seconds that it is still at it, and leaves what it came to there. The engine looks until
that is so. An errand that was begun and of which nothing is heard any more is begun again by whoever looks it up first;
whoever was followed by another hands nothing in.

Rules kept here: at most one process is at an errand; nobody begins one whose process may have done it without looking
it up first. While the incident is on hold, one that nobody has begun waits. Unless Prefect is required, an errand that
nobody comes for, or whose process died, is done here; where it is, it waits and that is logged. One event comes back,
unless the lease is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from engine.domain.errors import LeaseLostError, TocsinError
from engine.runtime.errands import TTL, at_it, doubt_of, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from engine.actions.interface import Action
    from engine.domain.conducting.situation import Perform
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.ports.errands import Errand, Errands
    from engine.ports.time import Clock
    from engine.runtime.performing import Doubt, Outcome, Performs

LOOK = 1.0
"""Real seconds between looks at an errand."""
KINDS = ("action", "undo")
log = structlog.get_logger(__name__)


class Sends(Protocol):
    """Tells somebody elsewhere of an errand. Nothing is raised: who is away is nobody."""

    async def staffed(self) -> bool:
        """Return whether somebody is there to come."""
        ...

    async def send(self, errand: Errand, *, again: int) -> str:
        """Tell of an errand, for the how manieth time; return how it can be withdrawn, empty when nobody was told."""
        ...

    async def withdraw(self, told: str) -> None:
        """Say that nobody needs to come any more."""
        ...


@dataclass(slots=True)
class _Told:
    """Whom an errand was told: after how many takes of it, how often and since when (monotonic), how to withdraw it."""

    posted: bool = False
    takes: int = -1
    times: int = 0
    since: float = 0.0
    by: str = ""


@dataclass(slots=True, kw_only=True)
class Elsewhere:
    """Performs heavy actions elsewhere, everything else `here`."""

    here: Performs
    actions: Mapping[str, Action[Any, Any]]
    errands: Errands
    sends: Sends
    clock: Clock
    required: bool
    on_hold: Callable[[str], Awaitable[bool]]
    """Whether an incident is on hold."""
    patience: float
    """Real seconds in which somebody has to begin an errand after being told of it."""

    async def perform(self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt) -> Outcome:
        """Carry out one move."""
        if not self._is_heavy(plan, move):
            return await self.here.perform(plan, incident, move, doubt=doubt)
        told = _Told()
        while True:
            try:
                outcome = await self._looked(plan, incident, move, doubt=doubt, told=told)
            except LeaseLostError:
                raise
            except TocsinError as error:  # the database comes back
                log.warning("errand_not_looked_at", why=error.message)
                outcome = None
            if outcome is not None:
                return outcome
            await self.clock.sleep(LOOK)

    async def _looked(
        self, plan: Plan, incident: Incident, move: Perform, *, doubt: Doubt, told: _Told
    ) -> Outcome | None:
        """Look at an errand once, and do what can be done about it; return what it came to, if it has."""
        errand = await self.errands.look(incident.id, move.key) if told.posted else None
        if errand is None:
            errand = await self.errands.post(incident.id, move.key, attempt=move.attempt, doubt=doubt)
            told.posted = True
        if errand.outcome is not None:
            return read(errand.outcome)
        if errand.until is not None and errand.until > self.clock.real_now():
            return None
        if await self.on_hold(incident.id):
            return None
        if self.required or (errand.takes == 0 and await self._may_come(errand, told)):
            await self._tell(errand, told)
            return None
        return await self._done_here(plan, incident, move, told=told)

    async def _may_come(self, errand: Errand, told: _Told) -> bool:
        """Return whether somebody was told and may be on the way, or is there to be told."""
        if told.takes == errand.takes and self.clock.monotonic() - told.since >= self.patience:
            return False
        return bool(told.by) or await self.sends.staffed()

    async def _tell(self, errand: Errand, told: _Told) -> None:
        """Tell somebody, once for each time that it has to be begun; again where nobody heard it, or came for it."""
        now = self.clock.monotonic()
        fresh = told.takes != errand.takes
        if fresh:
            told.takes, told.times, told.since, told.by = errand.takes, 0, now, ""
        elif told.by and now - told.since < self.patience:
            return
        elif told.by:
            told.times, told.since = told.times + 1, now
        told.by = await self.sends.send(errand, again=told.times)
        if told.times or (fresh and not told.by):
            log.warning("errand_waits", takes=errand.takes, hint="Is a worker of the work pool at work?")

    async def _done_here(self, plan: Plan, incident: Incident, move: Perform, *, told: _Told) -> Outcome | None:
        asked = self.clock.monotonic()
        taken = await self.errands.take(incident.id, move.key, attempt=move.attempt, ttl=TTL)
        if taken is None:  # somebody has come after all
            return None
        log.info("errand_done_here", takes=taken.takes)
        if told.by:
            await self.sends.withdraw(told.by)
        work = partial(self.here.perform, plan, incident, move, doubt=doubt_of(taken))
        return await at_it(self.errands, taken, self.clock, asked=asked, work=work)

    def _is_heavy(self, plan: Plan, move: Perform) -> bool:
        if move.kind not in KINDS:
            return False
        step = plan.step_at(move.subject)
        name = step.undo.action if move.kind == "undo" and step.undo else step.action
        return self.actions[name or ""].traits.heavy
