"""`tocsin rehearse`: play a playbook in memory, before the bad day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rehearse(
    playbook: Annotated[str, typer.Argument(help="The file of a playbook, or its name.")],
    *,
    scenario: Annotated[Path | None, typer.Option("--scenario", "-s", help="A rehearsal file.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draws times from this number.", min=0)] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write the review report into this folder.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    r"""Play a playbook with made-up people and systems; nothing real is touched.

    \b
    tocsin rehearse video-leak                            with people and answers that are made up
    tocsin rehearse video-leak --scenario night.yaml      as a file says: who, when, what happens meanwhile
    tocsin rehearse video-leak --seed 7 --report out      the same again, with its review report

    The same conductor, actions and reports as in a real incident, on a clock that jumps. The same seed gives the same
    rehearsal. docs/rehearsal.md says what a rehearsal file holds.
    """
    import asyncio
    import json

    from engine.entrypoints.cli.rehearsing import quiet, read_plan, read_scenario, written
    from engine.rehearsal.outcome import outcome
    from engine.rehearsal.play import play
    from engine.rehearsal.telling import told

    plan = read_plan(playbook)
    found = read_scenario(scenario, plan)
    with quiet():
        played = asyncio.run(play(plan, found, seed=None if seed is None else str(seed)))
    came = outcome(played)
    if report is not None:
        written(report, played.stage.reports.texts())
    typer.echo(json.dumps(came.as_json(), indent=2, ensure_ascii=False) if json_ else "\n".join(told(came)))
