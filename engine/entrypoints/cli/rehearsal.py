"""`tocsin rehearsal record`: a real run becomes a rehearsal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.entrypoints.cli.standing import Incident, in_office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.bootstrap.office import Office
    from engine.domain.plan import Plan
    from engine.rehearsal.recording import Recorded


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was recorded: the versions of its playbook by digest, as plans and as texts; which came first."""

    recorded: Recorded
    plans: Mapping[str, Plan]
    texts: Mapping[str, str]
    first: str


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
    run = in_office(lambda office: _recorded(office, incident, name=out.stem if out else ""))
    recorded = run.recorded
    notes = [f"not in it: {text}" for text in recorded.left_out] + _unlike(run)
    text = "# yaml-language-server: $schema=../scenario.schema.json\n" + yaml_text(recorded.scenario)
    if out is None:
        typer.echo(text, nl=False)
        notes += [f"not written without --out: {file}, a version that it follows" for file in recorded.versions]
    else:
        saved(out, text)
        for file, digest in recorded.versions.items():
            saved(out.parent / file, run.texts[digest])
        typer.echo(str(out))
    for note in notes:
        typer.echo(note, err=True)


async def _recorded(office: Office, incident: str, *, name: str) -> Run:
    from engine.rehearsal.followed import digests
    from engine.rehearsal.recording import record as recorded

    case = await office.reports.case(incident)
    called = re.sub(r"[^a-z0-9-]+", "-", (name or f"{case.plan.playbook}-{incident}").lower()).strip("-")
    followed = digests(entry.event for entry in case.entries)
    plans = {digest: await office.plans.of(digest, playbook=case.plan.playbook) for digest in followed}
    texts = {digest: await office.ledger.definition(digest) for digest in followed}
    return Run(recorded(plans, case.incident, case.entries, name=called), plans, texts, followed[0])


def _unlike(run: Run) -> list[str]:
    """Rehearse what was recorded; expect no longer what comes otherwise, and say so."""
    import asyncio

    from engine.entrypoints.cli.rehearsing import quiet, read_days, read_house
    from engine.language.scenario import load_scenario
    from engine.language.writing import yaml_text
    from engine.rehearsal.expecting import differences
    from engine.rehearsal.play import play

    plan, scenario = run.plans[run.first], run.recorded.scenario
    others = {file: run.plans[digest] for file, digest in run.recorded.versions.items()}
    found = load_scenario(yaml_text(scenario).encode(), path="recorded.yaml").checked(plan, others)
    with quiet():
        coming = play(plan, found, sealed=False, days=read_days(), others=others, house=read_house())
        differing = differences(asyncio.run(coming))
    for difference in differing:
        _forget(scenario, difference.what)
    return [f"comes otherwise when it is rehearsed: {difference.told()}" for difference in differing]


def _forget(scenario: dict[str, Any], what: str) -> None:
    """Expect no longer what came otherwise."""
    kind, _, name = what.partition(".")
    if kind == "injects":
        inject = scenario["injects"][int(name)]
        if "refused" in inject:
            del inject["refused"]
        else:
            inject["refused"] = True
    elif name:
        scenario["expect"][kind].pop(name, None)
    else:
        scenario["expect"].pop(kind, None)
