"""The places at which the engine is killed: each a name, a moment, and what is being written or done there.

A write has three moments: `uncommitted` (everything is in the transaction, nothing is committed), `committed` (the
database has it, the head outside has not) and `told` (both have it, nobody in the engine knows yet). An effect has
three as well: `intended` (nothing was sent), `sent` (the far side has done it, its answer was not read) and `answered`
(the answer is known, and not written down). Work on the whole database, a rebuild or a migration, is killed when it has
`begun` (nothing was changed yet), `midway` (some of it was changed), and before and after its commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Moment = Literal["uncommitted", "committed", "told", "intended", "sent", "answered", "begun", "midway"]

WRITES: Final[tuple[Moment, ...]] = ("uncommitted", "committed", "told")
EFFECTS: Final[tuple[Moment, ...]] = ("intended", "sent", "answered")
KEEPING: Final[tuple[Moment, ...]] = ("begun", "midway", "uncommitted", "committed")
APPENDS: Final = (
    "incident_declared",
    "phase_opened",
    "step_prepared",
    "ask_opened",
    "ask_answered",
    "timer_set",
    "timer_fired",
    "step_done",
    "phase_settled",
    "incident_advanced",
    "effect_failed",
)
ACTS: Final = ("act", "blind", "channel", "card", "epic", "ticket")
"""An HTTP request that can be looked up, one that cannot, a Slack channel and message, a Jira epic and ticket."""
SIDES: Final = {"act": "HTTP", "blind": "HTTP", "channel": "Slack", "card": "Slack", "epic": "Jira", "ticket": "Jira"}
LEASES: Final = ("claim", "renew", "release")
INBOX: Final = ("inbox_put", "inbox_finish")
REBUILD, MIGRATION = "rebuild", "migration"


@dataclass(frozen=True, slots=True)
class Point:
    """Where the engine is killed: at a moment of a write or an effect."""

    moment: Moment
    what: str

    @property
    def name(self) -> str:
        """How it is called."""
        return f"{self.what}-{self.moment}"

    @property
    def side(self) -> str:
        """The far side it concerns; empty when it concerns none."""
        return SIDES.get(self.what.rpartition(":")[2], "")


def of(name: str) -> Point:
    """Return the point of a name."""
    what, _, moment = name.rpartition("-")
    return next(point for point in ALL if (point.what, point.moment) == (what, moment))


POINTS: Final[tuple[Point, ...]] = (
    *(Point(moment, what) for what in APPENDS for moment in WRITES),
    *(Point(moment, f"effect_intended:{act}") for act in ACTS for moment in WRITES),
    *(Point(moment, act) for act in ACTS for moment in EFFECTS),
    *(Point(moment, f"effect_done:{act}") for act in ACTS for moment in WRITES),
    *(Point(moment, what) for what in (*LEASES, *INBOX) for moment in WRITES),
)
KEPT: Final[tuple[Point, ...]] = tuple(Point(moment, what) for what in (REBUILD, MIGRATION) for moment in KEEPING)
ALL: Final[tuple[Point, ...]] = (*POINTS, *KEPT)
