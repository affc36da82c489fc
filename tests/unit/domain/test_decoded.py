"""Outputs in their typed form, worked out once."""

from __future__ import annotations

from decimal import Decimal

from engine.domain import decoded as module
from engine.domain.decoded import decoded


def test_an_output_is_worked_out_once() -> None:
    """The same output gives the very same value; an equal one its own."""
    output = {"count": {"$number": "3"}}
    assert decoded(output) == {"count": Decimal(3)}
    assert decoded(output) is decoded(output)
    assert decoded(dict(output)) is not decoded(output)


def test_only_so_many_are_kept() -> None:
    """What is kept is bounded, and an output that was dropped is worked out again."""
    kept = [{"n": str(number)} for number in range(module.MOST + 5)]
    assert [decoded(output) for output in kept] == kept
    assert len(module._known) <= module.MOST
