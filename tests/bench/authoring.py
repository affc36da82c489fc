"""What an author waits for: `tocsin lint` of a hundred steps, beside a bare process that imports what it stands on.

Each round starts every way once, as a process of its own with its byte code on disk, as an installed program has it.
What counts is the time on the processor, which others on the machine lengthen less than they lengthen the wait.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
BARE: Final = "bare"
NAMES: Final = {
    BARE: "a bare process that imports pydantic, yaml and jinja2",
    "lint": "tocsin lint, 100 steps",
    "law": "tocsin lint, 100 steps that name a catalog",
    "plan": "tocsin plan, 100 steps",
    "version": "tocsin --version",
}
LIMITS: Final[Mapping[str, float]] = {"lint": 3.0, "law": 3.5}
"""How many times the bare process each may take."""
IMPORTS: Final = "import jinja2, yaml; from pydantic import BaseModel"
TOCSIN: Final = "from engine.entrypoints.cli.main import main; main()"
PHASES: Final = ("contain", "legal", "communicate", "harden", "review")
FOURS: Final = 5
"""So many times four steps are in each phase."""
HEAD: Final = """\
tocsin: 1
playbook: {name}
title: A hundred steps
version: 1
inputs:
  summary: {{type: text, max: 300}}
  urls: {{type: url, list: true, min: 1}}
  page: {{type: text, optional: true}}
roles:
  commander: {{required: true}}
  counsel: {{required: true}}
  comms: {{else: commander}}
phases:
"""
FOUR: Final = """\
      - id: read_{n}
        title: Read who could see part {n}
        why: What is known of it decides what comes next.
        action: http.request
        when: inputs.page is defined and inputs.summary != "part {n}"
        with: {{url: "https://pages.example/{{{{ inputs.page | urlencode }}}}/{n}"}}
        retry: 3 in 1m
        timeout: 20s
        keep: {{links: {{from: json.links, type: text}}}}
      - id: lock_{n}
        title: Close part {n}
        action: http.request
        needs: [read_{n}]
        with:
          method: POST
          url: https://pages.example/lock/{n}
          headers: {{Authorization: {{secret: PAGES_TOKEN, prefix: "Bearer "}}}}
          json: {{links: "{{{{ steps.read_{n}.output.links }}}}", note: null}}
        undo: {{action: http.request, with: {{method: POST, url: "https://pages.example/unlock/{n}"}}}}
        on_failure: continue
      - id: ask_{n}
        title: What does part {n} show?
        decision: Say what it shows, without opening the copy.
        by: [commander, counsel]
        due: 15m
        needs: [{{step: lock_{n}, is: settled}}]
        form:
          shows: {{type: choice, options: [none, staff, others]}}
          names: {{type: text, sensitivity: restricted, optional: true}}
      - id: tell_{n}
        title: Tell those whom part {n} shows
        task: Tell them what is known, and what is not.
        owner: comms
        due: 4h
        when: steps.ask_{n}.output.shows != "none"
        needs: [ask_{n}]
        form: {{told: {{type: number, min: 0}}, why: {{type: text, optional: true}}}}
"""
CONTROLS: Final = "        controls: [iso-27001-2022.A.5.26]\n"
"""Stands at the end of every fourth step."""


def hundred_steps(name: str, *, law: bool = False) -> str:
    """Return a playbook of a hundred steps in which lint finds nothing; `law` says whether it names a catalog."""
    text, four = HEAD.format(name=name), FOUR + (CONTROLS if law else "")
    for place, phase in enumerate(PHASES):
        numbers = range(place * FOURS, (place + 1) * FOURS)
        text += f"  {phase}:\n    steps:\n" + "".join(four.format(n=number) for number in numbers)
    return text


@dataclass
class Authoring:
    """What each round of each way took, in milliseconds on the processor."""

    found: dict[str, list[float]] = field(default_factory=dict)

    @property
    def missed(self) -> list[str]:
        """The ways that are slower than we hold ourselves to."""
        return [NAMES[name] for name in self.found if self._times(name) > LIMITS.get(name, self._times(name))]

    def table(self) -> Table:
        """Return the table of medians."""
        table = Table(title=f"One command, its process included, medians of {len(self.found[BARE])} interleaved rounds")
        for heading in ("way", "on the processor", "times bare", "held to"):
            table.add_column(heading, justify="left" if heading == "way" else "right")
        for name in self.found:
            held = f"{LIMITS[name]:g} x" if name in LIMITS else ""
            style = "bold red" if NAMES[name] in self.missed else ""
            table.add_row(NAMES[name], f"{self._took(name):.0f} ms", f"{self._times(name):.2f} x", held, style=style)
        return table

    def figures(self) -> dict[str, Any]:
        """Return the medians, in milliseconds."""
        return {name: {"cpu_ms": self._took(name)} for name in self.found}

    def _took(self, name: str) -> float:
        return median(self.found[name])

    def _times(self, name: str) -> float:
        return self._took(name) / self._took(BARE)


def authoring(scratch: Path, *, rounds: int) -> Authoring:
    """Measure every way in turn; the first round, which writes the byte code, does not count."""
    files = {name: scratch / f"{name}.yaml" for name in ("plain", "law")}
    for name, file in files.items():
        file.write_text(hundred_steps(name, law=name == "law"), encoding="utf-8")
    ways = {
        BARE: (IMPORTS,),
        "lint": (TOCSIN, "lint", str(files["plain"])),
        "law": (TOCSIN, "lint", str(files["law"])),
        "plan": (TOCSIN, "plan", str(files["plain"])),
        "version": (TOCSIN, "--version"),
    }
    taken_away = ("PYTHONDONTWRITEBYTECODE", "COLUMNS")
    inherited = {name: value for name, value in os.environ.items() if name not in taken_away}
    environment = inherited | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
    measured = Authoring()
    for number in range(rounds + 1):
        for name, way in ways.items():
            took = _once(way, environment)
            if number:
                measured.found.setdefault(name, []).append(took)
    return measured


def _once(way: tuple[str, ...], environment: Mapping[str, str]) -> float:
    """Return the milliseconds on the processor that one process took, in it and for it."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(sys.executable, [sys.executable, "-P", "-c", *way], environment, file_actions=nowhere)
    _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{' '.join(way[1:])} failed")
    return (used.ru_utime + used.ru_stime) * 1000
