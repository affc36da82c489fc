"""What a playbook may name without saying it itself: regimes of law and contract, controls of standards, calendars.

Rules kept here: values, read from the configuration elsewhere; a catalog that is None is not known where it is asked,
and then nothing is wrong with what is named. What a running incident began with is never refused later, so its text is
looked at with catalogs that are not `strict`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Stage:
    """Something a regime demands by a certain time; `counted`: the law names a number, counted from the trigger."""

    id: str
    title: str
    counted: bool = False
    hours: int | None = None
    """How many hours there are, where the law counts hours alone, from the trigger or from `after`."""
    after: str = ""
    """The stage from whose fulfilment it is counted; empty: from the trigger, or from some other event."""
    law: str = ""
    """How long the law gives, in words; empty where it names no number."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A law or contract that sets times to tell somebody."""

    id: str
    name: str
    in_force: bool = True
    status: str = "in force"
    stages: Mapping[str, Stage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a standard; the title is our own short wording."""

    id: str
    title: str
    standard: str


@dataclass(frozen=True, slots=True)
class Catalogs:
    """What there is to name; None is not known."""

    regimes: Mapping[str, Regime] | None = None
    controls: Mapping[str, Control] | None = None
    calendars: frozenset[str] | None = None
    strict: bool = True
    """Whether what is not in them is wrong."""

    def lenient(self) -> Catalogs:
        """Return the same for a text that was accepted before."""
        return replace(self, strict=False)

    def regimes_named(self, ids: Iterable[str]) -> dict[str, Regime]:
        """Return the regimes of these ids; one that is not known has its id for a name."""
        known = self.regimes or {}
        return {name: known.get(name) or Regime(name, name) for name in ids}

    def controls_named(self, ids: Iterable[str]) -> dict[str, Control]:
        """Return the controls of these ids, likewise."""
        known = self.controls or {}
        return {name: known.get(name) or Control(name, name, "") for name in ids}


NO_CATALOGS = Catalogs()
