"""Whether what an action is given fits what it takes, as far as that shows before anything runs.

Rules kept here: a value that is a template or a secret is checked when the step runs, everything else now; a complaint
about the whole is kept back while any part of it is still open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from engine.domain.errors import TocsinError
from engine.domain.templates import Path, leaves
from engine.domain.values import Json
from engine.language.shape import did_you_mean


@dataclass(frozen=True, slots=True)
class Misfit:
    """One value that does not fit; `loc` leads to it from `with`."""

    loc: Path
    message: str
    hint: str
    on_key: bool = False


def misfits(params: type[BaseModel], given: dict[str, Json]) -> Iterator[Misfit]:
    """Yield what does not fit the parameters of an action."""
    try:
        found = [pair for key, item in given.items() for pair in leaves(item, (key,))]
        open_at = {path for path, leaf in found if not isinstance(leaf, str) or "{{" in leaf}
        params.model_validate_json(json.dumps(given))
    except ValidationError as error:
        seen: set[Path] = set()
        for item in error.errors(include_url=False, include_input=False):
            loc = _written(given, item["loc"])
            if loc in seen or any(loc[: len(path)] == path for path in open_at) or (open_at and not item["loc"]):
                continue
            seen.add(loc)
            yield _misfit(params, item["type"], item["loc"], item["msg"], loc=loc)
    except TocsinError:
        # A badly written secret or key: the rule for expressions says so.
        return


def _misfit(params: type[BaseModel], kind: str, full: Path, said: str, *, loc: Path) -> Misfit:
    known = [field.alias or name for name, field in params.model_fields.items()]
    name = ".".join(str(part) for part in full) or "It"
    if kind == "extra_forbidden" and len(full) == 1:
        word = str(full[0])
        hint = f"{did_you_mean(word, known)}It takes: {', '.join(known)}."
        return Misfit(loc, f"The action takes no `{word}`.", hint, on_key=True)
    if kind == "missing":
        return Misfit(loc, f"`{name}` is missing.", f"The action takes: {', '.join(known)}.", on_key=True)
    reason = said.removeprefix("Value error, ")
    return Misfit(loc, f"`{name}` does not fit: {reason[:1].lower()}{reason[1:]}.", "")


def _written(given: Json, full: Path) -> Path:
    """Return as much of a place as is written in the file; names of union branches are skipped."""
    node: Json = given
    found: list[str | int] = []
    for segment in full:
        if isinstance(node, dict) and segment in node:
            node = node[str(segment)]
        elif isinstance(node, list) and isinstance(segment, int) and segment < len(node):
            node = node[segment]
        else:
            continue
        found.append(segment)
    return tuple(found)
