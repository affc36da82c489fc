"""Playbook files as commands name them: a path, a folder of them, or the name of one in the playbooks folder."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.domain.errors import ConfigError
from engine.language.api import Library, pin
from engine.language.library import NOTHING
from engine.settings.folders import ENDINGS, Folders

STDIN: Final = "-"
"""The path that stands for the standard input."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was read of one playbook file; `path` is shown."""

    path: str
    data: bytes


def playbook_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the playbook files among paths, and those directly in folders, in order, each once; each is there."""
    seen: set[Path] = set()
    for path in paths:
        for file in _files(path):
            key = file.resolve() if str(file) != STDIN else file
            if key not in seen:
                seen.add(key)
                yield file


def sources(files: Iterable[Path]) -> tuple[list[Source], list[ConfigError]]:
    """Return what could be read, and why the rest could not."""
    read: list[Source] = []
    unread: list[ConfigError] = []
    for file in files:
        try:
            read.append(Source("<stdin>" if str(file) == STDIN else str(file), contents(file)))
        except ConfigError as error:
            unread.append(error)
    return read, unread


def playbook_named(name: str) -> Path:
    """Return the file of a playbook given by path or by name; raise `ConfigError` when there is none."""
    path = Path(name)
    if path.is_file():
        return path
    if path.suffix in ENDINGS or len(path.parts) != 1:
        raise ConfigError(f"There is no file {name}.", hint="Give the path of a playbook, or its name.")
    from engine.settings.read import settings_of

    folder = settings_of().playbooks
    known = {file.stem: file for file in _in(folder)}
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=1)
    there = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known) or 'none yet'}."
    raise ConfigError(f"There is no playbook {name} in {folder}.", hint=there)


def library_for(path: Path, data: bytes) -> Library:
    """Return where the playbooks are that a file may call: beside it, and in the playbooks folder."""
    if b"call" not in data:
        return NOTHING
    from engine.settings.read import settings_of

    try:
        folders = [path.parent, settings_of().playbooks]
    except ConfigError:  # a file can be checked where nothing is set up
        folders = [path.parent]
    return Folders(list(dict.fromkeys(folders)))


def pinned(path: Path) -> bytes:
    """Return the text of a playbook together with all that it calls; raise `ConfigError` when it cannot be read."""
    data = contents(path)
    return pin(data, library=library_for(path, data))


def contents(path: Path) -> bytes:
    """Return the bytes of a file, of a large one only as many as show that it is too large.

    Raises:
        ConfigError: it cannot be read.
    """
    from engine.language.tree import MAX_BYTES

    try:
        if str(path) == STDIN:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path}: it cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from None


def _files(path: Path) -> Iterator[Path]:
    if str(path) == STDIN:
        yield path
    elif path.is_dir():
        found = _in(path)
        if not found:
            raise ConfigError(f"There is no playbook in {path}.", hint=f"Playbooks end in {' or '.join(ENDINGS)}.")
        yield from found
    elif path.exists():
        yield path
    else:
        raise ConfigError(f"There is no file {path}.", hint="Give playbook files, or folders that hold them.")


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    except OSError as error:
        raise ConfigError(f"{folder}: it cannot be read: {error.strerror}.", hint="Check its rights.") from None
