"""The command line beside a local Slack and Jira, with configuration and data folders of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.sandbox import Sandbox, Seed, default_seed
from tests.architecture.sources import ROOT
from tests.integration.setup.box import running
from tests.terminal import Run, typed


@pytest.fixture
def seed() -> Seed:
    """What the local Slack and Jira start with; a test module may give its own."""
    return default_seed()


@pytest.fixture
def box(seed: Seed) -> Iterator[Sandbox]:
    """A running local Slack and Jira."""
    with running(seed) as sandbox:
        yield sandbox


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configuration."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder)
    monkeypatch.setenv("TOCSIN_CONFIG", str(folder))
    return folder


@pytest.fixture
def tocsin(home: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the real command line."""
    home.chmod(0o700)
    return typed(capsys)
