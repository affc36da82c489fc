"""Handing the command over: `handover`, `accept`; `decline` without a step stands in `answering`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.entrypoints.cli.standing import As, Incident, Json, give


def handover(
    incident: Incident,
    *,
    to: Annotated[str, typer.Option("--to", help="Who shall take over: an id of people.yaml.")],
    note: Annotated[str, typer.Option("--note", "-n", help="What they need to know.")] = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Offer the command to somebody; you have it until they accept.

    \b
    tocsin handover INC-7 --to jo --note "the host answers at eight; counsel sleeps until six"

    They get your note with where the incident stands: what failed, what is open and due, what comes next. Whoever is
    offered it answers in Slack, or with `tocsin accept` or `tocsin decline`. Another offer takes the place of this one.
    """
    from engine.domain import commands as cmd
    from engine.domain.events.inputs import HandoverOffered

    command = cmd.OfferHandover(to=to, note=note)
    done = f"Offered to {to}; you have the command until they accept. This was written down for them:"
    (offered,) = give(incident, command, named=named, json_=json_, done=done)
    if isinstance(offered, HandoverOffered) and not json_:
        for line in offered.summary:
            typer.echo(f"  {line}")


def accept(incident: Incident, *, named: As = None, json_: Json = False) -> None:
    r"""Take the command of an incident that somebody offers you.

    \b
    tocsin accept INC-7
    """
    from engine.domain import commands as cmd

    give(incident, cmd.AcceptHandover(), named=named, json_=json_, done=f"You have the command of {incident}.")
