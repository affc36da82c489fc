"""The playbooks that can be called, by name: a seam, so that the language reads no files.

Rule kept here: what is found is text; whether it is a playbook is said by whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Text:
    """The bytes of a playbook file, and the path that is shown with its problems."""

    path: str
    data: bytes


class Library(Protocol):
    """Where the playbooks are that a playbook may call."""

    def find(self, name: str) -> Text | None:
        """Return the playbook of that name, None when there is none."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names there are."""
        ...


@dataclass(frozen=True, slots=True)
class Texts:
    """Playbooks that are at hand as texts."""

    known: Mapping[str, bytes] = field(default_factory=dict)

    def find(self, name: str) -> Text | None:
        """Return the playbook of that name, None when there is none."""
        return Text(f"{name}.yaml", self.known[name]) if name in self.known else None

    def names(self) -> Sequence[str]:
        """Return the names there are."""
        return sorted(self.known)


NOTHING = Texts()
"""No playbook can be called."""
