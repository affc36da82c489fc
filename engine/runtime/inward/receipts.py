"""What a person is told in private about something of theirs that was taken and shows nowhere at once. Pure.

Rules kept here: what was typed is not repeated; where a card or a post in the channel says it, nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.domain import commands as cmd
from engine.domain.answers import find_ask
from engine.ports.acts import ActKind
from engine.reports.phrases import ENDS
from engine.reports.titles import placed
from engine.runtime.inward.words import name_of

if TYPE_CHECKING:
    from engine.ports.people import People
    from engine.runtime.desk import Look


RESOLVED = {"done": "Counts as done", "failed": "Failed, and accepted", "retry": "Tried again"}


def receipt(command: cmd.AnyCommand, *, kind: ActKind, look: Look, people: People, there: bool) -> str:
    """Return what is said, empty for nothing; `there` is whether it was typed in the incident's own channel."""
    incident = look.incident.id
    match command:
        case _ if kind is ActKind.BUTTON:
            return ""
        case cmd.AddNote():
            return f"Noted on the timeline of {incident}."
        case cmd.AddToFact(name=name):
            return f"Added in {incident}: {_plain(name)}."
        case cmd.ReviseFact(name=name):
            return f"Changed in {incident}: {_plain(name)}."
        case cmd.AssignRole() | cmd.ExcludePerson() | cmd.AdmitPerson():
            return _about_people(command, look, people)
        case cmd.Acknowledge(target=target):
            return f"You are on it in {incident}: {_title(look, target)}"
        case cmd.Answer(target=target) if kind is ActKind.COMMAND:
            return f"Done in {incident}: {_title(look, target)}"
        case cmd.ResolveStep(step=step, outcome=outcome):
            return f"{RESOLVED[outcome]} in {incident}: {_title(look, step)}"
        case cmd.RetryStep(step=step):
            return f"{RESOLVED['retry']} in {incident}: {_title(look, step)}"
        case cmd.HoldIncident() if not there:
            return f"{incident} is on hold. `/incident release {incident}` ends that."
        case cmd.ReleaseIncident() if not there:
            return f"{incident} is released: what waited goes on."
        case _:
            return ""


def _about_people(command: cmd.AssignRole | cmd.ExcludePerson | cmd.AdmitPerson, look: Look, people: People) -> str:
    match command:
        case cmd.AssignRole():
            return _assigned(command, look, people)
        case cmd.ExcludePerson():
            who = name_of(command.person, people)
            return f"{who} is kept out of {look.incident.id}. `/incident admit` lets them back in."
        case cmd.AdmitPerson():
            return f"{name_of(command.person, people)} may take part in {look.incident.id} again."
        case _:
            assert_never(command)


def _assigned(command: cmd.AssignRole, look: Look, people: People) -> str:
    role = look.plan.roles[command.role].title or command.role if command.role in look.plan.roles else command.role
    names = ", ".join(name_of(person, people) for person in command.people)
    return f"{role} of {look.incident.id}: {names}." if names else f"{role} of {look.incident.id} is given anew."


def _title(look: Look, target: str) -> str:
    ask = find_ask(look.incident, target, approval=False)
    title = placed(look.plan, ask.step if ask else target)
    return title if title.endswith(ENDS) else f"{title}."


def _plain(name: str) -> str:
    return name.replace("_", " ")
