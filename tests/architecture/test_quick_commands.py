"""What a quick command loads: an author waits for every lint, so it brings nothing along that it does not need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine.entrypoints.cli.commands import COMMANDS
from tests.architecture.sources import ROOT
from tests.bench.authoring import hundred_steps

if TYPE_CHECKING:
    from pathlib import Path

    from engine.entrypoints.cli.commands import Command

GOOD = "tests/goldens/playbooks/good/small-leak.yaml"
RUNNING = (
    "engine.runtime",
    "engine.reports.review",
    "engine.domain.events",
    "engine.domain.fold",
    "integrations.storage",
    "prefect",
    "sqlalchemy",
    "slack_sdk",
    "jira",
    "fastapi",
    "starlette",
    "aiohttp",
    "structlog",
)
PLANNING = (
    "engine.language.compile",
    "engine.domain.plan",
    "engine.domain.expressions",
    "engine.settings.read",
    "engine.settings.catalogs",
    "rich",
)
PROBE = """
import sys
from engine.entrypoints.cli.main import main
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


CLI = "engine.entrypoints.cli"
"""The package that holds a module for each command."""


@pytest.mark.parametrize("command", ["lint", "plan"])
def test_looking_at_a_playbook_loads_nothing_that_runs_one(command: str, home: Path) -> None:
    """No engine, no ledger, none of its events, no client: a command imports what it needs when it runs."""
    loaded = _loaded(command, GOOD)
    assert "engine.language.api" in loaded
    assert _of(RUNNING, loaded) == []


def test_lint_makes_no_plan_and_reads_no_settings_for_a_file_that_is_named(home: Path) -> None:
    """What is only looked at needs neither; rich draws, and lint does not."""
    (home / "hundred.yaml").write_text(hundred_steps("hundred"), encoding="utf-8")
    loaded = _loaded("lint", str(home / "hundred.yaml"))
    assert "engine.language.api" in loaded
    assert _of(PLANNING, loaded) == []


@pytest.mark.parametrize(
    ("arguments", "own"),
    [
        (["--version"], set()),
        (["status", "--help"], {"looking"}),
        (["slack", "manifest", "--help"], {"slack"}),
        (["lint", GOOD], {"lint"}),
    ],
)
def test_a_command_brings_no_other_command(arguments: list[str], own: set[str], home: Path) -> None:
    """Their table names them all and imports none."""
    commands = {f"{CLI}.{command.module}" for command in COMMANDS}
    assert commands & set(_loaded(*arguments)) == {f"{CLI}.{module}" for module in own}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_of_the_table_is_there(command: Command) -> None:
    """Its module has its function, and that says what it does."""
    assert command.load().__doc__


def _loaded(*arguments: str) -> list[str]:
    """Return the names of the modules that a command has imported when it ends."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return ran.stderr.split()


def _of(packages: tuple[str, ...], loaded: list[str]) -> list[str]:
    return [name for name in loaded if f"{name}.".startswith(tuple(f"{package}." for package in packages))]
