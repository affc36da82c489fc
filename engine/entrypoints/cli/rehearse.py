"""`tocsin rehearse`: play a playbook in memory, before the bad day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.plan import Plan
    from engine.domain.scenario import Scenario
    from engine.rehearsal.many import Chances
    from engine.rehearsal.play import Played


def rehearse(
    playbook: Annotated[str, typer.Argument(help="The file of a playbook, or its name.")],
    *,
    scenario: Annotated[Path | None, typer.Option("--scenario", "-s", help="A rehearsal file.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draws times from this number.", min=0)] = None,
    runs: Annotated[
        int | None, typer.Option("--runs", help="Play it so many times, each with other times.", min=1)
    ] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", help="On so many processes; all cores else.", min=1)
    ] = None,
    svg: Annotated[Path | None, typer.Option("--svg", help="With --runs: write the picture to this file.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write the review report into this folder.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    r"""Play a playbook with made-up people and systems; nothing real is touched.

    \b
    tocsin rehearse video-leak                            with people and answers that are made up
    tocsin rehearse video-leak --scenario night.yaml      as a file says: who, when, what happens meanwhile
    tocsin rehearse video-leak --seed 7 --report out      the same again, with its review report
    tocsin rehearse video-leak --runs 500                 how likely each target is missed, and how long things take

    The same engine, actions and reports as in a real incident, on a clock that jumps. The same seed gives the same
    rehearsal. docs/rehearsal.md says what a rehearsal file holds.
    """
    import json

    from engine.domain.errors import ConfigError
    from engine.entrypoints.cli.rehearsing import read_plan, read_scenario, written
    from engine.rehearsal.noticed import noticed
    from engine.rehearsal.outcome import outcome
    from engine.rehearsal.telling import told

    if runs is None and (svg or processes):
        raise ConfigError("There is no picture of one run.", hint="Say how many with --runs, like --runs 500.")
    plan, found = read_scenario(scenario, read_plan(playbook))
    number = str(found.seed if seed is None else seed)
    chances = _many(playbook, found, scenario, seed=number, runs=runs, processes=processes) if runs else None
    if chances is not None and report is None:
        _tell(chances, svg=svg, json_=json_)
        return
    played = _played(plan, found, scenario, seed=number)
    if report is not None:
        written(report, _with_chances(played.stage.reports.texts(), chances))
    if chances is not None:
        _tell(chances, svg=svg, json_=json_)
        return
    came = outcome(played)
    lines = (*told(came), *noticed(played))
    typer.echo(json.dumps(came.as_json(), indent=2, ensure_ascii=False) if json_ else "\n".join(lines))


def _played(plan: Plan, scenario: Scenario, file: Path | None, *, seed: str) -> Played:
    import asyncio

    from engine.entrypoints.cli.rehearsing import quiet, read_days, read_house, versions_beside
    from engine.rehearsal.play import play

    with quiet():
        others = versions_beside(file, scenario)
        return asyncio.run(play(plan, scenario, seed=seed, days=read_days(), others=others, house=read_house()))


def _many(
    playbook: str, scenario: Scenario, file: Path | None, *, seed: str, runs: int, processes: int | None
) -> Chances:
    from engine.entrypoints.cli.chances import chances_of

    return chances_of(playbook, scenario, file, seed=seed, runs=runs, processes=processes)


def _tell(chances: Chances, *, svg: Path | None, json_: bool) -> None:
    import json

    from engine.entrypoints.cli.chances import shown
    from engine.entrypoints.cli.rehearsing import saved
    from engine.rehearsal.picture import picture

    if svg is not None:
        saved(svg, picture(chances))
    if json_:
        typer.echo(json.dumps(chances.as_json(), indent=2, ensure_ascii=False))
    else:
        shown(chances)


def _with_chances(texts: Mapping[str, str], chances: Chances | None) -> Mapping[str, str]:
    """Return a report whose page also says what many runs came to."""
    from engine.rehearsal.picture import section

    if chances is None:
        return texts
    return {**texts, "html": texts["html"].replace("</main>", f"{section(chances)}</main>", 1)}
