"""`tocsin doctor`: whether this installation is set up, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.entrypoints.cli.checkup import Finding
    from engine.settings.values import Settings

EXIT_AWAY = 4
UNASKED = frozenset({"slack", "jira", "database", "prefect"})
"""What is said of them without asking is left out where they are asked."""


def doctor(
    *,
    connect: Annotated[bool, typer.Option("--connect", help="Also ask Slack, Jira, the database and Prefect.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="An object with `checks`.")] = False,
) -> None:
    r"""Check settings, people, calendars, playbooks and the data folder; change nothing.

    \b
    tocsin doctor              one line per check, and what to do where something is to be done
    tocsin doctor --connect    also every right in Slack and Jira, each person there, the database and Prefect
    tocsin doctor --json       for programs: an object with `checks`, each name, state, detail, hint

    What it asks changes nothing there either. Secrets are never shown, only whether they are set. Exit code 2 when
    something here is wrong, 4 when only another system is, 0 when there are warnings only.
    """
    from engine.bootstrap import action_facts
    from engine.bootstrap.premises import premises
    from engine.entrypoints.cli.checkup import Finding, State, checkup
    from engine.settings.read import read, usable

    settings = usable(read())
    here = checkup(action_facts())
    here += [Finding.of(one) for one in (premises(settings) if settings else ())]
    there = _asked(settings) if connect and settings else []
    told = {one.name for one in there}
    here = [one for one in here if one.state is not State.GOOD or one.name not in told & UNASKED]
    show([*here, *there], as_json=json_)
    wrong = any(one.state is State.WRONG for one in here)
    away = any(one.state is State.WRONG for one in there)
    raise typer.Exit(2 if wrong else EXIT_AWAY if away else 0)


def show(findings: Sequence[Finding], *, as_json: bool = False) -> None:
    """Write findings, one a line, and under a line what to do next."""
    import json

    if as_json:
        typer.echo(json.dumps({"checks": [one.as_json() for one in findings]}, indent=2, ensure_ascii=False))
        return
    width = max((len(one.name) for one in findings), default=0)
    for one in findings:
        typer.echo(f"{one.state:<7}  {one.name:<{width}}  {one.detail}")
        if one.hint:
            typer.echo(f"{'':<7}  {'':<{width}}  hint: {one.hint}")


def _asked(settings: Settings) -> list[Finding]:
    import asyncio

    from engine.bootstrap.connections import connections
    from engine.entrypoints.cli.checkup import Finding

    return [Finding.of(one) for one in asyncio.run(connections(settings))]
