"""The playbooks that a playbook calls, read and checked along with it.

Rules kept here: each text is read once, however often it is called; a circle ends where it closes; more than
`MOST` playbooks are not followed, so that the work is bounded whatever the files say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.domain.catalogs import NO_CATALOGS, Catalogs
from engine.domain.problem import Problem
from engine.language.context import ActionFacts, Called, Context
from engine.language.document import Document
from engine.language.library import Library
from engine.language.load import load

MOST = 50
"""So many playbooks are followed from one."""


@dataclass(slots=True)
class Caller:
    """Makes the contexts of a playbook and of all that it calls; `judge` says what is wrong with one of them."""

    actions: Mapping[str, ActionFacts]
    library: Library
    judge: Callable[[Context], tuple[Problem, ...]]
    catalogs: Catalogs = NO_CATALOGS
    known: dict[str, Called] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    """The playbooks that are being read, the first one first."""

    def context(self, document: Document) -> Context:
        """Return a document with what it calls."""
        name = document.playbook.playbook
        self.open.append(name)
        called = {wanted: self._called(wanted) for wanted in called_names(document)}
        self.open.pop()
        return Context(document, self.actions, self.catalogs, called=called, callable=tuple(self.library.names()))

    def _called(self, name: str) -> Called:
        if name in self.open:
            return Called(name, circle=(*self.open[self.open.index(name) :], name))
        if name not in self.known:
            self.known[name] = self._read(name)
        return self.known[name]

    def _read(self, name: str) -> Called:
        text = self.library.find(name) if len(self.known) < MOST else None
        if text is None:
            return Called(name)
        loaded = load(text.data, path=text.path)
        if loaded.document is None:
            return Called(name, text=text, problems=loaded.problems)
        context = self.context(loaded.document)
        return Called(name, text=text, context=context, problems=(*loaded.problems, *self.judge(context)))


def called_names(document: Document) -> Iterator[str]:
    """Yield the names of the playbooks that one calls, each once, in order."""
    phases = document.playbook.phases.present().values()
    named = (step.call for phase in phases for step in phase.steps if step.call is not None)
    yield from dict.fromkeys(named)
