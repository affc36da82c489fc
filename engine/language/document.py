"""A playbook together with its file: where each of its values is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.domain.playbook import Playbook
from engine.language.marks import Mark
from engine.language.tree import Node, find

Loc: TypeAlias = tuple[str | int, ...]
"""What leads to a value from the top of the file: keys and positions in lists."""


@dataclass(frozen=True, slots=True)
class Document:
    """A playbook that has the right shape, and the tree it was read from."""

    path: str
    root: Node
    playbook: Playbook

    def mark(self, loc: Loc, *, on_key: bool = False) -> Mark:
        """Return where a value is written, or its key; the nearest place above it when it is not written at all."""
        node, key = find(self.root, loc)
        return key if on_key else node.mark
