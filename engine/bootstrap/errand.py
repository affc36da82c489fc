"""One errand from beginning to end, in a process of its own: a heavy action that an engine has posted.

Rules kept here: what is to be done is read from the timeline; nothing is written to the timeline, since that is the
engine's; an errand that is done, that somebody else is at, or whose incident is on hold is left alone.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from engine.bootstrap.acting import performer_of
from engine.bootstrap.office import open_office
from engine.bootstrap.sides import environment, open_sides
from engine.domain import timeline as ev
from engine.domain.conducting.situation import Perform
from engine.runtime.errands import TTL, at_it, doubt_of, written
from engine.runtime.standings import folded
from engine.settings.logs import configure_logs
from engine.settings.read import secret_values, settings_of
from integrations.system.home import writing
from integrations.system.secrets import EnvironmentSecrets
from integrations.web.client import WebClient
from integrations.web.guard import AllowList

if TYPE_CHECKING:
    from engine.domain.incident import Incident

NOT_WANTED = "Nothing was to be done: somebody else did it or is at it, or the incident is on hold."
DONE = "Done; what it came to is in the ledger."


async def carry(incident: str, key: str, attempt: int) -> str:
    """Carry out an errand; return in neutral words what happened, empty when it was not done."""
    settings = settings_of()
    with writing(settings.home):
        hidden = [*settings.secrets(), *secret_values()]
        configure_logs(settings.home / "logs" / "heavy.log", secrets=hidden, level="INFO")
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(open_office(settings))
        state = folded(None, await office.ledger.entries(incident))
        move = None if state.hold else _move(state, key, attempt=attempt)
        errands = office.ledger.errands()
        asked = office.clock.monotonic()
        taken = await errands.take(incident, key, attempt=attempt, ttl=TTL) if move else None
        if move is None or taken is None:
            return NOT_WANTED
        plan = await office.plans.of(state.digest, playbook=state.playbook)
        named = EnvironmentSecrets(environment())
        sides = await open_sides(settings, stack, clock=office.clock, secrets=named)
        http = await stack.enter_async_context(WebClient(AllowList.parse(list(settings.http_allow))))
        performer = performer_of(office, sides, named=named, http=http)
        work = partial(performer.perform, plan, state, move, doubt=doubt_of(taken))
        outcome = await at_it(errands, taken, office.clock, asked=asked, work=work)
        if outcome is None or not await errands.hand_in(taken, written(outcome)):
            return NOT_WANTED
        return DONE if isinstance(outcome, ev.EffectDone) else ""


def _move(state: Incident, key: str, *, attempt: int) -> Perform | None:
    """Return the move of an effect that was intended and has no outcome yet."""
    effect = state.effects.get(key)
    if effect is None or effect.status != "intended" or effect.attempt != attempt:
        return None
    return Perform(key=key, kind=effect.kind, subject=effect.subject, attempt=attempt)
