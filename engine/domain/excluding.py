"""Keeping somebody out of an incident, because they are in it themselves, and letting them back in.

Rules kept here (design section 7, rule 4): pure; somebody who can take the command always remains; whoever is kept out
is given no role, no ticket and no command, by nobody, until they are let back in.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER, Refusal, holders
from engine.domain.incident import Exclusion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan


def take_exclusion(
    plan: Plan,
    incident: Incident,
    command: cmd.ExcludePerson | cmd.AdmitPerson,
    stamp: Mapping[str, str],
    *,
    now: datetime,
) -> tuple[InputEvent, ...] | Refusal:
    """Return the events of keeping somebody out or letting them back in, or why it is refused."""
    match command:
        case cmd.ExcludePerson() if command.person in incident.excluded:
            return Refusal("kept_out", f"{command.person} is kept out already.", "`tocsin status` shows who is.")
        case cmd.ExcludePerson() if not command.reason.strip():
            return Refusal("reason", "Keeping somebody out needs a reason.", "Say in one sentence why; few see it.")
        case cmd.ExcludePerson() if _leaves_nobody(plan, incident, command.person, now=now):
            hint = "Give the command to somebody else first: `tocsin assign`."
            return Refusal("last", "Nobody else could take the command then.", hint)
        case cmd.ExcludePerson():
            return (ev.PersonExcluded(person=command.person, reason=command.reason.strip(), **stamp),)
        case cmd.AdmitPerson() if command.person not in incident.excluded:
            return Refusal("not_kept_out", f"{command.person} is not kept out.", "`tocsin status` shows who is.")
        case cmd.AdmitPerson():
            return (ev.PersonAdmitted(person=command.person, reason=command.reason.strip(), **stamp),)
        case _:
            assert_never(command)


def names_excluded(incident: Incident, command: cmd.AnyCommand) -> Refusal | None:
    """Return why a command may not give something to the people it names, or None."""
    match command:
        case cmd.AssignRole():
            named = command.people
        case cmd.OfferHandover():
            named = [command.to]
        case _:
            return None
    kept_out = next((person for person in named if person in incident.excluded), None)
    if kept_out is None:
        return None
    return Refusal("kept_out", f"{kept_out} is kept out of this incident.", "`tocsin admit` lets somebody back in.")


def _leaves_nobody(plan: Plan, incident: Incident, person: str, *, now: datetime) -> bool:
    roles = {role: tuple(held for held in people if held != person) for role, people in incident.roles.items()}
    excluded = {**incident.excluded, person: Exclusion("", now, "")}
    left = holders(plan, replace(incident, roles=roles, excluded=excluded), COMMANDER)
    return all(held in excluded for held in left)
