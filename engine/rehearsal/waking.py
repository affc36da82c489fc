"""Who is reminded and called in a rehearsal, and the pager that it is done by, in memory.

Rules kept here: what the scenario says takes the place of what the organisation has; the rules of an organisation call
nobody while it has no pager. Everybody of the cast has one pager, unless the scenario says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.domain.waking import CallRule, Waking
from engine.rehearsal.drawing import span
from engine.rehearsal.world import Outage, refuse_when_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.domain.scenario import Scenario
    from engine.domain.scenario_waking import CallModel
    from engine.ports.paging import Page
    from engine.ports.time import Clock
    from engine.rehearsal.players import Player

PAGER = "pager"
USUAL = Waking(shares=(50, 75, 90))
"""Of an organisation that has said nothing: people are reminded, and nobody is called."""


def waking_of(scenario: Scenario, players: Mapping[str, Player], *, house: Waking) -> Waking:
    """Return how the people of a scenario are reminded and called, in an organisation that has `house`."""
    said = scenario.waking
    rules = [_rule(call) for call in said.calls] if said.calls is not None else [*house.rules]
    return Waking(
        shares=house.shares if said.reminders is None else tuple(sorted(set(said.reminders))),
        hours={player.id: player.hours for player in players.values() if player.hours is not None},
        rules=tuple(replace(rule, pagers=frozenset()) for rule in rules),
        pagers={player.id: (PAGER,) for player in players.values() if player.pager},
        exercises=True,
    )


def _rule(call: CallModel) -> CallRule:
    return CallRule(
        windows=tuple(span(text) for text in call.windows),
        phases=frozenset(call.phases),
        kinds=frozenset(call.kinds),
        severities=frozenset(call.severities),
    )


@dataclass(slots=True)
class MemoryPager:
    """Implements `engine.ports.paging.Pager`."""

    clock: Clock
    outages: Sequence[Outage] = ()
    sent: dict[str, Page] = field(default_factory=dict)
    """What was sent, by its key."""
    ended: set[str] = field(default_factory=set)

    async def send(self, page: Page) -> None:
        """Send a page; sent again, it is the same page."""
        self._up()
        self.sent[page.key] = page

    async def acknowledge(self, page: Page, *, by: str) -> None:
        """Hear that somebody is on it."""
        del page, by
        self._up()

    async def end(self, page: Page) -> None:
        """Hear that nobody is paged by it any more."""
        self._up()
        self.ended.add(page.key)

    def _up(self) -> None:
        refuse_when_down(self.outages, PAGER, now=self.clock.now())
