"""`tocsin doctor`: whether this installation is set up, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.entrypoints.cli.checkup import Finding

EXIT_AWAY = 4


def doctor(
    *,
    connect: Annotated[bool, typer.Option("--connect", help="Also ask the database, Slack, Jira and Prefect.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="An object with `checks`.")] = False,
) -> None:
    r"""Check settings, people, calendars and playbooks; change nothing.

    \b
    tocsin doctor              one line per check
    tocsin doctor --connect    also whether Slack, Jira, the database and Prefect answer
    tocsin doctor --json       for programs: an object with `checks`, each name, state, detail

    Secrets are never shown, only whether they are set. Exit code 2 when something here is wrong, 4 when only another
    system is, 0 when there are warnings only.
    """
    import json

    from engine.bootstrap import action_facts
    from engine.entrypoints.cli.checkup import State, checkup

    checks = checkup(action_facts())
    wrong = any(check.state is State.WRONG for check in checks)
    asked = _asked() if connect and not wrong else []
    checks += asked
    if json_:
        typer.echo(json.dumps({"checks": [check.as_json() for check in checks]}, indent=2, ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            typer.echo(f"{check.state:<7}  {check.name:<{width}}  {check.detail}")
    away = any(check.state is State.WRONG for check in asked)
    raise typer.Exit(2 if wrong else EXIT_AWAY if away else 0)


def _asked() -> list[Finding]:
    import asyncio

    from engine.bootstrap.connections import connections
    from engine.entrypoints.cli.checkup import Finding, State
    from engine.settings.read import settings_of

    found = asyncio.run(connections(settings_of()))
    return [Finding(f"asked {one.name}", State.GOOD if one.right else State.WRONG, one.says) for one in found]
