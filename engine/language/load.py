"""Bytes to a playbook of the right shape, with every problem of YAML and of shape in one pass.

Rules kept here: the models of `engine.domain.playbook` say what the shape is, in pydantic's strict JSON mode; its
errors become problems at the key or value they are about. A file whose only faults are unknown keys is read without
them, so that the rest of it is checked too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from engine.domain.playbook import Playbook
from engine.domain.problem import Problem, Severity
from engine.language.document import Document, Loc
from engine.language.marks import Mark, problem
from engine.language.shape import UNKNOWN_KEY, WRONG_VALUE, Detail, explain
from engine.language.tree import EMPTY_VALUE, Mapping, Node, Plain, Scalar, find, plain, read_tree, walk


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file gave: a document unless it has no usable shape, and its problems."""

    document: Document | None
    problems: tuple[Problem, ...]


def load(data: bytes, *, path: str) -> Loaded:
    """Read a file; whatever the bytes are, the result is a document, problems, or both."""
    root, found = read_tree(data, path=path)
    if root is None:
        return Loaded(None, found)
    if not isinstance(root, Mapping):
        message = "The file is not a mapping."
        wrong = problem(WRONG_VALUE, root.mark, path=path, message=message, hint="Start with `tocsin: 1`.")
        return Loaded(None, (*found, wrong))
    if "rehearsal" in root.keys and "phases" not in root.keys:
        message, hint = "This is a rehearsal, not a playbook.", "`tocsin test FILE` checks it and plays it."
        wrong = problem(WRONG_VALUE, root.keys["rehearsal"], path=path, message=message, hint=hint)
        return Loaded(None, (*found, wrong))
    tree = plain(root)
    seen = {(item.line, item.column) for item in found}
    empty = [item for item in _empty_values(root, path=path) if (item.line, item.column) not in seen]
    playbook, details = _validate(tree)
    seen.update((item.line, item.column) for item in empty)
    shape = [item for item in _shape_problems(root, details, path=path) if (item.line, item.column) not in seen]
    document = Document(path, root, playbook) if playbook is not None else None
    return Loaded(document, (*found, *empty, *shape))


def _validate(tree: Plain) -> tuple[Playbook | None, list[Detail]]:
    playbook, details = _validate_once(tree)
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    if playbook is None and unknown and len(unknown) == len(details):
        playbook, _ = _validate_once(_without(tree, frozenset(unknown)))
    return playbook, details


def _validate_once(tree: Plain) -> tuple[Playbook | None, list[Detail]]:
    try:
        return Playbook.model_validate_json(json.dumps(tree), strict=True), []
    except ValidationError as error:
        return None, [Detail(loc=item["loc"], type=item["type"], ctx=item.get("ctx", {})) for item in error.errors()]


def _shape_problems(root: Node, details: list[Detail], *, path: str) -> Iterator[Problem]:
    reported: set[tuple[Mark, bool]] = set()
    for detail in details:
        node, key_mark = find(root, detail["loc"])
        explained = explain(detail, node)
        mark = key_mark if explained.on_key else node.mark
        # Of an empty value, that it is empty is all there is to say; it was said at the key.
        if isinstance(node, Scalar) and node.value is None:
            mark = key_mark
        # Each branch of a union complains at the same place; what is missing may be said where a wrong key stands.
        about = (mark, explained.rule is UNKNOWN_KEY)
        if about not in reported:
            reported.add(about)
            yield problem(explained.rule, mark, path=path, message=explained.message, hint=explained.hint)


def _empty_values(root: Node, *, path: str) -> Iterator[Problem]:
    for loc, node in walk(root):
        if isinstance(node, Scalar) and node.value is None and (node.empty or "with" not in loc[:-1]):
            name = f"`{loc[-1]}`" if loc and isinstance(loc[-1], str) else "This element"
            _, mark = find(root, loc)
            yield problem(
                EMPTY_VALUE, mark, path=path, message=f"{name} has no value.", hint="Give one, or leave it out."
            )


def _without(tree: Plain, unknown: frozenset[Loc], loc: Loc = ()) -> Plain:
    match tree:
        case dict():
            kept = {key: item for key, item in tree.items() if (*loc, key) not in unknown}
            return {key: _without(item, unknown, (*loc, key)) for key, item in kept.items()}
        case list():
            return [_without(item, unknown, (*loc, index)) for index, item in enumerate(tree)]
        case _:
            return tree


def has_errors(problems: tuple[Problem, ...]) -> bool:
    """Return whether any problem keeps the playbook from being triggered."""
    return any(item.severity is Severity.ERROR for item in problems)
