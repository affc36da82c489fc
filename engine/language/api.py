"""The way into the language: bytes of a playbook file in, its plan or its problems out.

Rules kept here: problems come sorted by place, each once; a plan exists exactly when no problem is an error; no bytes
make it raise anything but `PlaybookError`. A text with which others are pinned calls those and no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.errors import PlaybookError, TocsinError
from engine.domain.playbook import Playbook
from engine.domain.problem import Problem, Severity
from engine.language.calling import Caller
from engine.language.catalog import LATER, LINT
from engine.language.context import ActionFacts, Context
from engine.language.facts import facts_of
from engine.language.library import NOTHING, Library, Text, Texts
from engine.language.load import load
from engine.language.pinning import digest, pinned, taken_apart

if TYPE_CHECKING:
    from engine.domain.plan import Plan

__all__ = [
    "ActionFacts",
    "Checked",
    "Library",
    "check",
    "compile_pinned",
    "compile_playbook",
    "digest",
    "facts_of",
    "pin",
]


@dataclass(frozen=True)
class Checked:
    """What a file is: a playbook where its shape allows, a plan where nothing is wrong, and what is wrong."""

    text: bytes
    """What an incident is pinned to: the playbook, and all that it calls as it is now."""
    problems: tuple[Problem, ...]
    context: Context | None = None
    """What its rules look at, None while it has no usable shape."""
    called: Mapping[str, Text] = field(default_factory=dict)
    """The playbooks that it calls, and those that they call, by name."""

    @property
    def playbook(self) -> Playbook | None:
        """Return the playbook, None while it has no usable shape."""
        return None if self.context is None else self.context.playbook

    @cached_property
    def plan(self) -> Plan | None:
        """Return the plan, None where there is an error; it is made once somebody asks, which lint never does."""
        return None if self.context is None or self.errors else _plan(self.context, self.text)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that keep the playbook from being triggered."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def check(
    data: bytes,
    *,
    path: str,
    actions: Mapping[str, ActionFacts],
    catalogs: Catalogs = NO_CATALOGS,
    library: Library = NOTHING,
) -> Checked:
    """Return everything that can be said of a playbook file in one pass; `path` is only shown.

    `library` is where the playbooks are that it may call.
    """
    own, texts = taken_apart(data)
    loaded = load(own, path=path)
    if loaded.document is None:
        return Checked(data, _sorted(loaded.problems))
    caller = Caller(actions, Texts(texts) if texts else library, judge=_problems, catalogs=catalogs)
    context = caller.context(loaded.document)
    problems = _sorted((*loaded.problems, *_problems(context)))
    called = _texts(context)
    text = data if texts else pinned(own, {name: text.data for name, text in called.items()})
    return Checked(text, problems, context, called)


def compile_playbook(
    data: bytes,
    *,
    path: str,
    actions: Mapping[str, ActionFacts],
    catalogs: Catalogs = NO_CATALOGS,
    library: Library = NOTHING,
) -> Plan:
    """Return the plan of a playbook file; raise `PlaybookError` with every problem when it has an error."""
    checked = check(data, path=path, actions=actions, catalogs=catalogs, library=library)
    if checked.plan is None:
        raise PlaybookError(checked.errors)
    return checked.plan


def compile_pinned(
    data: bytes, *, path: str, actions: Mapping[str, ActionFacts], catalogs: Catalogs = NO_CATALOGS
) -> Plan:
    """Return the plan of a text that an incident follows: it was judged when it began, and is not judged again.

    A rule that is younger than the text keeps nobody from going on. Raises `PlaybookError` with every problem when no
    plan can be made of it any more, because a key or an action that it needs is gone.
    """
    own, texts = taken_apart(data)
    loaded = load(own, path=path)
    if loaded.document is not None and not loaded.problems:
        context = Caller(actions, Texts(texts), judge=lambda _: (), catalogs=catalogs).context(loaded.document)
        if all(_can_be_done(each) for each in (context, *_contexts(context))):
            with suppress(ArithmeticError, LookupError, TypeError, ValueError, TocsinError):
                return _plan(context, data)
    return compile_playbook(data, path=path, actions=actions, catalogs=catalogs)


def _plan(context: Context, text: bytes) -> Plan:
    from engine.language.compile import build_plan  # noqa: PLC0415 - lint makes no plan and needs nothing of it

    return build_plan(context, file_digest=digest(text))


def _can_be_done(context: Context) -> bool:
    """Return whether every action that a playbook names is there, and every playbook that it calls."""
    models = [step.model for step in context.steps]
    named = [model.action for model in models] + [model.undo.action for model in models if model.undo is not None]
    whole = all(called.context is not None for called in context.called.values())
    return whole and all(name in context.actions for name in named if name is not None)


def _contexts(context: Context) -> Iterator[Context]:
    for called in context.called.values():
        if called.context is not None:
            yield called.context
            yield from _contexts(called.context)


def pin(data: bytes, *, library: Library) -> bytes:
    """Return the text that an incident is pinned to: the playbook, and all that it calls as it is now."""
    own, texts = taken_apart(data)
    document = load(own, path="").document if b"call" in own and not texts else None
    if document is None:
        return data
    called = _texts(Caller({}, library, judge=lambda _: ()).context(document))
    return pinned(own, {name: text.data for name, text in called.items()})


def _texts(context: Context) -> dict[str, Text]:
    reached = chain.from_iterable(called.reached.items() for called in context.called.values())
    return {name: found.text for name, found in reached if found.text is not None}


def _problems(context: Context) -> tuple[Problem, ...]:
    return tuple(problem for rule in (*LINT, *LATER) for problem in rule.problems(context))


def _sorted(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems)))
