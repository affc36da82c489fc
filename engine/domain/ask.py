"""What people are asked, and what they made of it: who is on it, who was reminded and called, what was answered.

Rule kept here: a value, a part of the state of an incident, made only by `engine.domain.fold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from engine.domain.events.shape import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to an ask."""

    verdict: str
    by: str
    at: datetime
    values: Mapping[str, Json]
    reason: str
    strength: str
    via: str
    without: tuple[str, ...] = ()
    """The roles whose view was asked for and not there."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who is on what is asked, and since when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """People who were reminded of an ask, and at which share of its time."""

    share: int
    people: tuple[str, ...]
    at: datetime
    moved: int = 0
    """How often the target had been moved by then."""


@dataclass(frozen=True, slots=True)
class Call:
    """A person who was called for an ask; `pagers` says by what, besides the chat."""

    level: int
    person: str
    because: str
    """unacknowledged or overdue."""
    pagers: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """Who went ahead alone without an approval, when, and why."""

    by: str
    at: datetime
    reason: str
    ended: str = ""
    """What became of the act: done, failed or unconfirmed; empty while it has not ended."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a person is asked for: a task, decision, approval or view. `outcome` is empty while it is open."""

    id: str
    kind: str
    step: str
    by: tuple[str, ...]
    quorum: int
    digest: str
    requesters: tuple[str, ...]
    due: datetime | None
    opened_at: datetime
    round: int
    outcome: str = ""
    """answered, approved, declined, broken, or why it was closed: voided, expired, cancelled, superseded."""
    answers: tuple[Answer, ...] = ()
    closed_at: datetime | None = None
    missed: bool = False
    on_it: Acknowledgement | None = None
    """Who said last that they are on it."""
    moved: int = 0
    """How often its due time was moved."""
    given_to: str | None = None
    """Whom people gave its ticket: a person's id, empty for nobody whom Tocsin knows; None: as Tocsin gave it."""
    given_by: str = ""
    """Who gave it."""
    turns: int = 0
    """How often that changed."""
    reminders: tuple[Reminder, ...] = ()
    calls: tuple[Call, ...] = ()
    """Who was called, level by level."""
    escalated_at: datetime | None = None
    """When further roles were asked too; they are among `by` since then."""
    broken: Broken | None = None
    """Who went ahead without it."""
    ratification: str = ""
    """The ask in which others look at that."""
    purpose: str = "do"
    """Of an approval: `undo` where it is for taking back what was done."""
    ratifies: str = ""
    """Of such an ask: the approval without which somebody went ahead."""

    @property
    def open(self) -> bool:
        """Whether an answer still counts."""
        return not self.outcome

    @property
    def may_be_broken(self) -> bool:
        """Whether it is an approval that waits; one that ratifies is always waited for."""
        return self.kind == "approval" and not self.outcome and not self.ratifies

    @property
    def reminded(self) -> int:
        """The share at which people were reminded last of the target as it is; 0 before."""
        last = self.reminders[-1] if self.reminders else None
        return last.share if last is not None and last.moved == self.moved else 0

    @property
    def last(self) -> Answer | None:
        """The newest answer."""
        return self.answers[-1] if self.answers else None
