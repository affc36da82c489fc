"""What the commands of rehearsals share: files read, reports written, and nothing said between the lines."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.domain.plan import Plan
    from engine.domain.scenario import Scenario
    from engine.rehearsal.clock import Days


@contextmanager
def quiet() -> Iterator[None]:
    """Have nothing logged meanwhile: what happens in a rehearsal stands on its timeline."""
    import structlog

    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def read_plan(playbook: str) -> Plan:
    """Return the plan of a playbook given by its file or its name."""
    from engine.bootstrap import action_facts, catalogs
    from engine.entrypoints.cli.files import pinned, playbook_named
    from engine.language.api import compile_playbook

    path = playbook_named(playbook)
    return compile_playbook(pinned(path), path=str(path), actions=action_facts(), catalogs=catalogs())


def read_days() -> Days:
    """Return which days this organisation works on, and the calendars that targets may name."""
    from engine.rehearsal.clock import Days
    from engine.settings.calendars import DEFAULT, FILE, read_calendars
    from engine.settings.read import settings_of

    path = settings_of().config / FILE
    if not path.exists():
        return Days()
    found = read_calendars(path)
    return Days(found[DEFAULT], found)


def plan_beside(rehearsal: Path, playbook: str) -> Plan:
    """Return the plan of the playbook that a rehearsal file names: beside it, above it, or among the playbooks."""
    for folder in (rehearsal.parent, rehearsal.parent.parent):
        if (folder / f"{playbook}.yaml").is_file():
            return read_plan(str(folder / f"{playbook}.yaml"))
    return read_plan(playbook)


def read_scenario(path: Path | None, plan: Plan) -> Scenario:
    """Return the scenario of a file; without one, that of a playbook whose people and answers are all made up."""
    from engine.domain.errors import PlaybookError
    from engine.domain.scenario import Scenario
    from engine.entrypoints.cli.files import contents
    from engine.language import render
    from engine.language.scenario import load_scenario

    if path is None:
        return Scenario(tocsin=1, rehearsal=plan.playbook, playbook=plan.playbook)
    data = contents(path)
    try:
        return load_scenario(data, path=str(path)).checked(plan)
    except PlaybookError as error:
        typer.echo(render.as_text(error.problems, source=data.decode(errors="replace")), nl=False, err=True)
        raise typer.Exit(error.exit_code) from None


def written(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the forms of a report into a folder."""
    for ending, text in texts.items():
        saved(folder / f"report.{ending}", text)


def saved(path: Path, text: str) -> None:
    """Write a file, and the folder it belongs into."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path}: it cannot be written: {error.strerror}.", hint="Check the path and its rights."
        ) from None
