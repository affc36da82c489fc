"""The example of each rule: a playbook that breaks it, what is said of that, and the same playbook put right.

Rules kept here: the examples are the goldens of the tests, which are part of the package when it is installed; a rule
that has none yet is still explained in one sentence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.language.render import visible

FOLDERS: Final = (Path(__file__).parent / "example_files", Path(__file__).parents[2] / "tests/goldens/playbooks")
"""Where they are in the installed package, and in a checkout."""
AROUND: Final = 2
"""Lines of the file that stand around what differs."""


@dataclass(frozen=True, slots=True)
class Example:
    """A playbook that breaks a rule, the problems of that rule in words, the playbook put right, and why it matters."""

    bad: str
    said: str
    good: str
    why: str

    def change(self) -> Iterator[str]:
        """Yield the lines that differ and those around them; the first character says which file a line is of."""
        bad, good = (text.splitlines() for text in (self.bad, self.good))
        for line in list(difflib.unified_diff(bad, good, lineterm="", n=AROUND))[3:]:
            yield "  ..." if line.startswith("@@") else f"{line[:1]} {visible(line[1:])}"


def example_of(rule: str) -> Example | None:
    """Return the example of a rule, None when there is none."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None or not (folder / "bad" / f"{rule}.yaml").exists():
        return None
    bad = _text(folder / "bad" / f"{rule}.yaml")
    fixed = folder / "fixed" / f"{rule}.yaml"
    first, _, good = _text(fixed).partition("\n") if fixed.exists() else ("", "", "")
    said = _text(folder / "bad" / f"{rule}.txt")
    return Example(bad, "\n".join(_about(rule, said)), good, first.removeprefix("# "))


def _about(rule: str, said: str) -> Iterator[str]:
    """Yield what is said under one rule, with its hints."""
    mine = False
    for line in said.splitlines():
        if not line.startswith(" "):
            place, _, rest = line.partition(f" {rule} ")
            mine = bool(rest)
            line = f"{':'.join(place.split(':')[1:3])}  {rest}"  # noqa: PLW2901 the same line, without file and rule
        if mine:
            yield line


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
