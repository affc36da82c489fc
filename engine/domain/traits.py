"""What is known of an act before it is done: how far it reaches, and how it is taken back.

Rule kept here: it is copied from the registry of actions into a plan, so that the plan stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.expressions import Template
    from engine.domain.kinds import Reach


@dataclass(frozen=True, slots=True)
class ActionTraits:
    """What the registry declares of an action, copied in so that the plan stands alone."""

    writes: bool
    reach: Reach
    destructive: bool = False
    minor_gate: bool = False
    findable: bool = False
    heavy: bool = False
    """It takes long or needs much memory, so it may be carried out in a process of its own."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """How a step is taken back, or why it cannot be."""

    action: str | None
    with_: Template | None
    traits: ActionTraits | None
    none_because: str | None = None
