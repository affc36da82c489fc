"""What a measurement says: a table for people, and the figures for `bench.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.processes import Took

BARE = "bare"
"""The way that all others are compared with."""


@dataclass(frozen=True)
class Limit:
    """What we hold ourselves to: milliseconds above L to the first request, and times L to the last answer."""

    times: float
    first: float | None = None

    def __str__(self) -> str:
        first = f"{self.first:g} ms, " if self.first is not None else ""
        return f"{first}{self.times:g} x"


@dataclass(frozen=True)
class Measurement:
    """The same work in several ways; `found` is what each round of each took."""

    title: str
    names: Mapping[str, str]
    limits: Mapping[str, Limit]
    found: dict[str, list[Took]] = field(default_factory=dict)

    @property
    def missed(self) -> Sequence[str]:
        """The ways that are slower than we hold ourselves to."""
        return [self.names[name] for name in self.found if not self._kept(name)]

    def table(self) -> Table:
        """Return the table of medians."""
        rounds = len(self.found[BARE])
        table = Table(title=f"{self.title}, medians of {rounds} interleaved rounds")
        for heading in ("way", "to the first request", "above L", "to the last answer", "times L", "held to"):
            table.add_column(heading, justify="left" if heading == "way" else "right")
        for name in self.found:
            table.add_row(
                self.names[name],
                f"{self._first(name):.1f} ms",
                f"{self._first(name) - self._first(BARE):+.1f} ms",
                f"{self._last(name):.0f} ms",
                f"{self._last(name) / self._last(BARE):.2f} x",
                str(self.limits.get(name, "")),
                style="" if self._kept(name) else "bold red",
            )
        return table

    def figures(self) -> dict[str, Any]:
        """Return the medians, in milliseconds."""
        return {name: {"first_ms": self._first(name), "last_ms": self._last(name)} for name in self.found}

    def _kept(self, name: str) -> bool:
        limit = self.limits.get(name)
        if limit is None:
            return True
        above = self._first(name) - self._first(BARE)
        return (limit.first is None or above <= limit.first) and self._last(name) / self._last(BARE) <= limit.times

    def _first(self, name: str) -> float:
        return median(once.first for once in self.found[name])

    def _last(self, name: str) -> float:
        return median(once.last for once in self.found[name])
