"""`tocsin test`: run the rehearsals beside the playbooks, and compare what comes with what they expect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

REHEARSALS = "rehearsals"
WIDTH = 7


@dataclass(frozen=True, slots=True)
class Tried:
    """A rehearsal that was run: its file, its name, and what was wrong, in lines."""

    path: str
    name: str
    wrong: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it came to what it expects."""
        return not self.wrong


def run_all(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Rehearsal files, or folders that hold them.", metavar="[PATH...]", show_default=False),
    ] = None,
    *,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    r"""Run rehearsals as tests of the playbooks.

    \b
    tocsin test                                   every rehearsal beside the playbooks (playbooks/rehearsals)
    tocsin test playbooks/rehearsals/night.yaml   one of them
    tocsin test --json                            an object with `rehearsals`

    Each is played with its own seed; what came is compared with its `expect`. Exit code 1 when one differs.
    """
    import json

    tried = []
    for path in _files(paths):
        one = try_out(path)
        tried.append(one)
        if not json_:
            typer.echo(f"{'ok' if one.ok else 'FAILED':<{WIDTH}} {one.name}  ({one.path})")
            for line in one.wrong:
                typer.echo(f"{'':<{WIDTH}}   {line}")
    failed = sum(not one.ok for one in tried)
    if json_:
        rows = [{"path": one.path, "rehearsal": one.name, "ok": one.ok, "wrong": list(one.wrong)} for one in tried]
        typer.echo(json.dumps({"rehearsals": rows, "failed": failed}, indent=2, ensure_ascii=False))
    else:
        came = f"{failed} failed" if failed else "all as expected"
        typer.echo(f"{len(tried)} {'rehearsal' if len(tried) == 1 else 'rehearsals'}: {came}")
    raise typer.Exit(bool(failed))


def try_out(path: Path) -> Tried:
    """Run one rehearsal file."""
    import asyncio

    from engine.domain.errors import TocsinError
    from engine.entrypoints.cli.files import contents
    from engine.entrypoints.cli.rehearsing import plan_beside, quiet, read_days, read_house, versions_beside
    from engine.language import render
    from engine.language.scenario import load_scenario
    from engine.rehearsal.expecting import differences
    from engine.rehearsal.noticed import refused, unused
    from engine.rehearsal.play import play

    data = contents(path)
    loaded = load_scenario(data, path=str(path))
    name = loaded.scenario.rehearsal if loaded.scenario else path.stem
    if loaded.scenario is None:
        return Tried(str(path), name, tuple(render.as_text(loaded.problems).splitlines()))
    try:
        plan, others = plan_beside(path, loaded.scenario), versions_beside(path, loaded.scenario)
        problems = loaded.problems_beside(plan, others)
        if problems:
            return Tried(str(path), name, tuple(render.as_text(problems).splitlines()))
        with quiet():
            coming = play(plan, loaded.scenario, sealed=False, days=read_days(), others=others, house=read_house())
            played = asyncio.run(coming)
    except TocsinError as error:
        return Tried(str(path), name, (error.message,))
    wrong = [difference.told() for difference in differences(played)]
    reasons = [*refused(played), *(f"never came to use: {line}" for line in unused(played))] if wrong else []
    return Tried(str(path), name, (*wrong, *reasons))


def _files(paths: list[Path] | None) -> Iterator[Path]:
    from engine.domain.errors import ConfigError
    from engine.entrypoints.cli.files import playbook_files
    from engine.settings.read import settings_of

    folder = settings_of().playbooks / REHEARSALS
    if not paths and not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}.", hint="Give the paths of rehearsal files.")
    yield from playbook_files(_rehearsals(paths or [folder]))


def _rehearsals(paths: list[Path]) -> Iterator[Path]:
    """Yield paths; a folder of playbooks means the rehearsals in it."""
    for path in paths:
        yield path / REHEARSALS if (path / REHEARSALS).is_dir() else path
