"""What is still to happen in a rehearsal, in the order of its instants.

Rule kept here: of what happens at one instant, moments that were waited for come first, then what the scenario brings,
then what people do, what is due first before the rest; else what was put down first.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.domain.injects import InjectModel
    from engine.domain.scenario import AnswerModel

Way = Literal["page", "call", "reminder", "notice", "themselves"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A timer of the incident."""

    timer: str
    rank: Literal[0] = 0


@dataclass(frozen=True, slots=True)
class Happens:
    """Something that the scenario brings."""

    inject: InjectModel
    rank: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Turns:
    """Somebody turns to what they are asked, to say what is scripted, if anything is."""

    person: str
    ask: str
    scripted: AnswerModel | None
    number: int
    """The same where one turning is put down again for another instant: they turn to it once."""
    forgets: bool = False
    """Whether they forget it instead, until they hear of it again."""
    rank: Literal[2] = 2


@dataclass(frozen=True, slots=True)
class Hears:
    """Somebody hears again of what they are asked: by a page, a call, a reminder, or that its target was missed."""

    person: str
    ask: str
    by: Way
    woke: bool = False
    """Whether that woke them."""
    rank: Literal[2] = 2


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody answers what they are asked."""

    person: str
    ask: str
    scripted: AnswerModel | None
    rank: Literal[2] = 2


Item = Moment | Happens | Turns | Hears | Says


@dataclass(slots=True)
class Agenda:
    """What is to happen."""

    _heap: list[tuple[datetime, int, float, int, Item]] = field(default_factory=list)
    _count: int = 0

    def put(self, at: datetime, item: Item, *, before: datetime | None = None) -> None:
        """Write down that something happens at an instant; `before` is what it is due, where that matters."""
        self._count += 1
        urgency = before.timestamp() if before else math.inf
        heapq.heappush(self._heap, (at, item.rank, urgency, self._count, item))

    def take(self) -> tuple[datetime, Item] | None:
        """Take out what happens next; None when nothing does."""
        if not self._heap:
            return None
        at, _, _, _, item = heapq.heappop(self._heap)
        return at, item

    def items(self) -> Iterator[Item]:
        """Yield everything that is to happen, in no order."""
        return (item for *_, item in self._heap)
