"""The registry's actions as the language sees them; a seam, so that the language can be read and tested alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol, get_args, get_origin

from pydantic import BaseModel

from engine.domain.fields import FieldType
from engine.domain.traits import ActionTraits
from engine.language.context import ActionFacts, OutputFacts

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
    @property
    def result(self) -> type[BaseModel]: ...


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
            kinds=dict(_kinds(action)),
            results=tuple(field.alias or known for known, field in action.result.model_fields.items()),
        )
        for name, action in actions.items()
    }


def _kinds(action: Described) -> Iterator[tuple[str, OutputFacts]]:
    """Yield the kind of each value that an action always keeps, as far as its result's model says one."""
    for name, field in action.result.model_fields.items():
        known = field.alias or name
        found = _kind(field.annotation)
        if known in (action.keeps or ()) and found is not None:
            yield known, found


def _kind(annotation: object) -> OutputFacts | None:
    if get_origin(annotation) is Literal and all(isinstance(option, str) for option in get_args(annotation)):
        return OutputFacts(FieldType.CHOICE, options=get_args(annotation))
    for kind, field in ((bool, FieldType.BOOLEAN), (int, FieldType.NUMBER), (float, FieldType.NUMBER)):
        if annotation is kind:
            return OutputFacts(field)
    return OutputFacts(FieldType.TEXT) if annotation is str else None
