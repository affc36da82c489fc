"""Writing settings down: into `settings.toml` and `jira.yaml` beside what people wrote there, and the secrets file.

Rules kept here: comments, order and everything that is not changed stay byte for byte; what would read otherwise
afterwards than it should is not written. A file is there whole or as it was; secrets come first, so that nothing that
needs them is there without them. A secret is in no text that is shown.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from engine.domain.errors import ConfigError
from engine.language.tree import plain, read_tree
from engine.settings.secrets import FILE as SECRETS
from engine.settings.secrets import HEAD, entries

PRIVATE: Final = 0o600
_OPEN: Final = 0o644
Value = str | date | float | bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it is and as it shall be; `secret` where its text may not be shown."""

    path: Path
    before: str = field(repr=False)
    after: str = field(repr=False)
    secret: bool = False

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after


def settings_draft(path: Path, changes: Mapping[str, Value]) -> Draft:
    """Return the settings file with these settings.

    Raises:
        ConfigError: the file is no TOML, or holds one of them in a way that is left to people.
    """
    before = _text(path)
    after = before
    for name, value in changes.items():
        after = _with_line(after, name, f"{name} = {_toml(value)}")
    try:
        right = tomllib.loads(after) == {**tomllib.loads(before), **changes}
    except tomllib.TOMLDecodeError:
        right = False
    if not right:
        lines = ", ".join(f"{name} = {_toml(value)}" for name, value in changes.items())
        raise ConfigError(f"{path} cannot be changed without risk.", hint=f"Write into it by hand: {lines}")
    return Draft(path, before, after)


def secrets_draft(home: Path, changes: Mapping[str, str]) -> Draft:
    """Return the secrets file with these secrets, by variable."""
    path = home / SECRETS
    before = _text(path)
    lines = (before or HEAD).splitlines()
    places = {name: number - 1 for number, name, _ in entries("\n".join(lines))}
    for name, value in changes.items():
        if name in places:
            lines[places[name]] = f"{name}={value}"
        else:
            lines.append(f"{name}={value}")
    return Draft(path, before, "\n".join(lines) + "\n" if changes else before, secret=True)


def jira_draft(
    path: Path, *, types: Mapping[str, str], fields: Mapping[str, tuple[str, str]], level: str | None = None
) -> Draft:
    """Return `jira.yaml` with these issue types, and fields by id, each with its name and value.

    `level` is the security level of restricted tickets, empty for none, None to leave it as it is.

    Raises:
        ConfigError: the file cannot be read, or holds them in a way that is left to people.
    """
    before = _text(path)
    was = _yaml(before, path)
    wanted = dict(was)
    after = before
    if types:
        kinds = {**_mapping(was.get("types")), **types}
        wanted["types"] = kinds
        after = _with_key(after, "types", [f"types: {{{_flow(kinds)}}}"])
    if level is not None:
        kept = {key: value for key, value in _mapping(was.get("security")).items() if key != "level"}
        wanted["security"] = {**kept, **({"level": level} if level else {})}
        after = _with_key(after, "security", [f"security: {{{_flow(_mapping(wanted['security']))}}}"])
    if fields:
        wanted["fields"] = {
            **_mapping(was.get("fields")),
            **{key: {"value": value} for key, (_, value) in fields.items()},
        }
        new = [
            f"  {key}: {{value: {json.dumps(value, ensure_ascii=False)}}} # {name}"
            for key, (name, value) in fields.items()
        ]
        after = _with_entries(after, "fields", new)
    if _yaml(after, path) != wanted:
        lines = "; ".join(f"fields: {{{key}: {{value: {value}}}}}" for key, (_, value) in fields.items())
        raise ConfigError(
            f"{path} cannot be changed without risk.", hint=f"Write into it by hand: types: {types}; {lines}"
        )
    return Draft(path, before, after)


def jira_types(path: Path) -> Mapping[str, str]:
    """Return the issue types that `jira.yaml` names."""
    return {key: str(value) for key, value in _mapping(_yaml(_text(path), path).get("types")).items()}


def jira_level(path: Path) -> str:
    """Return the security level that `jira.yaml` names; empty where it names none."""
    return str(_mapping(_yaml(_text(path), path).get("security")).get("level") or "")


def jira_fields(path: Path) -> frozenset[str]:
    """Return the fields that `jira.yaml` fills in, by whichever name it calls them."""
    return frozenset(_mapping(_yaml(_text(path), path).get("fields")))


def write(drafts: Sequence[Draft]) -> None:
    """Write every draft that changes something, those of secrets first; each whole or not at all.

    Raises:
        ConfigError: a file cannot be written.
    """
    changed = sorted((one for one in drafts if one.changed), key=lambda one: not one.secret)
    for draft in changed:
        try:
            draft.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(draft)
        except OSError as error:
            hint = f"Look at who may write to {draft.path.parent}, and at the disk's space."
            raise ConfigError(f"{draft.path} cannot be written: {error.strerror}.", hint=hint) from None


def _replace(draft: Draft) -> None:
    mode = PRIVATE if draft.secret else (draft.path.stat().st_mode & 0o777 if draft.path.exists() else _OPEN)
    descriptor, fresh = tempfile.mkstemp(dir=draft.path.parent, prefix=f".{draft.path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(draft.after)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(draft.path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it cannot be read: {error}.") from None


def _with_line(text: str, name: str, line: str) -> str:
    """Put a line where the setting stands, else behind the last one before the first table."""
    lines = text.splitlines()
    table = next((at for at, one in enumerate(lines) if one.lstrip().startswith("[")), len(lines))
    for at, one in enumerate(lines[:table]):
        found = re.fullmatch(rf"{name}\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s#\"']+)(\s*#.*)?\s*", one)
        if found:
            lines[at] = line + (found[1] or "")
            return "\n".join(lines) + "\n"
    lines.insert(table, line)
    return "\n".join(lines) + "\n"


def _with_key(text: str, key: str, new: Sequence[str]) -> str:
    """Put lines where a key of one line stands, else at the end."""
    lines = text.splitlines()
    at = next((place for place, one in enumerate(lines) if re.match(rf"{key}:\s*\{{.*\}}\s*(#.*)?$", one)), None)
    if at is None:
        return "\n".join([*lines, *new]) + "\n"
    return "\n".join([*lines[:at], *new, *lines[at + 1 :]]) + "\n"


def _with_entries(text: str, key: str, new: Sequence[str]) -> str:
    """Put lines first below a key, else the key and them at the end; an entry that is there already is replaced."""
    names = {line.split(":", 1)[0].strip() for line in new}
    lines = [one for one in text.splitlines() if one.split(":", 1)[0].strip() not in names or not one.startswith("  ")]
    at = next((place for place, one in enumerate(lines) if re.match(rf"{key}:\s*(#.*)?$", one)), None)
    if at is None:
        return "\n".join([*lines, f"{key}:", *new]) + "\n"
    return "\n".join([*lines[: at + 1], *new, *lines[at + 1 :]]) + "\n"


def _yaml(text: str, path: Path) -> dict[str, object]:
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        return {}
    root, problems = read_tree(text.encode(), path=str(path))
    if root is None or problems:
        found = f"{problems[0].place()}: {problems[0].message}" if problems else str(path)
        raise ConfigError(f"{found} So nothing is added to it.", hint="Correct the file first.")
    return _mapping(plain(root))


def _flow(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key}: {json.dumps(str(value), ensure_ascii=False)}" for key, value in values.items())


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, Mapping) else {}


def _toml(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
