"""Every rule there is, by family: PB0 YAML, PB1 shape, PB2 references, PB3 safety, PB4 time, PB5 confidentiality,
PB6 comes later, PB9 style.

Rules kept here: an id is never used again for something else; a rule is one function and one entry in its family.
"""  # noqa: D205 the list of families is the summary

from __future__ import annotations

from engine.language import shape, tree
from engine.language.checks import Check
from engine.language.marks import Rule
from engine.language.rules import (
    calls,
    conduct,
    confidentiality,
    form,
    later,
    law,
    meaning,
    people,
    references,
    safety,
    style,
    time,
)

LINT: tuple[Check, ...] = (
    *form.CHECKS,
    *conduct.CHECKS,
    *references.CHECKS,
    *meaning.CHECKS,
    *calls.CHECKS,
    *people.CHECKS,
    *safety.CHECKS,
    *time.CHECKS,
    *law.CHECKS,
    *confidentiality.CHECKS,
    *style.CHECKS,
)
"""What lint looks at, once a file has a usable shape."""

LATER: tuple[Check, ...] = later.CHECKS
"""What a plan cannot be made of yet."""

RULES: dict[str, Rule] = {
    rule.id: rule for rule in (*tree.RULES, *shape.RULES, *(check.rule for check in (*LINT, *LATER)))
}
"""Every rule by its id."""

PASSING: tuple[str, ...] = tuple(f"PB60{number}" for number in range(1, 10))
"""Ids that are never given again: each said that something comes later, and goes when it has come."""


def retired() -> tuple[str, ...]:
    """Return the ids that no rule has any more, and none will have again."""
    return tuple(rule for rule in PASSING if rule not in RULES)
