"""Keeping somebody out of an incident that they are in themselves, and letting them back in."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.entrypoints.cli.standing import As, Incident, Json, Reason, give

Person = Annotated[str, typer.Argument(help="Their id in people.yaml.")]


def exclude(incident: Incident, person: Person, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Keep somebody out of the incident: because they are in it themselves, or stand too close to it.

    \b
    tocsin exclude INC-7 dana --reason "it is about a meeting of hers"

    They lose their roles and tickets in it, are taken out of its channel, and may do nothing in it; their work goes to
    the next who holds the role. The reason is shown to few. Anybody may step aside themselves; for others, the
    commander or counsel decides. Who is kept out of every incident stands in people.yaml.
    """
    from engine.domain import commands as cmd

    command = cmd.ExcludePerson(person=person, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{person} is kept out of {incident}.")


def admit(
    incident: Incident,
    person: Person,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it stays on the timeline.")] = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Let somebody who was kept out take part again; give them their role with `tocsin assign`.

    \b
    tocsin admit INC-7 dana --reason "she was not in that meeting"
    """
    from engine.domain import commands as cmd

    command = cmd.AdmitPerson(person=person, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{person} may take part in {incident} again.")
