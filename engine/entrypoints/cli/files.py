"""Playbook files as commands name them: a path, a folder of them, or the name of one in the playbooks folder."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from engine.domain.errors import ConfigError

ENDINGS: Final = (".yaml", ".yml")


def playbook_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the playbook files among paths, and those directly in folders, in order; each is there."""
    for path in paths:
        if path.is_dir():
            yield from _in(path)
        elif path.exists():
            yield path
        else:
            raise ConfigError(f"There is no file {path}.", hint="Give playbook files, or folders that hold them.")


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


def contents(path: Path) -> bytes:
    """Return the bytes of a file; raise `ConfigError` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}: it cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from None


def _in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in ENDINGS and path.is_file())
