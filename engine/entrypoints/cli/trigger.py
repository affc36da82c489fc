"""`tocsin trigger`: declare an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.entrypoints.cli.standing import As, Json, in_office, show, who_acts

if TYPE_CHECKING:
    from engine.bootstrap.office import Office
    from engine.runtime.desk import Declared


def trigger(
    playbook: Annotated[str, typer.Argument(help="The name of a playbook, or its file.")],
    *,
    given: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="key=value, again for lists; key=@file for JSON.")
    ] = None,
    dedup_key: Annotated[
        str | None, typer.Option(help="Triggers with the same key are one incident, however often they come.")
    ] = None,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Declare an incident: its playbook begins at once.

    \b
    tocsin trigger video-leak -i summary="A recording is public" -i urls=https://example.org/v/1
    tocsin trigger video-leak -i urls=https://a.example/1 -i urls=https://b.example/2 -i summary=@summary.json
    tocsin trigger lost-device -i device=LT-42 -i summary="Left on a train" --dedup-key alarm-7 --json

    The incident is on disk when the command ends. Without a running engine it starts when `tocsin serve` does.
    """
    from engine.entrypoints.cli.files import pinned, playbook_named
    from engine.entrypoints.cli.given import typed_inputs
    from engine.runtime.desk import Playbook

    path = playbook_named(playbook)
    inputs = typed_inputs(given or [])

    async def work(office: Office) -> tuple[Declared, bool]:
        who = who_acts(office, named)
        declared = await office.desk.declare(Playbook(pinned(path), str(path)), inputs, who, dedup_key=dedup_key)
        return declared, office.serving() is not None

    declared, served = in_office(work)
    if json_:
        show({"incident": declared.incident, "created": declared.created, "engine": served})
        return
    typer.echo(f"{declared.incident} declared." if declared.created else f"{declared.incident} is declared already.")
    if not served:
        typer.echo("No engine is running: it starts when `tocsin serve` does.")
    typer.echo(f"Next: tocsin status {declared.incident}")
