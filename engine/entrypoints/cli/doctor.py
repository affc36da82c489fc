"""`tocsin doctor`: whether this installation is set up, and what is missing."""

from __future__ import annotations

from typing import Annotated

import typer


def doctor(*, json_: Annotated[bool, typer.Option("--json", help="An object with `checks`.")] = False) -> None:
    r"""Check settings, people, calendars and playbooks; change nothing.

    \b
    tocsin doctor           one line per check
    tocsin doctor --json    for programs: an object with `checks`, each name, state, detail

    Secrets are never shown, only whether they are set. Exit code 2 when something is wrong, 0 when there are warnings
    only.
    """
    import json

    from engine.bootstrap import action_facts
    from engine.entrypoints.cli.checkup import State, checkup

    checks = checkup(action_facts())
    if json_:
        typer.echo(json.dumps({"checks": [check.as_json() for check in checks]}, indent=2, ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            typer.echo(f"{check.state:<7}  {check.name:<{width}}  {check.detail}")
    raise typer.Exit(2 if any(check.state is State.WRONG for check in checks) else 0)
