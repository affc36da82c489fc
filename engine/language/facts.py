"""The registry's actions as the language sees them; a seam, so that the language can be read and tested alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pydantic import BaseModel

from engine.domain.plan import ActionTraits
from engine.language.context import ActionFacts

GENERIC = frozenset({"http.request"})
"""Actions that reach whatever their author points them at."""


class Described(Protocol):
    """What an action says of itself. `keeps` names what its result holds, None when that may be anything."""

    @property
    def name(self) -> str: ...
    @property
    def params(self) -> type[BaseModel]: ...
    @property
    def traits(self) -> ActionTraits: ...
    @property
    def summary(self) -> str: ...
    @property
    def keeps(self) -> tuple[str, ...] | None: ...


def facts_of(actions: Mapping[str, Described]) -> dict[str, ActionFacts]:
    """Return the facts of each action by its name."""
    return {
        name: ActionFacts(
            name,
            params=action.params,
            traits=action.traits,
            outputs=None if action.keeps is None else frozenset(action.keeps),
            summary=action.summary,
            generic=name in GENERIC,
        )
        for name, action in actions.items()
    }
