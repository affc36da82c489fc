"""How what people do to tickets changes the state, and what follows for whose ticket it is and until when.

Rule kept here: whose ticket it is follows the tracker until Tocsin gives the role to somebody else; the newest change
that is known is kept with it, so that nothing newer is overwritten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.folding.growing import add, put
from engine.domain.incident import Unaccepted

if TYPE_CHECKING:
    from engine.domain.folding.change import Handlers
    from engine.domain.incident import Incident

OWNER, DUE = "owner", "due"
ASPECTS = {
    "reassigned": OWNER,
    "reassigned_unaccepted": OWNER,
    "redated": DUE,
    "redated_unaccepted": DUE,
}


def heard(incident: Incident, ticket: str, aspect: str) -> str:
    """Return the tracker's id of the newest change of that kind that the timeline knows, empty for none."""
    return incident.heard.get(f"{ticket}:{aspect}", "")


def given_again(state: Incident, role: str) -> Incident:
    """Return the state in which the open asks of a role are Tocsin's to hand out again."""
    for ask in list(state.asks.values()):
        if ask.open and ask.given_to is not None and role in ask.by:
            state = replace(
                state, asks=put(state.asks, ask.id, replace(ask, given_to=None, given_by="", turns=ask.turns + 1))
            )
    return state


def _changed(state: Incident, event: ev.TicketChanged, _: datetime) -> Incident:
    state = _noted(state, event.ticket, ASPECTS.get(event.change, ""), event.change_id)
    if event.ask is None:
        return state
    if event.change.endswith("_unaccepted"):
        refused = Unaccepted(event.ask, event.ticket, event.detail, event.change)
        return replace(state, unaccepted=add(state.unaccepted, refused))
    ask = state.asks.get(event.ask)
    if event.change == "reassigned" and ask is None:
        return replace(state, early=put(state.early, event.ask, event.person or ""))
    if event.change == "reassigned" and ask is not None:
        handed = replace(ask, given_to=event.person or "", given_by=event.by, turns=ask.turns + 1)
        return replace(state, asks=put(state.asks, ask.id, handed))
    return state


def _moved(state: Incident, event: ev.TargetMoved, _: datetime) -> Incident:
    ask = state.asks[event.ask]
    moved = replace(ask, due=datetime.fromisoformat(event.due), moved=ask.moved + 1, missed=False)
    state = replace(state, asks=put(state.asks, ask.id, moved))
    return _noted(state, event.ticket, DUE, event.change_id)


def _twin(state: Incident, event: ev.TicketTwinFound, _: datetime) -> Incident:
    return replace(state, twins=put(state.twins, event.ticket, event.stays))


def _caught_up(state: Incident, event: ev.TrackerCaughtUp, _: datetime) -> Incident:
    for key in event.keys:
        state = replace(state, effects=put(state.effects, key, replace(state.effects[key], delayed=None)))
    return state


def _noted(state: Incident, ticket: str, aspect: str, change_id: str) -> Incident:
    if not (aspect and change_id):
        return state
    return replace(state, heard=put(state.heard, f"{ticket}:{aspect}", change_id))


HANDLERS: Handlers = {
    ev.TicketChanged: _changed,
    ev.TargetMoved: _moved,
    ev.TicketTwinFound: _twin,
    ev.TrackerCaughtUp: _caught_up,
}
