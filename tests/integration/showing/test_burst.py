"""An engine that has much to say at once in one channel: everything arrives, once and in order, at Slack's pace."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from engine.domain.surfaces import CARD
from engine.domain.timeline import EffectFailed, EffectUnconfirmed
from tests.integration.showing.stage import stage

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.incident import Incident
    from tests.integration.showing.stage import Stage

MANY = 30
TIMES = 4
"""How many times as fast as Slack this one is."""
PLACES = [str(number) for number in range(1, MANY + 1)]
PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs:
      places: {type: text, list: true}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - {id: ask, title: Ask there, task: Ask., owner: commander, due: 4h, tickets: none, for_each: inputs.places}
"""


def cards(state: Incident) -> list[str]:
    """Return what became of each card."""
    return [effect.status for effect in state.effects.values() if effect.kind == CARD]


def asked(on_stage: Stage) -> list[int]:
    """Return the numbers of the tasks in the channel, in the order of the messages."""
    texts = [text for text in on_stage.texts() if "Ask there (" in text]
    return [int(text.partition("Ask there (")[2].partition(")")[0]) for text in texts]


@pytest.mark.slow
async def test_many_cards_arrive_once_each_and_in_order(home: Path) -> None:
    """None of them counts as unknown; told to come later, they come later."""
    async with stage(home, times=TIMES) as on_stage, on_stage.engine():
        incident = await on_stage.declare(PLAYBOOK, places=PLACES)
        await on_stage.until(incident, lambda s: cards(s) == ["done"] * MANY)
        assert asked(on_stage) == list(range(1, MANY + 1))
        events = [entry.event for entry in await on_stage.bench.ledger.entries(incident)]
        late = [event for event in events if isinstance(event, EffectFailed) and event.kind == CARD]
        assert late
        assert all(event.early and not event.unsure for event in late)
        assert not [event for event in events if isinstance(event, EffectUnconfirmed)]


@pytest.mark.slow
async def test_an_engine_that_ends_in_a_burst_loses_nothing_of_it(home: Path) -> None:
    """What waited stands in the ledger; the next engine says it, and says nothing twice."""
    async with stage(home, times=TIMES) as on_stage:
        async with on_stage.engine():
            incident = await on_stage.declare(PLAYBOOK, places=PLACES)
            await on_stage.until(incident, lambda s: cards(s).count("done") >= MANY // 4)
        assert 0 < len(asked(on_stage)) < MANY
        async with on_stage.engine("engine-2"):
            await on_stage.until(incident, lambda s: cards(s) == ["done"] * MANY)
        assert Counter(asked(on_stage)) == Counter(range(1, MANY + 1))
