"""What of a result is stored: the names an action always keeps, and the places that `keep:` names.

Rules kept here: nothing else of a result is stored; a place that is not there is reported as missing and never filled
in; names of headers are looked up in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.values import Json

_PART = re.compile(r"(?P<name>[A-Za-z0-9_-]+)|\[(?P<index>[0-9]{1,9})\]", re.ASCII)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+|\[[0-9]{1,9}\])*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored, and the names whose place was not in the result."""

    values: Mapping[str, Json]
    missing: tuple[str, ...] = ()


class NothingThereError(LookupError):
    """A result holds nothing at that place."""


def kept(result: Mapping[str, Json], *, keep: Mapping[str, str], keeps: Sequence[str] | None) -> Kept:
    """Return what is stored of a result; an action without fixed names (`keeps` None) stores only what is named."""
    values: dict[str, Json] = {name: result[name] for name in keeps or () if name in result}
    missing: list[str] = []
    for name, path in keep.items():
        try:
            values[name] = at(result, path)
        except NothingThereError:
            values.pop(name, None)
            missing.append(name)
    return Kept(values, tuple(missing))


def at(result: Json, path: str) -> Json:
    """Return the part of a result at a place such as `json.items[0].id`; raise `NothingThereError`."""
    if not _PATH.fullmatch(path):
        raise NothingThereError(path)
    found = result
    for match in _PART.finditer(path):
        found = _step(found, name=match["name"], index=match["index"], path=path)
    return found


def _step(node: Json, *, name: str | None, index: str | None, path: str) -> Json:
    if name is not None and isinstance(node, Mapping):
        if name in node:
            return node[name]
        if name.lower() in node:
            return node[name.lower()]
    if index is not None and isinstance(node, list | tuple) and int(index) < len(node):
        item: Json = node[int(index)]
        return item
    raise NothingThereError(path)
