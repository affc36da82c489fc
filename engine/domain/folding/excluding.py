"""How keeping somebody out of the incident changes the state.

Rule kept here: whoever is kept out holds no role, has no ticket and is on nothing from that moment; what they did
before stays. Let back in, they get none of it back by that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.folding.growing import put, without
from engine.domain.folding.people import handover_ends
from engine.domain.folding.tickets import given_again
from engine.domain.incident import Exclusion

if TYPE_CHECKING:
    from datetime import datetime

    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident


def _excluded(state: Incident, event: ev.PersonExcluded, at: datetime) -> Incident:
    person = event.person
    state = replace(state, excluded=put(state.excluded, person, Exclusion(event.by, at, event.reason)))
    for role in [role for role, held in state.roles.items() if person in held]:
        state = _without_role(state, role, person)
    if state.handover is not None and person in (state.handover.to, state.handover.by):
        state = handover_ends(state, "lapsed", at)
    state = replace(state, early={step: given for step, given in state.early.items() if given != person})
    return _off_everything(state, person)


def _without_role(state: Incident, role: str, person: str) -> Incident:
    held = tuple(known for known in state.roles[role] if known != person)
    roles = put(state.roles, role, held) if held else without(state.roles, role)
    return given_again(replace(state, roles=roles, on_call=without(state.on_call, role)), role)


def _off_everything(state: Incident, person: str) -> Incident:
    for ask in [ask for ask in state.asks.values() if ask.open]:
        theirs = ask.given_to == person
        freed = replace(ask, given_to=None, given_by="", turns=ask.turns + 1) if theirs else ask
        if ask.on_it is not None and ask.on_it.by == person:
            freed = replace(freed, on_it=None)
        state = replace(state, asks=put(state.asks, ask.id, freed))
    return state


def _admitted(state: Incident, event: ev.PersonAdmitted, _: datetime) -> Incident:
    return replace(state, excluded=without(state.excluded, event.person))


HANDLERS: Handlers = {
    ev.PersonExcluded: _excluded,
    ev.PersonAdmitted: _admitted,
}
