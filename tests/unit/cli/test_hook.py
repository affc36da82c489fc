"""The hook that other repositories check their playbooks with: `.pre-commit-hooks.yaml`."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tests.terminal import Run

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")


def hook() -> dict[str, Any]:
    """Return the one hook that there is."""
    (found,) = yaml.load(TEXT, Loader=yaml.CSafeLoader)  # noqa: TID251 the safe loader, over our own file
    return dict(found)


def test_the_hook_has_what_pre_commit_asks_for() -> None:
    """Its id is what others write into their configuration, and stays."""
    assert hook().keys() >= {"id", "name", "entry", "language", "files"}
    assert (hook()["id"], hook()["language"]) == ("tocsin-lint", "python")


def test_the_hook_runs_a_command_that_is_installed(tocsin: Run) -> None:
    """Pre-commit installs this repository, and gives the files that changed to the entry."""
    program, *arguments = shlex.split(hook()["entry"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert program in project["scripts"]
    assert tocsin(*arguments, str(ROOT / "tests/goldens/playbooks/good/small-leak.yaml")).code == 0
    assert tocsin(*arguments, str(ROOT / "tests/goldens/playbooks/bad/PB203.yaml")).code == 1


def test_the_hook_takes_playbooks_and_nothing_else() -> None:
    """What stands beside them, or in a folder below, is no playbook."""
    taken = re.compile(hook()["files"])
    paths = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "playbooks").rglob("*")) if path.is_file()]
    playbooks = [path for path in paths if path.count("/") == 1 and path.endswith(".yaml")]
    assert [path for path in paths if taken.search(path)] == playbooks != []
    assert not taken.search("config/people.yaml")
