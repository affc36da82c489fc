"""What becomes of views when a running incident goes over to another version of its playbook.

Rules kept here: who is heard may change while nothing is answered: who is added is asked, who is taken out is asked no
more, and a view that was given stays. After the answer nobody more is heard before it, since the record would then say
that somebody was to be heard and was not. Who was told until when is not told otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.incident import base_id
from engine.domain.lifecycle import StepStatus
from engine.domain.mapping.change import ANSWERED, Change, Obstacle, entries_of, listed
from engine.domain.views import VIEW, role_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ask import Ask
    from engine.domain.plan import StepPlan


def heard(change: Change) -> Iterator[Obstacle]:
    """Yield the steps that are answered and before which somebody more would be heard."""
    for step, after, entries in change.steps():
        added = _added(step, after)
        if added and any(entry.status in ANSWERED for entry in entries):
            are = "is" if len(added) == 1 else "are"
            why = f"it is answered already, so {listed(added)} {are} not heard before it"
            yield Obstacle("heard", f"step {step.id}", why)


def hearing(change: Change, step: StepPlan, after: StepPlan) -> str:
    """Return what another way of hearing others means for a step where it stands; empty when it means nothing now."""
    entries = entries_of(change.incident, step.id)
    asked = [ask for ask in change.incident.asks.values() if ask.kind == VIEW and base_id(ask.step) == step.id]
    # A step that waits for views has not begun, and nothing but its views is known of it.
    waiting = bool(asked) and not any(entry.began_at for entry in entries)
    open_now = any(entry.status is StepStatus.AWAITING_PERSON for entry in entries)
    return "; ".join(_told(step, after, asked, waiting=waiting, open_now=open_now))


def _told(step: StepPlan, after: StepPlan, asked: list[Ask], *, waiting: bool, open_now: bool) -> Iterator[str]:
    added, gone = _added(step, after), set(_roles(step)) - set(_roles(after))
    if added and (waiting or open_now):
        yield f"{_are(added)} asked for a view now"
    unheard = [role_of(ask.id) for ask in asked if ask.open and role_of(ask.id) in gone]
    if unheard:
        yield f"{_are(list(dict.fromkeys(unheard)))} asked for a view no more"
    given = [role_of(ask.id) for ask in asked if ask.outcome == "answered" and role_of(ask.id) in gone]
    if given:
        yield f"the view of {listed(dict.fromkeys(given))} stays"
    yield from _waits(step, after, waiting=waiting, open_now=open_now)


def _waits(step: StepPlan, after: StepPlan, *, waiting: bool, open_now: bool) -> Iterator[str]:
    before = step.consult.first if step.consult else None
    first = after.consult.first if after.consult else None
    if before == first:
        return
    if waiting and first is None:
        yield "it is asked without waiting for views"
    elif waiting:
        yield "views are asked for already: until when stays"
    elif open_now and first is not None:
        yield "it is asked already, so it waits for no view"


def _added(step: StepPlan, after: StepPlan) -> list[str]:
    return [role for role in _roles(after) if role not in _roles(step)]


def _roles(step: StepPlan) -> tuple[str, ...]:
    return step.consult.roles if step.consult else ()


def _are(roles: list[str]) -> str:
    return f"{listed(roles)} {'is' if len(roles) == 1 else 'are'}"
