"""A place in a file, and the problems found on the way; every module of the language reports through these.

Rules kept here: lines and columns count from 1, columns in characters; a problem names a rule of `catalog.py`,
which knows how severe it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.problem import Problem, Severity


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place: line and column, both from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule watches, as its documentation says it. Ids are stable for ever."""

    id: str
    summary: str
    severity: Severity = Severity.ERROR


def problem(rule: Rule, mark: Mark, *, path: str, message: str, hint: str = "") -> Problem:
    """Return the problem that a rule found at a place."""
    return Problem(path, mark.line, mark.column, rule.id, rule.severity, message, hint)
