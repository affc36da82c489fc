"""The tree under `with:`: its leaves, its secrets, and how its plain scalars become typed values.

Rules kept here: a mapping of exactly `secret`, and perhaps `prefix`, is a secret and nothing inside it is a template;
a key is never a template; a leaf's path is what leads to it from the top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

from engine.domain.grammar import ExpressionError

if TYPE_CHECKING:
    from engine.domain.values import Json, Value

SECRET_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")

Path: TypeAlias = tuple[str | int, ...]


def is_secret(tree: object) -> bool:
    """Return whether a tree is written as a secret, well or badly named."""
    return isinstance(tree, Mapping) and "secret" in tree and set(tree) <= {"secret", "prefix"}


def leaves(tree: Json, path: Path = ()) -> Iterator[tuple[Path, str | Mapping[str, Json]]]:
    """Yield every text and every secret with its path; raise `ExpressionError` for what cannot be one."""
    match tree:
        case str():
            yield path, tree
        case Mapping():
            if is_secret(tree):
                check_secret(tree)
                yield path, tree
                return
            for key, item in tree.items():
                if "{{" in key:
                    raise ExpressionError("A key cannot hold {{ }}.", hint="Only values can.")
                yield from leaves(item, (*path, key))
        case list() | tuple():
            for index, item in enumerate(tree):
                yield from leaves(item, (*path, index))
        case _:
            return


def check_secret(tree: Mapping[str, Json]) -> None:
    """Raise `ExpressionError` unless a secret is named in capitals and its prefix is plain text."""
    name, prefix = tree["secret"], tree.get("prefix", "")
    if not isinstance(name, str) or not SECRET_NAME.fullmatch(name):
        raise ExpressionError("A secret is a name in capitals.", hint="Write {secret: REC_TOKEN}.")
    if not isinstance(prefix, str) or "{{" in prefix:
        raise ExpressionError("A secret's prefix is plain text.", hint='Write {secret: REC_TOKEN, prefix: "Bearer "}.')


def literal(scalar: Json) -> Value:
    """Return a plain scalar as a typed value: numbers become decimals."""
    if isinstance(scalar, int | float) and not isinstance(scalar, bool):
        return Decimal(repr(scalar))
    return cast("Value", scalar)
