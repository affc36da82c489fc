"""May this person do this? The one answer for every way in.

Rules kept here (design section 3, semantic 8; section 7, rule 4):
1. A role is held by the people assigned to it; a vacant role's work goes to its `else`, then to the
   commander, and whoever declared the incident is acting commander while nobody else is.
2. An ask is answered by the holders of its roles; the commander may also do tasks, and so may whoever one of these
   gave a task's ticket to, who takes part for as long as it is open. An approval is never given by anyone who wrote,
   answered or last changed what is approved, and by each person once.
3. An approval that people outside would notice needs more than a local shell where a chat or tracker is
   set up.
4. Who may answer an ask may say to be on it, and so may whoever is called when nobody is: the commander.
5. Facts, skips, retries, undo, cancel, close, another version: the commander; a step's own owner may skip, retry and
   resolve it, move its target and have it done again; counsel may revise facts, and set a target that the law
   sets; any participant may add to a list or note something.
6. A commander offers the command to somebody, who alone accepts or declines it.
7. Any participant may put the incident on hold; the commander, or whoever did, releases it.
8. Who holds, or acted for, a role that is kept apart from another one never acts for that other, also not where its
   work falls to them.
9. The commander or counsel keeps somebody out of the incident, everybody may step aside themselves; whoever is kept out
   does nothing in it and sees nothing of it.
10. Where the playbook allows it, somebody who may approve or the commander goes ahead alone, also with what they wrote;
   whoever did never ratifies it.
11. What a restricted incident is about is shown in a chat only to those who take part, or stand in its channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from engine.domain import commands as cmd
from engine.domain.plan import Reach
from engine.domain.sensitivity import Sensitivity
from engine.domain.separation import barred, barred_from, told
from engine.domain.views import VIEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.domain.ask import Ask
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan

COMMANDER = "commander"
COUNSEL = "counsel"
LOCAL_SHELL = "local-shell"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not, in words; `rule` is stable. `fields` says what is wrong in a form, `ask` who may."""

    rule: str
    message: str
    hint: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    ask: tuple[str, ...] = ()

    def advice(self, name: Callable[[str], str] = str) -> str:
        """Return what to do next, empty when there is nothing; `name` says how people are called there."""
        if not self.ask:
            return self.hint
        *most, last = map(name, self.ask)
        return f"Ask {', '.join(most)} or {last}." if most else f"Ask {last}."


def holders(plan: Plan, incident: Incident, role: str) -> tuple[str, ...]:
    """Return who does a role's work now, the first one first; nobody, when all it falls to are kept apart from it."""
    held, next_in_line, seen = incident.roles.get(role, ()), role, set[str]()
    while not held and next_in_line not in seen:
        seen.add(next_in_line)
        known = plan.roles.get(next_in_line)
        next_in_line = (known.fallback if known else None) or COMMANDER
        held = _free(plan, incident, incident.roles.get(next_in_line, ()), role=role)
    return tuple(held) or _free(plan, incident, (_acting(incident),), role=role)


def _free(plan: Plan, incident: Incident, people: Iterable[str], *, role: str) -> tuple[str, ...]:
    """Return those to whom a vacant role's work may fall."""
    return tuple(person for person in people if barred(plan, incident, person, role=role) is None)


def _acting(incident: Incident) -> str:
    """Return who has the command while nobody holds it: whoever declared, else the first who holds any role."""
    others = (person for people in incident.roles.values() for person in people)
    kept_out = incident.declared_by in incident.excluded
    return next(others, incident.declared_by) if kept_out else incident.declared_by


def may_see(plan: Plan, incident: Incident, person: str) -> bool:
    """Return whether somebody who asks from outside an incident's own channel may see what it is about."""
    if person in incident.excluded:
        return False
    offered = incident.handover is not None and incident.handover.to == person
    return plan.sensitivity is Sensitivity.INTERNAL or offered or person in participants(plan, incident)


def vacant(plan: Plan, incident: Incident) -> tuple[str, ...]:
    """Return the roles that nobody holds, so that their work falls to others."""
    return tuple(role for role in plan.roles if not incident.roles.get(role))


def participants(plan: Plan, incident: Incident) -> frozenset[str]:
    """Return everyone who takes part: holders of any role, who was given a task, and whoever declared the incident."""
    held = {person for role in plan.roles for person in holders(plan, incident, role)}
    named = {person for people in incident.roles.values() for person in people}
    lent = {person for ask in incident.asks.values() if ask.open for person in entrusted(plan, incident, ask)}
    return frozenset(held | named | lent | {incident.declared_by}) - incident.excluded.keys()


def entrusted(plan: Plan, incident: Incident, ask: Ask) -> frozenset[str]:
    """Return who may do a task since somebody who may do it gave its ticket to them."""
    if ask.kind != "task" or not ask.given_to or ask.given_by not in _of(plan, incident, COMMANDER, *ask.by):
        return frozenset()
    return frozenset({ask.given_to})


def refuses_answer(plan: Plan, incident: Incident, ask: Ask, who: cmd.Who, *, connected: bool) -> Refusal | None:
    """Return why a person may not answer an ask, or None; `connected`: a chat or tracker is set up."""
    allowed = {person for role in ask.by for person in holders(plan, incident, role)}
    if ask.kind == "task":
        allowed |= _of(plan, incident, COMMANDER) | entrusted(plan, incident, ask)
    if ask.kind == "approval" and who.person in ask.requesters:
        did = "went ahead alone, or wrote it" if ask.ratifies else "wrote it"
        return Refusal(
            "own_change",
            f"{_roles(plan, ask.by)} {_verb(ask)} this, and never the person who {did}.",
            "Somebody else of that role has to look at it.",
        )
    bar = _barred(plan, incident, ask, who)
    if bar is not None:
        return bar
    if who.person not in allowed:
        return Refusal("not_asked", f"{_roles(plan, ask.by)} {_verb(ask)} this.", ask=tuple(sorted(allowed)))
    return _refuses_approval(plan, ask, who, connected=connected) if ask.kind == "approval" else None


def refuses_glass(plan: Plan, incident: Incident, ask: Ask, who: cmd.Who) -> Refusal | None:
    """Return why a person may not go ahead without an approval, or None; the writer may, since others ratify it."""
    allowed = _of(plan, incident, COMMANDER, *ask.by)
    if who.person not in allowed:
        words = f"{_roles(plan, ask.by)} or the commander goes ahead with this alone."
        return Refusal("not_allowed", words, ask=tuple(sorted(allowed)))
    return _barred(plan, incident, ask, who)


def _barred(plan: Plan, incident: Incident, ask: Ask, who: cmd.Who) -> Refusal | None:
    bar = barred_from(plan, incident, ask, who.person)
    if bar is None:
        return None
    return Refusal("separated", told(plan, bar), "Somebody else has to; `tocsin assign` gives the role to them.")


def ladder(plan: Plan, incident: Incident, ask: Ask) -> tuple[str, ...]:
    """Return who is called for an ask, one after the other: its roles' holders in order, then the commanders.

    Whom its ticket was given to comes first, if they are among them.
    """
    people = [person for role in (*ask.by, COMMANDER) for person in holders(plan, incident, role)]
    barred = ask.requesters if ask.kind == "approval" else ()
    first = [person for person in people if person == ask.given_to]
    return tuple(dict.fromkeys(person for person in (*first, *people) if person not in barred))


def refuses_acknowledgement(plan: Plan, incident: Incident, ask: Ask, who: cmd.Who) -> Refusal | None:
    """Return why a person may not say to be on an ask, or None."""
    allowed = ladder(plan, incident, ask)
    if who.person in allowed:
        return None
    return Refusal("not_asked", f"{_roles(plan, ask.by)} {_verb(ask)} this.", ask=tuple(sorted(allowed)))


def refuses(plan: Plan, incident: Incident, command: cmd.AnyCommand, who: cmd.Who) -> Refusal | None:
    """Return why a person may not give a command, or None; what is asked is judged with its ask."""
    if who.person in incident.excluded:
        return Refusal("kept_out", "You take no part in this incident.", "Somebody else decides this.")
    match command:
        case cmd.Answer() | cmd.Acknowledge() | cmd.BreakGlass():
            return None
        case cmd.AddNote() | cmd.AddToFact() | cmd.AnswerReview() | cmd.HoldIncident():
            allowed, words = participants(plan, incident), "Only people who take part in the incident do this."
        case cmd.ReviseFact():
            allowed = _of(plan, incident, COMMANDER, COUNSEL) | {incident.declared_by}
            words = "The commander or counsel revises facts."
        case cmd.SkipStep() | cmd.RetryStep() | cmd.ResolveStep() | cmd.MoveTarget() | cmd.RedoStep():
            allowed = _of(plan, incident, COMMANDER, *_owners(plan, command.step), *_by_law(plan, command))
            words = "The commander or the step's owner decides this."
        case cmd.ReleaseIncident():
            allowed = _of(plan, incident, COMMANDER) | ({incident.hold.by} if incident.hold else set())
            words = "The commander, or whoever put it on hold, releases it."
        case cmd.ExcludePerson() | cmd.AdmitPerson():
            allowed = _of(plan, incident, COMMANDER, COUNSEL) | _themselves(command, who)
            words = "The commander or counsel decides who is kept out; everybody may step aside themselves."
        case cmd.AcceptHandover() | cmd.DeclineHandover():
            allowed = frozenset({incident.handover.to if incident.handover else who.person})
            words = "Only the person to whom the command is offered answers that."
        case (
            cmd.AssignRole() | cmd.UndoStep() | cmd.CancelIncident() | cmd.CloseIncident() | cmd.ReopenIncident()
            | cmd.OfferHandover() | cmd.MigrateIncident()
        ):  # fmt: skip
            allowed, words = _of(plan, incident, COMMANDER), "The commander decides this."
        case _:
            assert_never(command)
    if who.person in allowed:
        return None
    return Refusal("not_allowed", words, ask=tuple(sorted(allowed)))


def kept_apart(plan: Plan, incident: Incident, people: Iterable[str], *, role: str) -> Refusal | None:
    """Return why a role is not given to people, None when it may be."""
    for person in people:
        bar = barred(plan, incident, person, role=role)
        if bar is not None:
            return Refusal("separated", told(plan, bar, person=person), "Name somebody else.")
    return None


def _refuses_approval(plan: Plan, ask: Ask, who: cmd.Who, *, connected: bool) -> Refusal | None:
    if any(answer.by == who.person for answer in ask.answers):
        return Refusal("already_answered", "You have approved this already; it needs another person too.")
    step = plan.step_at(ask.step)
    outward = step.traits is not None and step.traits.reach is Reach.OUTWARD
    if outward and connected and who.strength == LOCAL_SHELL:
        return Refusal(
            "weak_identity",
            "What people outside will see is not approved from a shell where a chat or tracker is set up.",
            "Approve it in Slack or Jira.",
        )
    return None


def _themselves(command: cmd.ExcludePerson | cmd.AdmitPerson, who: cmd.Who) -> frozenset[str]:
    stepping_aside = isinstance(command, cmd.ExcludePerson) and command.person == who.person
    return frozenset({who.person}) if stepping_aside else frozenset()


def _of(plan: Plan, incident: Incident, *roles: str) -> frozenset[str]:
    return frozenset(person for role in roles for person in holders(plan, incident, role))


def _owners(plan: Plan, instance: str) -> tuple[str, ...]:
    step = plan.find_step(instance)
    return (*step.by, *((step.owner,) if step.owner else ())) if step else ()


def _by_law(plan: Plan, command: cmd.AnyCommand) -> tuple[str, ...]:
    """Return who else sets a target: counsel, where the law sets it."""
    step = plan.find_step(command.step) if isinstance(command, cmd.MoveTarget) else None
    return (COUNSEL,) if step is not None and step.lawful else ()


def _roles(plan: Plan, roles: tuple[str, ...]) -> str:
    titles = [plan.roles[role].title or role if role in plan.roles else role for role in roles]
    return " or ".join(titles) or "Nobody"


def _verb(ask: Ask) -> str:
    words = {"approval": "approves", "decision": "decides", VIEW: "gives a view on"}
    return "ratifies" if ask.ratifies else words.get(ask.kind, "does")
