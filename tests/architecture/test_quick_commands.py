"""What a quick command loads: an author waits for every lint, so it brings nothing along that it does not need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

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
PROBE = """
import sys
from engine.entrypoints.cli.main import main
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["lint", "plan"])
def test_looking_at_a_playbook_loads_nothing_that_runs_one(command: str, home: Path) -> None:
    """No engine, no ledger, none of its events, no client: a command imports what it needs when it runs."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, command, GOOD], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = ran.stderr.split()
    assert "engine.language.api" in loaded
    assert [name for name in loaded if f"{name}.".startswith(tuple(f"{module}." for module in RUNNING))] == []
