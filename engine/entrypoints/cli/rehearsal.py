"""`tocsin rehearsal record`: a real run becomes a rehearsal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.entrypoints.cli.standing import Incident, in_office

if TYPE_CHECKING:
    from engine.bootstrap.office import Office
    from engine.domain.plan import Plan
    from engine.rehearsal.recording import Recorded


def record(
    incident: Incident,
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file.")] = None,
) -> None:
    r"""Make a rehearsal of a run, without names, secrets, addresses and restricted values.

    \b
    tocsin rehearsal record INC-7                                                  to the standard output
    tocsin rehearsal record INC-7 --out playbooks/rehearsals/video-leak-inc-7.yaml

    People become their roles, addresses become examples, every text a placeholder. It is rehearsed at once: what then
    comes otherwise than in the run is said and not expected. Read it before you pass it on.
    """
    from engine.domain.errors import ConfigError
    from engine.entrypoints.cli.rehearsing import saved
    from engine.language.writing import yaml_text

    if out is not None and out.exists():
        raise ConfigError(f"{out} is there already.", hint="Give another name; what is there is not written over.")
    plan, recorded = in_office(lambda office: _recorded(office, incident, name=out.stem if out else ""))
    notes = [f"not in it: {text}" for text in recorded.left_out] + _unlike(plan, recorded)
    text = "# yaml-language-server: $schema=../scenario.schema.json\n" + yaml_text(recorded.scenario)
    if out is None:
        typer.echo(text, nl=False)
    else:
        saved(out, text)
        typer.echo(str(out))
    for note in notes:
        typer.echo(note, err=True)


async def _recorded(office: Office, incident: str, *, name: str) -> tuple[Plan, Recorded]:
    from engine.rehearsal.recording import record as recorded

    case = await office.reports.case(incident)
    called = re.sub(r"[^a-z0-9-]+", "-", (name or f"{case.plan.playbook}-{incident}").lower()).strip("-")
    return case.plan, recorded(case.plan, case.incident, case.entries, name=called)


def _unlike(plan: Plan, recorded: Recorded) -> list[str]:
    """Rehearse what was recorded; expect no longer what comes otherwise, and say so."""
    import asyncio

    from engine.entrypoints.cli.rehearsing import quiet, read_days, read_house
    from engine.language.scenario import load_scenario
    from engine.language.writing import yaml_text
    from engine.rehearsal.expecting import differences
    from engine.rehearsal.play import play

    scenario = load_scenario(yaml_text(recorded.scenario).encode(), path="recorded.yaml").checked(plan)
    with quiet():
        coming = play(plan, scenario, sealed=False, days=read_days(), house=read_house())
        found = differences(asyncio.run(coming))
    expect = recorded.scenario["expect"]
    for difference in found:
        kind, _, name = difference.what.partition(".")
        if name:
            expect[kind].pop(name, None)
        else:
            expect.pop(kind, None)
    return [f"comes otherwise when it is rehearsed: {difference.told()}" for difference in found]
