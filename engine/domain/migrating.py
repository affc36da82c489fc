"""Taking a running incident over to another version of its playbook: what is different, what that means, and the event.

Rules kept here: a migration is asked for with a reason and is previewed by the same function that takes it; what does
not fit is refused whole, every obstacle at once; what is done stays done, what is asked keeps its target and its
approvers; what has not begun is looked at again as the new version says; a new step in a phase that is open or has
settled begins at once, late. What the new version asks anew is given with it, or has a default, or may be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import Refusal
from engine.domain.declaring import accepted_inputs
from engine.domain.errors import InputError
from engine.domain.lifecycle import PhaseStatus
from engine.domain.mapping.change import Change, Obstacle, entries_of, touched
from engine.domain.mapping.rules import forgotten, obstacles
from engine.domain.mapping.views import hearing
from engine.domain.plan import StepPlan
from engine.domain.values import Instant, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.events.shape import InputEvent, Json
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

APART = frozenset({"line", "traits", "handler_for"})
"""What is no difference of a step: another line of the file, and what a plan adds to it."""
OWN_PLACE = frozenset(
    {"playbook", "version", "digest", "inputs", "roles", "phases", "steps", "regimes", "controls", "ends_read"}
)
"""What of a whole plan is compared elsewhere, or stands in catalogs."""
KEYS = {"with_": "with", "instructions": "text", "handlers": "on_failure", "enough": "join", "fulfilled": "stops"}
"""How a part of a plan is called in a playbook."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different in the new version, and what that means for this incident."""

    what: str
    """`step notify_union: added`, by id."""
    means: str


def take_migration(
    plan: Plan, into: Plan | None, incident: Incident, command: cmd.MigrateIncident, who: cmd.Who, *, now: datetime
) -> tuple[InputEvent, ...] | Refusal:
    """Return that an incident goes over to another plan, what it is told by that, or why it cannot."""
    if into is None or incident.cancelling or incident.closing:
        return Refusal("ending", f"{incident.id} is being ended, so its playbook stays as it is.")
    if not command.reason.strip():
        return Refusal("reason", "Another version needs a reason.", "Say why; it stays on the timeline.")
    change = Change(plan, into, incident)
    found = in_the_way(change, command, who, now=now)
    facts = new_facts(change, command, who, now=now)
    if found or isinstance(facts, Obstacle):
        return _refusal(change, found)
    stamp = {"by": who.person, "via": who.via, "strength": who.strength}
    migrated = ev.IncidentMigrated(
        from_digest=plan.digest,
        to_digest=into.digest,
        from_version=plan.version,
        to_version=into.version,
        reason=command.reason,
        changes=[difference.what for difference in differences(change)],
        forgotten=forgotten(change),
        **stamp,
    )
    why = f"asked by version {into.version}"
    told = [ev.FactRevised(name=name, value=value, reason=why, **stamp) for name, value in facts.items()]
    vacant = [role for role in into.roles if role not in plan.roles and not incident.roles.get(role)]
    given = [ev.RoleAssigned(role=role, people=[], reason=why, on_call=None, **stamp) for role in vacant]
    return (migrated, *told, *given)


def in_the_way(change: Change, command: cmd.MigrateIncident, who: cmd.Who, *, now: datetime) -> list[Obstacle]:
    """Return everything that does not fit, what the new version asks anew and cannot be told among it."""
    found = obstacles(change)
    facts = new_facts(change, command, who, now=now) if change.new.playbook == change.old.playbook else None
    return [*found, facts] if isinstance(facts, Obstacle) else found


def new_facts(
    change: Change, command: cmd.MigrateIncident, who: cmd.Who, *, now: datetime
) -> dict[str, Json] | Obstacle:
    """Return what the new version asks for the first time, given or by default; an obstacle when it cannot be."""
    fresh = [name for name in change.new.inputs if name not in change.incident.facts]
    late = [name for name in command.inputs if name in change.incident.facts]
    if late:
        return Obstacle("input_known", f"input {late[0]}", "it is known already: `tocsin fact` revises it")
    try:
        found = accepted_inputs(
            change.new, command.inputs, names=fresh, zone=who.typing_zone, now=Instant(now, change.incident.zone)
        )
    except InputError as error:
        name, why = error.wrong[0]
        return Obstacle("input_missing", f"input {name}", f"{why.rstrip('.')}; give it with --input {name}=VALUE")
    asked = {name: encode(value) for name, value in found.items()}
    return {name: value for name, value in asked.items() if value is not None}


def differences(change: Change) -> list[Difference]:
    """Return what is different, in the order in which people read a playbook; of another playbook, nothing."""
    if change.new.playbook != change.old.playbook:
        return []
    return [*_whole(change), *_inputs(change), *_roles(change), *_steps(change)]


def _refusal(change: Change, found: list[Obstacle]) -> Refusal:
    return Refusal(
        "cannot_map",
        f"{change.incident.id} cannot go over to version {change.new.version}: {_count(len(found))} in the way.",
        "Change the new version so that it keeps these, or let the incident end with the version it has.",
        fields=tuple((f"{one.place} ({one.rule})", one.why) for one in found),
    )


def _count(number: int) -> str:
    return "one thing is" if number == 1 else f"{number} things are"


def _whole(change: Change) -> Iterator[Difference]:
    """Yield what is different about the playbook itself and its phases."""
    if keys := _keys(change.old, change.new, without=OWN_PLACE):
        yield Difference(f"playbook: {keys}", "it counts from here on; the incident keeps its title")
    before = {phase.id: phase for phase in change.old.phases}
    for phase in change.new.phases:
        if phase.id not in before:
            yield Difference(f"phase {phase.id}: added", "it opens as it says")
        elif keys := _keys(before[phase.id], phase, without=frozenset({"steps"})):
            means = "it has opened and stays open" if phase.id in change.incident.phases else "it opens as it says now"
            yield Difference(f"phase {phase.id}: {keys}", means)
    kept = {phase.id for phase in change.new.phases}
    for phase in change.old.phases:
        if phase.id not in kept:
            yield Difference(f"phase {phase.id}: gone", "its steps go or stand elsewhere")


def _inputs(change: Change) -> Iterator[Difference]:
    old, new = change.old.inputs, change.new.inputs
    for name in new:
        if name not in old:
            yield Difference(f"input {name}: added", "it is asked now")
        elif new[name] != old[name]:
            yield Difference(f"input {name}: {_keys(old[name], new[name])}", "what is known stays known")
    for name in old:
        if name not in new:
            yield Difference(f"input {name}: gone", "it was never known")


def _roles(change: Change) -> Iterator[Difference]:
    old, new = change.old.roles, change.new.roles
    for role in new:
        if role not in old:
            yield Difference(f"role {role}: added", "whoever is on call or listed for it takes part")
        elif new[role] != old[role]:
            yield Difference(f"role {role}: {_keys(old[role], new[role])}", "who holds it stays")
    for role in old:
        if role not in new:
            yield Difference(f"role {role}: gone", "nothing more is asked of it")


def _steps(change: Change) -> Iterator[Difference]:
    old, new = change.old.steps, change.new.steps
    for step in new.values():
        if step.id not in old:
            yield Difference(f"step {step.id}: added", _begins(change, step))
        elif keys := _keys(old[step.id], step):
            yield Difference(f"step {step.id}: {keys}", _means(change, old[step.id], step, keys=keys))
            yield from _inside(step.id, old[step.id].call, step.call)
    for step in old.values():
        if step.id not in new:
            why = touched(change.incident, step.id)
            yield Difference(f"step {step.id}: gone", f"{why} and stays" if why else "it had not begun and is dropped")


def _inside(call: str, before: Plan | None, after: Plan | None) -> Iterator[Difference]:
    """Yield what is different in a playbook that a step calls."""
    if before is None or after is None or before.playbook != after.playbook:
        return
    for step in after.steps.values():
        known = before.steps.get(step.id)
        if known is None:
            yield Difference(f"step {call}/{step.id}: added", "it begins in each call, also in those under way")
        elif keys := _keys(known, step):
            yield Difference(f"step {call}/{step.id}: {keys}", "in each call, for what has not begun there")
            yield from _inside(f"{call}/{step.id}", known.call, step.call)
    for name in before.steps:
        if name not in after.steps:
            yield Difference(f"step {call}/{name}: gone", "it is dropped in each call in which it has not begun")


def _begins(change: Change, step: StepPlan) -> str:
    known = change.incident.phases.get(step.phase)
    if known is None:
        return f"it waits for phase {step.phase}"
    late = ", late: its phase has settled" if known.status is PhaseStatus.SETTLED else ""
    return f"it begins when what it needs is there{late}"


def _means(change: Change, before: StepPlan, step: StepPlan, *, keys: str) -> str:
    """Return what a change of a step means, of whom it hears apart from the rest."""
    views = hearing(change, before, step) if "consult" in keys.split(", ") else ""
    if not views:
        return _counts(change, step)
    return views if keys == "consult" else f"{_counts(change, step)}; {views}"


def _counts(change: Change, step: StepPlan) -> str:
    """Return what a change of a step means where it stands."""
    entries = entries_of(change.incident, step.id)
    asks = [change.incident.asks[entry.ask] for entry in entries if entry.ask in change.incident.asks]  # type: ignore[index]  # None is in no mapping
    if not any(entry.began_at for entry in entries):
        return "it has not begun and is looked at again"
    if any(ask.open for ask in asks):
        return "it is asked already: whom and until when stays"
    if all(entry.settled_at for entry in entries):
        return "it has ended: what was done stays, the change counts only if it is done again"
    return "it has begun: the change counts for what is still to come of it"


def _keys(old: object, new: object, *, without: frozenset[str] = APART) -> str:
    """Return the parts in which two values of the same kind differ, empty when they do not."""
    parts = [part for part in fields(new) if part.compare]  # type: ignore[arg-type]  # parts of a plan are dataclasses
    names = [part.name for part in parts]
    different = [name for name in names if name not in without and getattr(old, name) != getattr(new, name)]
    return ", ".join(dict.fromkeys(KEYS.get(name, name) for name in different))
