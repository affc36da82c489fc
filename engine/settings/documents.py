"""A YAML file of the configuration, checked against its model, with `file:line:col` for what is wrong.

Rules kept here: the language's own reader makes the tree, so configuration refuses what playbooks refuse (duplicate
keys, aliases, words that other programs read as booleans); everything wrong is found in one pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.domain.errors import ConfigError
from engine.domain.problem import Problem
from engine.language.marks import Rule, problem
from engine.language.tree import EMPTY_FILE, Node, find, plain, read_tree

BAD_SHAPE = Rule("CF001", "A configuration file has the keys and values that it is documented to have.")
BAD_REFERENCE = Rule("CF002", "What a configuration file names is there.")
AMBIGUOUS = Rule("CF003", "An identity belongs to one person.")

_HINT = "Correct the file; `tocsin doctor` lists every problem of the configuration."
_WORDS = {
    "extra_forbidden": "is no key that is known here",
    "missing": "is missing",
    "string_type": "is text, in quotes where it looks like a number",
}

Model = TypeVar("Model", bound=BaseModel)


class Entry(BaseModel):
    """A mapping of a configuration file: frozen, strict, without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class ConfigFileError(ConfigError):
    """A configuration file cannot be used."""

    default_hint = _HINT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        more = len(self.problems) - 1
        first = f"{self.problems[0].place()}: {self.problems[0].message}"
        super().__init__(first + (f" (and {more} more)" if more else ""))


@dataclass(frozen=True, slots=True)
class File(Generic[Model]):
    """A configuration file of the right shape."""

    path: str
    root: Node
    content: Model

    def problem(self, rule: Rule, loc: tuple[str | int, ...], message: str, *, on_key: bool = False) -> Problem:
        """Return what is wrong at a place of the file."""
        node, key = find(self.root, loc)
        return problem(rule, key if on_key else node.mark, path=self.path, message=message, hint=_HINT)


def read_file(path: Path, model: type[Model]) -> File[Model]:
    """Return a configuration file; raise `ConfigFileError` with every problem, `ConfigError` when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "TOCSIN_CONFIG names the folder of the configuration."
        raise ConfigError(f"{path}: it cannot be read: {error.strerror}.", hint=hint) from None
    root, found = read_tree(data, path=str(path))
    if root is None or found:
        raise ConfigFileError(_about_configuration(item) for item in found)
    try:
        return File(str(path), root, model.model_validate_json(json.dumps(plain(root)), strict=True))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise ConfigFileError(
            _problem(str(path), root, kind=item["type"], loc=item["loc"], said=item["msg"]) for item in details
        ) from None


def _about_configuration(found: Problem) -> Problem:
    if found.rule == EMPTY_FILE.id:
        return Problem(found.path, 1, 1, found.rule, found.severity, "The file is empty.", _HINT)
    return found


def _problem(path: str, root: Node, *, kind: str, loc: tuple[str | int, ...], said: str) -> Problem:
    node, key = find(root, loc)
    mark = key if kind in ("extra_forbidden", "missing") else node.mark
    name = ".".join(str(part) for part in loc if part != "[key]") or "The file"
    said = said.removeprefix("Value error, ")
    words = _WORDS.get(kind, f"does not fit: {said[:1].lower()}{said[1:]}")
    return problem(BAD_SHAPE, mark, path=path, message=f"{name} {words}.", hint=_HINT)
