"""Who is reminded and who is called, as an organisation has it: values that the conductor decides with.

Rules kept here: the first rule that fits an ask holds, and an ask that none fits calls nobody; a severity that is not
known yet counts as fitting. What belongs to containment or law is never held back by anybody's hours; no step can stop
a deadline yet, and one that does will belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.domain.hours import Hours
    from engine.domain.plan import StepPlan

NEVER_HELD = frozenset({"contain", "legal"})
"""Phases in which somebody is reminded at any hour."""


@dataclass(frozen=True, slots=True)
class CallRule:
    """Which asks call people, and after how long. An empty set fits everything.

    `windows` is how long each level has before the next is called; the last one holds for all further levels. `pagers`
    names which may be used; empty: all that a person has.
    """

    windows: tuple[timedelta, ...]
    phases: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    pagers: frozenset[str] = frozenset()

    def window(self, level: int) -> timedelta:
        """Return how long is waited before a level, counted from 1, is called."""
        return self.windows[min(level, len(self.windows)) - 1]


@dataclass(frozen=True, slots=True)
class Waking:
    """How people are reminded and called."""

    shares: tuple[int, ...] = ()
    """At which percentages of the time to its due an ask reminds, in order."""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    """When people work; who is not named works always."""
    rules: tuple[CallRule, ...] = ()
    pagers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Person -> the names of what pages them."""
    exercises: bool = False
    """Whether exercises page too."""

    def rule_for(self, ask: Ask, step: StepPlan, severity: str) -> CallRule | None:
        """Return the rule that holds for an ask, None when it calls nobody."""
        return next((rule for rule in self.rules if _fits(rule, ask, step, severity)), None)

    def pagers_of(self, person: str, rule: CallRule) -> tuple[str, ...]:
        """Return what pages a person under a rule."""
        return tuple(name for name in self.pagers.get(person, ()) if not rule.pagers or name in rule.pagers)


ASLEEP = Waking()
"""Nobody is reminded and nobody is called."""


def never_held(step: StepPlan) -> bool:
    """Return whether people are reminded of a step at any hour."""
    return step.phase in NEVER_HELD


def _fits(rule: CallRule, ask: Ask, step: StepPlan, severity: str) -> bool:
    return (
        (not rule.phases or step.phase in rule.phases)
        and (not rule.kinds or ask.kind in rule.kinds)
        and (not rule.severities or not severity or severity in rule.severities)
    )
