"""The demo, played once for each way of using Prefect, for every test that looks at it from outside."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.serve.house import TOCSIN

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Played:
    """A demo that was played: its data folder, its summary, and its report as data."""

    home: Path
    summary: dict[str, Any]
    report: dict[str, Any]

    def rows(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return every event as it is stored: its envelope and its content."""
        with sqlite3.connect(self.home / "tocsin.db") as database:
            found = database.execute(
                "SELECT e.envelope, c.body FROM envelopes e JOIN contents c"
                " ON c.org = e.org AND c.incident = e.incident AND c.seq = e.seq ORDER BY e.seq"
            ).fetchall()
        return [(json.loads(envelope), json.loads(body)) for envelope, body in found]


def tocsin(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))}
    environment = {**kept, "TOCSIN_HOME": str(home), **more}
    return subprocess.run(
        [*TOCSIN, *arguments], check=False, capture_output=True, text=True, env=environment, timeout=300
    )


@pytest.fixture(scope="session")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Played]:
    """The demo, played once for each way of using Prefect, in whatever order tests want it."""

    @cache
    def play(use: str) -> Played:
        home = tmp_path_factory.mktemp(f"demo-{use}")
        ran = tocsin("demo", "--json", home=home, TOCSIN_PREFECT=use)
        assert ran.returncode == 0, ran.stderr
        summary = json.loads(ran.stdout)
        report = json.loads(Path(summary["report"]).with_suffix(".json").read_text(encoding="utf-8"))
        return Played(home / "demo", {**summary, "use": use}, report)

    return play


@pytest.fixture(params=["auto", "required"])
def played(request: pytest.FixtureRequest, plays: Callable[[str], Played]) -> Played:
    """The demo with whatever Prefect has free, and with every stretch in Prefect."""
    return plays(request.param)
