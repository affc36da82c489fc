"""How a state's collections get one more element: as a copy, or in place while many events are folded in a row.

Theory of operation. A state is a value, so an event that changes one element of a collection makes a new collection.
Over a long timeline that would be a copy per event, and the whole would cost the square of its length. Where only the
last state is wanted, the collections are copied once (`loosened`), changed in place, and copied once more (`firm`).

Rule kept here: what was loosened is seen by nobody until it is firm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from engine.domain.incident import Incident

K = TypeVar("K")
V = TypeVar("V")


class _Rows(dict[K, V], Generic[K, V]):
    """A mapping that may be changed in place."""


class _Items(list[V], Generic[V]):
    """A sequence that may be changed in place."""


def put(rows: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """Return a mapping with one element set."""
    if isinstance(rows, _Rows):
        rows[key] = value
        return rows
    return {**rows, key: value}


def add(items: Sequence[V], *more: V) -> Sequence[V]:
    """Return a sequence with more elements at its end."""
    if isinstance(items, _Items):
        items.extend(more)
        return items
    return (*items, *more)


def without(rows: Mapping[K, V], key: K) -> Mapping[K, V]:
    """Return a mapping without one element."""
    if isinstance(rows, _Rows):
        rows.pop(key, None)
        return rows
    return {name: value for name, value in rows.items() if name != key}


def extended(state: Incident, known: object, more: Sequence[object]) -> list[object]:
    """Return a list among the values of a state, with more elements."""
    if isinstance(known, _Items):
        known.extend(more)
        return known
    both = [*(known if isinstance(known, list) else ()), *more]
    return _Items(both) if isinstance(state.facts, _Rows) else both


def loosened(state: Incident) -> Incident:
    """Return a state of its own, to be folded on."""
    return replace(state, **{name: _loose(value) for name, value in _collections(state)})


def firm(state: Incident) -> Incident:
    """Return the value of a state that was loosened."""
    found = {name: _firm(value) for name, value in _collections(state)}
    facts = {
        name: replace(fact, value=list(fact.value)) if isinstance(fact.value, _Items) else fact
        for name, fact in state.facts.items()
    }
    return replace(state, **{**found, "facts": facts})


def _collections(state: Incident) -> list[tuple[str, Mapping[Any, Any] | Sequence[Any]]]:
    values = ((field.name, getattr(state, field.name)) for field in fields(state))
    return [(name, value) for name, value in values if isinstance(value, (Mapping, tuple, list))]


def _loose(value: Mapping[Any, Any] | Sequence[Any]) -> Any:  # noqa: ANN401 - the value of any field
    return _Rows(value) if isinstance(value, Mapping) else _Items(value)


def _firm(value: Mapping[Any, Any] | Sequence[Any]) -> Any:  # noqa: ANN401 - as above
    return dict(value) if isinstance(value, Mapping) else tuple(value)
