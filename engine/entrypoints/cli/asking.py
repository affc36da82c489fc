"""Steering what is asked of people: until when, and once more."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.entrypoints.cli.standing import As, Incident, Json, Reason, Step, give
from engine.entrypoints.cli.steering import Why


def due(
    incident: Incident,
    step: Step,
    moment: Annotated[str, typer.Argument(help="When it is due now, with its zone.")],
    *,
    reason: Why = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Move the target of what is asked; a date that the law sets is moved by nobody.

    \b
    tocsin due INC-7 lessons 2026-12-04T17:00+01:00 --reason "the host answers on Friday"
    """
    from engine.domain import commands as cmd

    command = cmd.MoveTarget(step=step, due=moment, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{step} is due {moment} now.")


def redo(incident: Incident, step: Step, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Have a person's finished step done again; what followed from it stays.

    \b
    tocsin redo INC-7 warn_hosts --reason "one host was left out"
    """
    from engine.domain import commands as cmd

    give(incident, cmd.RedoStep(step=step, reason=reason), named=named, json_=json_, done=f"{step} is asked again.")
