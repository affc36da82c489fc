"""Steering an incident: facts, roles, notes, and what becomes of steps."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from engine.entrypoints.cli.standing import As, Incident, Json, Reason, Step, give

Why = Annotated[str, typer.Option("--reason", "-r", help="Why; it stays on the timeline.")]


class Outcome(StrEnum):
    """What became of a step whose outcome nobody could tell, or that failed."""

    DONE = "done"
    FAILED = "failed"
    RETRY = "retry"


class Openness(StrEnum):
    """Who may read a note."""

    INTERNAL = "internal"
    RESTRICTED = "restricted"
    PRIVILEGED = "privileged"


def fact(
    incident: Incident,
    name: Annotated[str, typer.Argument(help="The input of the playbook.")],
    value: Annotated[str, typer.Argument(help="What is known now.")],
    *,
    reason: Reason,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Change what is known, with a reason; steps that have not begun are looked at again.

    \b
    tocsin fact INC-7 anyone_minor no --reason "from the invitation list"
    """
    from engine.domain import commands as cmd

    command = cmd.ReviseFact(name=name, value=value, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{name} is {value} now.")


def add(
    incident: Incident,
    name: Annotated[str, typer.Argument(help="The list.")],
    values: Annotated[list[str], typer.Argument(help="What is added.")],
    *,
    reason: Why = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Let a list grow: its steps begin for each new element.

    \b
    tocsin add INC-7 urls https://b.example/2
    """
    from engine.domain import commands as cmd

    command = cmd.AddToFact(name=name, values=values, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"Added to {name}.")


def assign(
    incident: Incident,
    role: Annotated[str, typer.Argument(help="The role of the playbook.")],
    people: Annotated[
        list[str] | None, typer.Argument(help="Ids of people.yaml, the first one first; none: whoever is on call.")
    ] = None,
    *,
    reason: Why = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Give a role to people, or to whoever is on call for it.

    \b
    tocsin assign INC-7 commander jo ana
    tocsin assign INC-7 commander          whoever is on call now, then its list
    """
    from engine.domain import commands as cmd

    command = cmd.AssignRole(role=role, people=people or [], reason=reason)
    told = ", ".join(people) if people else "whoever is on call, then its list"
    give(incident, command, named=named, json_=json_, done=f"{role}: {told}.")


def note(
    incident: Incident,
    text: Annotated[str, typer.Argument(help="The remark.")],
    *,
    openness: Annotated[Openness, typer.Option("--sensitivity", help="Who may read it.")] = Openness.INTERNAL,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Put a remark on the timeline.

    \b
    tocsin note INC-7 "Called the host's duty desk, they look at it."
    """
    from engine.domain import commands as cmd

    command = cmd.AddNote(text=text, sensitivity=openness.value)
    give(incident, command, named=named, json_=json_, done="Noted.")


def skip(incident: Incident, step: Step, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Leave a step undone, with a reason.

    \b
    tocsin skip INC-7 market --reason "not listed"
    """
    from engine.domain import commands as cmd

    give(incident, cmd.SkipStep(step=step, reason=reason), named=named, json_=json_, done=f"{step} is skipped.")


def retry(incident: Incident, step: Step, *, reason: Why = "", named: As = None, json_: Json = False) -> None:
    r"""Try a failed or declined step again.

    \b
    tocsin retry INC-7 lock_original
    """
    from engine.domain import commands as cmd

    give(incident, cmd.RetryStep(step=step, reason=reason), named=named, json_=json_, done=f"{step} begins again.")


def resolve(
    incident: Incident,
    step: Step,
    outcome: Annotated[Outcome, typer.Argument(help="What became of it: done, failed, or try again.")],
    *,
    reason: Reason,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Say what became of a step when nobody could tell, or accept that it failed.

    \b
    tocsin resolve INC-7 staff_notice done --reason "it stands in the channel"
    tocsin resolve INC-7 lock_original failed --reason "the owner closed the links by hand"
    """
    from engine.domain import commands as cmd

    command = cmd.ResolveStep(step=step, outcome=outcome.value, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{step}: {outcome.value}.")


def undo(incident: Incident, step: Step, *, reason: Why = "", named: As = None, json_: Json = False) -> None:
    r"""Take back what a step did, the way its playbook says.

    \b
    tocsin undo INC-7 lock_original --reason "false alarm"
    """
    from engine.domain import commands as cmd

    give(incident, cmd.UndoStep(step=step, reason=reason), named=named, json_=json_, done=f"{step} is taken back.")


def cancel(
    incident: Incident,
    *,
    reason: Reason,
    undoing: Annotated[bool, typer.Option("--undo", help="Also take back what was done, the last first.")] = False,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""End an incident before its end.

    \b
    tocsin cancel INC-7 --undo --reason "a drill by another team"
    """
    from engine.domain import commands as cmd

    command = cmd.CancelIncident(reason=reason, undo=undoing)
    give(incident, command, named=named, json_=json_, done=f"{incident} is being ended.")


def hold(incident: Incident, *, reason: Why = "", named: As = None, json_: Json = False) -> None:
    r"""Stop everything automatic at once, until somebody releases it.

    \b
    tocsin hold INC-7 --reason "the recording's number may be wrong"

    Nothing automatic begins, is tried again or is taken back; what is under way ends. What people are asked stays open,
    targets and the law go on. Anybody who takes part may do this; the commander, or whoever did it, releases it.
    """
    from engine.domain import commands as cmd

    command = cmd.HoldIncident(reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{incident} is on hold; `tocsin release` ends it.")


def release(incident: Incident, *, reason: Why = "", named: As = None, json_: Json = False) -> None:
    r"""Let an incident that is on hold go on.

    \b
    tocsin release INC-7 --reason "the number is right"
    """
    from engine.domain import commands as cmd

    command = cmd.ReleaseIncident(reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{incident} goes on.")


def close(incident: Incident, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Close an incident although something is open; follow-ups go on.

    \b
    tocsin close INC-7 --reason "the rest moves to the programme"
    """
    from engine.domain import commands as cmd

    give(incident, cmd.CloseIncident(reason=reason), named=named, json_=json_, done=f"{incident} is being closed.")


def reopen(incident: Incident, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Open a closed incident again.

    \b
    tocsin reopen INC-7 --reason "a further copy turned up"
    """
    from engine.domain import commands as cmd

    give(incident, cmd.ReopenIncident(reason=reason), named=named, json_=json_, done=f"{incident} is open again.")
