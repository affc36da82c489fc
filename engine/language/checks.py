"""How a rule says what it found: a rule is one function from a context to findings, and one entry in its family."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from engine.domain.problem import Problem
from engine.language.context import Context
from engine.language.document import Loc
from engine.language.marks import Rule, problem

MOST_FINDINGS = 100
"""What one rule says of one file; nobody reads more of the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a place; `on_key` when it is about the key and not its value."""

    loc: Loc
    message: str
    hint: str = ""
    on_key: bool = False


Findings: TypeAlias = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and the function that watches it."""

    rule: Rule
    find: Callable[[Context], Findings]

    def problems(self, context: Context) -> Iterator[Problem]:
        """Yield what the rule finds in a playbook, with its places."""
        for finding in islice(self.find(context), MOST_FINDINGS):
            mark = context.document.mark(finding.loc, on_key=finding.on_key)
            message, hint = finding.message, finding.hint
            yield problem(self.rule, mark, path=context.document.path, message=message, hint=hint)
