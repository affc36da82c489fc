"""The way into the language: bytes of a playbook file in, its plan or its problems out.

Rules kept here: problems come sorted by place, each once; a plan exists exactly when no problem is an error; no bytes
make it raise anything but `PlaybookError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.errors import PlaybookError
from engine.domain.plan import Plan
from engine.domain.playbook import Playbook
from engine.domain.problem import Problem, Severity
from engine.language.catalog import LATER, LINT
from engine.language.compile import build_plan, digest
from engine.language.context import ActionFacts, Context
from engine.language.document import Document
from engine.language.facts import facts_of
from engine.language.load import load

__all__ = ["ActionFacts", "Checked", "check", "compile_playbook", "digest", "facts_of", "lint"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is: a playbook where its shape allows, a plan where nothing is wrong, and what is wrong."""

    playbook: Playbook | None
    plan: Plan | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that keep the playbook from being triggered."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def check(data: bytes, *, path: str, actions: Mapping[str, ActionFacts], catalogs: Catalogs = NO_CATALOGS) -> Checked:
    """Return everything that can be said of a playbook file in one pass; `path` is only shown."""
    loaded = load(data, path=path)
    if loaded.document is None:
        return Checked(None, None, _sorted(loaded.problems))
    context = Context(loaded.document, actions, catalogs)
    later = (problem for rule in LATER for problem in rule.problems(context))
    problems = _sorted((*loaded.problems, *lint(loaded.document, actions=actions, context=context), *later))
    checked = Checked(context.playbook, None, problems)
    if checked.errors:
        return checked
    return Checked(context.playbook, build_plan(context, file_digest=digest(data)), problems)


def lint(
    document: Document, *, actions: Mapping[str, ActionFacts], context: Context | None = None
) -> Iterator[Problem]:
    """Yield what the rules of lint find in a document of the right shape; what comes later is not among it."""
    context = context or Context(document, actions)
    for rule in LINT:
        yield from rule.problems(context)


def compile_playbook(
    data: bytes, *, path: str, actions: Mapping[str, ActionFacts], catalogs: Catalogs = NO_CATALOGS
) -> Plan:
    """Return the plan of a playbook file; raise `PlaybookError` with every problem when it has an error."""
    checked = check(data, path=path, actions=actions, catalogs=catalogs)
    if checked.plan is None:
        raise PlaybookError(checked.errors)
    return checked.plan


def _sorted(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems)))
