"""What of a result is stored: the names an action always keeps, and the places that `keep:` names.

Rules kept here: nothing else of a result is stored; a place that is not there, or that holds something of another
type, is told and never filled in; names of headers are looked up in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.keeping import KeepPlan, MisfitError, stored
from engine.domain.values import Json, encode_foreign

_PART = re.compile(r"(?P<name>[A-Za-z0-9_-]+)|\[(?P<index>[0-9]{1,9})\]", re.ASCII)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+|\[[0-9]{1,9}\])*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored, in its kept form, and a sentence for each name of which nothing is."""

    values: dict[str, Json]
    unkept: tuple[str, ...] = ()


class NothingThereError(LookupError):
    """A result holds nothing at that place."""


def kept(result: Mapping[str, Json], *, keep: Mapping[str, KeepPlan], keeps: Sequence[str] | None) -> Kept:
    """Return what is stored of a result; an action without fixed names (`keeps` None) stores only what is named."""
    values: dict[str, Json] = {name: encode_foreign(result[name]) for name in keeps or () if name in result}
    unkept: list[str] = []
    for name, plan in keep.items():
        values.pop(name, None)
        try:
            values[name] = stored(plan, name, at(result, plan.place))
        except NothingThereError:
            unkept.append(f"{name} was not in the result, so it was not kept")
        except MisfitError as error:
            unkept.append(str(error))
    return Kept(values, tuple(unkept))


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
