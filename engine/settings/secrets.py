"""The secrets of this installation that are kept in a file: `secrets.env` in the data folder.

Rules kept here: a line is `NAME=value`, the name a variable that the environment could hold too, and only one of a
secret; the environment wins. A file that anybody but its owner can read or write is refused whole: whoever could read
it may have. It is read each time, so that a secret that is changed in it is used at once. No message holds a value.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.settings.values import SECRET_PREFIX, Settings, is_secret, variable

FILE: Final = "secrets.env"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
HEAD: Final = "# Secrets of this installation, for its owner alone (chmod 600). The environment wins over this file.\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file holds: values by variable, the line of each, and what is wrong with the file."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    lines: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def read_secrets(home: Path) -> Kept:
    """Return what the secrets file of a data folder holds; nothing where there is none."""
    path = home / FILE
    try:
        if path.stat().st_mode & OTHERS:
            return Kept(errors=(f"{path}: others may read it, so it is not used; `chmod 600 {path}`.",))
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Kept()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return Kept(errors=(f"{path}: it cannot be read: {why}.",))
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    errors: list[str] = []
    for number, name, value in entries(text):
        if not may_be_kept(name):
            errors.append(f"{path}:{number}: this is no secret; write NAME=value, with a name like TOCSIN_JIRA_TOKEN.")
        elif name in values:
            errors.append(f"{path}:{number}: {name} stands here twice.")
        elif value:
            values[name], lines[name] = value, number
    return Kept(values, lines, tuple(errors))


def may_be_kept(name: str) -> bool:
    """Return whether a variable is one of a secret."""
    settings = {variable(setting) for setting in Settings.model_fields if is_secret(setting)}
    return name in settings or (name.startswith(SECRET_PREFIX) and not name.endswith("_FILE"))


def entries(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, name and value of each line that is no comment; the name is empty where there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            name, sign, value = stripped.partition("=")
            yield number, name.strip() if sign else "", _unquoted(value.strip())


class NamedValues(Mapping[str, str]):
    """Variables by name, live: the environment first, then the secrets file."""

    def __init__(self, environment: Mapping[str, str], *, home: Path) -> None:
        self._environment = environment
        self._home = home

    def __getitem__(self, name: str) -> str:
        given = self._environment.get(name)
        return given or read_secrets(self._home).values[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**read_secrets(self._home).values, **self._environment})

    def __len__(self) -> int:
        return len(list(iter(self)))


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
