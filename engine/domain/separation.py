"""Roles that one person never holds together: who may not act for one since they hold, or acted for, another.

Rules kept here: pure; at the beginning the first one under `roles` keeps its people (the commander before all, since
somebody has to command), and each later one goes on to its next; whoever answered for a role, also while they only
stood in for it, never acts for one that is kept apart from it. A person answers for the first of an ask's roles that
they hold, and for its first one where they hold none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class Bar:
    """Why somebody does not act for a role: the role that they hold or acted for, and why the two are kept apart."""

    role: str
    other: str
    acted: bool
    why: str


def distributed(
    plan: Plan, held: Mapping[str, Sequence[str]], *, first: str
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return who holds which role once nobody holds two that are kept apart, and whom each role passed over."""
    kept: dict[str, list[str]] = {}
    passed: dict[str, list[str]] = {}
    for role in sorted(held, key=lambda name: name != first):
        taken = {person for other in _apart(plan, role) for person in kept.get(other, ())}
        kept[role] = [person for person in held[role] if person not in taken]
        over = [person for person in held[role] if person in taken]
        if over:
            passed[role] = over
    return {role: kept[role] for role in held if kept[role]}, passed


def barred(plan: Plan, incident: Incident, person: str, *, role: str) -> Bar | None:
    """Return why a person does not act for a role, None when they may."""
    others = _apart(plan, role)
    if not others:
        return None
    acted = set(_acted_for(incident, person))
    for other, why in others.items():
        if person in incident.roles.get(other, ()) or other in acted:
            return Bar(role, other, acted=person not in incident.roles.get(other, ()), why=why)
    return None


def barred_from(plan: Plan, incident: Incident, ask: Ask, person: str) -> Bar | None:
    """Return why a person may answer an ask for none of its roles, None when they may for one."""
    held = [role for role in ask.by if person in incident.roles.get(role, ())] or list(ask.by)
    found = [barred(plan, incident, person, role=role) for role in held]
    return found[0] if found and all(found) else None


def told(plan: Plan, bar: Bar, *, person: str = "") -> str:
    """Return a bar in words, to a person or about one."""
    did = ("has acted for" if bar.acted else "holds") if person else ("have acted for" if bar.acted else "hold")
    other, role = (plan.roles[name].title for name in (bar.other, bar.role))
    why = bar.why.rstrip(".")
    return f"{person or 'You'} {did} {other}, and nobody holds that and {role} together: {why}."


def _apart(plan: Plan, role: str) -> dict[str, str]:
    """Return the roles that are kept apart from one, and why."""
    return {other: kept.why for kept in plan.separation if role in kept.roles for other in kept.roles if other != role}


def _acted_for(incident: Incident, person: str) -> Iterator[str]:
    for ask in incident.asks.values():
        alone = ask.broken is not None and ask.broken.by == person
        if alone or any(answer.by == person for answer in ask.answers):
            yield _capacity(incident, ask.by, person)


def _capacity(incident: Incident, roles: Iterable[str], person: str) -> str:
    named = list(roles)
    return next((role for role in named if person in incident.roles.get(role, ())), named[0] if named else "")
