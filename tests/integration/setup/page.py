"""A page that is typed along: its files are written, its changes made, its commands run, what they print compared.

Rules kept here: a block of code that names a file is added to its end; in the file of a `diff`, its lines with a minus
and a blank, which must stand there exactly once, give way to those with a plus and a blank; `...` in what a command
prints stands for any lines, `…` for anything within one. What runs until Ctrl-C takes a free port.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE: Final = 60
"""Seconds in which what an engine does meanwhile has to be seen."""
WAITS: Final = ("tocsin inbox", "tocsin status")
"""What is looked at again, as a reader would, until it shows what the page says: the engine is another process."""
FOREVER: Final = ("tocsin sandbox", "tocsin serve")
CLEARS: Final = "rm -r "
"""Before this, everything that runs is ended, as the page says."""
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PORT = re.compile(r"127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Block:
    """A block of code: its language, the file it is about, its lines."""

    kind: str
    file: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    for kind, file, text in _BLOCK.findall(page):
        yield Block(kind, file, text)


@dataclass
class Reader:
    """Somebody who types along, in a folder and with an environment of their own."""

    folder: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        match block.kind:
            case "diff":
                self._change(self.folder / block.file, block.text)
            case "console":
                for command, expected in _commands(block.text):
                    self._type(command, expected)
            case _ if block.file:
                with (self.folder / block.file).open("a", encoding="utf-8") as file:
                    file.write(block.text)

    def leave(self) -> None:
        """Press Ctrl-C wherever something runs, the last first."""
        while self.running:
            process = self.running.pop()
            process.terminate()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()

    def _change(self, path: Path, text: str) -> None:
        changed = path.read_text(encoding="utf-8")
        for hunk in text.split("...\n"):
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] != "+")
            assert changed.count(before) == 1, before
            changed = changed.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))
        path.write_text(changed, encoding="utf-8")

    def _type(self, command: str, expected: str) -> None:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.environment[name] = value.replace("~", self.environment["HOME"])
        elif command in FOREVER:
            _same(command, self._start(command), expected)
        else:
            if command.startswith(CLEARS):
                self.leave()
            end = time.monotonic() + PATIENCE
            printed = self._run(command)
            while command.startswith(WAITS) and not _fits(printed, expected) and time.monotonic() < end:
                printed = self._run(command)
            _same(command, printed, expected)

    def _run(self, command: str) -> str:
        ran = subprocess.run(
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )
        return ran.stdout

    def _start(self, command: str) -> str:
        """Start what runs until Ctrl-C; return what it prints at first, and take the settings that it prints."""
        process = subprocess.Popen(
            [*TOCSIN, command.split()[1], "--port", "0"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.running.append(process)
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while command == "tocsin sandbox" and not lines[-1].startswith("People: "):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        for line in lines:
            if line.startswith("export "):
                name, _, value = line.strip().removeprefix("export ").partition("=")
                self.environment[name] = value
        return "".join(lines)


TOCSIN: Final = (sys.executable, "-c", "from engine.entrypoints.cli.main import main; main()")


def reader(folder: Path, *, root: Path) -> Reader:
    """Return somebody in a folder without playbooks, with the people who come with Tocsin, and `tocsin` on the path."""
    tools, library = folder / "bin", folder / "playbooks"
    for made in (tools, library / "rehearsals"):
        made.mkdir(parents=True)
    for schema in (root / "playbooks").glob("*.schema.json"):
        (library / schema.name).write_bytes(schema.read_bytes())
    tool = tools / "tocsin"
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{TOCSIN[-1]}" "$@"\n', encoding="utf-8")
    tool.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))}
    environment = {
        **kept,
        "PATH": f"{tools}:{kept.get('PATH', '')}",
        "PYTHONPATH": str(root),
        "COLUMNS": "120",
        "HOME": str(folder),
        "TOCSIN_CONFIG": str(root / "config"),
        "TOCSIN_PLAYBOOKS": str(library),
        "TOCSIN_PREFECT": "off",
    }
    return Reader(folder, environment)


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command and what the page says that it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _same(command: str, printed: str, expected: str) -> None:
    assert _fits(printed, expected), f"$ {command}\n{printed}\n--- but the page says:\n{expected}"


def _fits(printed: str, expected: str) -> bool:
    """Return whether what was printed is what the page says."""
    told = "".join(f"{line.rstrip()}\n" for line in _PORT.sub("127.0.0.1:0", printed).splitlines())
    lines = _PORT.sub("127.0.0.1:0", expected).splitlines()
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line.rstrip()).replace("…", ".*") + r"\n" for line in lines
    )
    return re.fullmatch(pattern, told) is not None
