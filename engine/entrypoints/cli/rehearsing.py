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
    from engine.domain.waking import Waking
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


def read_house() -> Waking:
    """Return how this organisation reminds and calls people."""
    from engine.settings.escalation import FILE, read_rules
    from engine.settings.read import settings_of

    return read_rules(settings_of().config / FILE)


def plan_beside(rehearsal: Path, scenario: Scenario) -> Plan:
    """Return the plan with which a rehearsal file begins: of the version it names, else of its playbook.

    The playbook lies beside it, above it, or among the playbooks.
    """
    if scenario.begins_as:
        return read_plan(str(rehearsal.parent / scenario.begins_as))
    playbook = scenario.playbook
    for folder in (rehearsal.parent, rehearsal.parent.parent):
        if (folder / f"{playbook}.yaml").is_file():
            return read_plan(str(folder / f"{playbook}.yaml"))
    return read_plan(playbook)


def versions_beside(rehearsal: Path | None, scenario: Scenario) -> Mapping[str, Plan]:
    """Return the plans of the versions to which a rehearsal goes over, by the files that it names."""
    files = [inject.migrate.to for inject in scenario.injects if inject.migrate]
    return {file: read_plan(str((rehearsal or Path()).parent / file)) for file in files}


def read_scenario(path: Path | None, plan: Plan) -> tuple[Plan, Scenario]:
    """Return the scenario of a file and the plan it begins with; without one, people and answers are all made up."""
    from engine.domain.errors import PlaybookError
    from engine.domain.scenario import Scenario
    from engine.entrypoints.cli.files import contents
    from engine.language import render
    from engine.language.scenario import load_scenario

    if path is None:
        return plan, Scenario(tocsin=1, rehearsal=plan.playbook, playbook=plan.playbook)
    data = contents(path)
    try:
        loaded = load_scenario(data, path=str(path))
        found = loaded.scenario
        begun = plan_beside(path, found) if found is not None and found.begins_as else plan
        return begun, loaded.checked(begun, versions_beside(path, found) if found is not None else {})
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
