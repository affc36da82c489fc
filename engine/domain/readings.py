"""What an expression or a text with `{{ }}` looks up, as far as its source tells; lint and the plan read the same.

Rule kept here: each source is read once, however many steps hold it and whoever asks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from engine.domain.grammar import (
    Comparison,
    Reference,
    chain,
    comparisons,
    parse_expression,
    parse_template,
    references,
)

if TYPE_CHECKING:
    from jinja2 import nodes


class Reading(NamedTuple):
    """What one expression holds; `whole` is its one look-up when it is nothing but that."""

    reads: tuple[Reference, ...]
    compares: tuple[Comparison, ...]
    whole: Reference | None


@lru_cache(maxsize=4096)
def read_expression(source: str) -> Reading:
    """Return what a bare expression holds; raise `ExpressionError` when it is none."""
    return _reading(parse_expression(source))


@lru_cache(maxsize=4096)
def read_template(source: str) -> tuple[Reading, ...]:
    """Return what each `{{ }}` of a text holds; raise `ExpressionError` when one of them is no expression."""
    return tuple(_reading(part) for part in parse_template(source) if not isinstance(part, str))


def _reading(tree: nodes.Expr) -> Reading:
    return Reading(references(tree), comparisons(tree), chain(tree))
