"""Every write to Slack and Jira, whatever goes wrong with it, is there once, and told once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from engine.domain.lifecycle import IncidentStatus
from engine.domain.surfaces import (
    CHANNEL,
    EPIC,
    EPIC_CLOSE,
    HEAD_TRACKER,
    IN_CHAT,
    TICKET,
    TICKET_CLOSE,
    TICKET_MERGE,
    TICKET_REOPEN,
)
from engine.domain.timeline import EffectDone
from engine.runtime.showing.words import overview
from integrations.jira.marks import label
from integrations.jira.markup import laid_out
from integrations.slack.blocks import fallback
from integrations.slack.channels import marker
from tests.integration.matrix import far
from tests.integration.matrix.cells import ONCE, WRITES, WRONG, Write, expected_of_write
from tests.integration.matrix.rig import ASIDE, DUE, Walk, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.domain.incident import Incident


LINKS = 3
"""The epic, the pinned message and the review."""


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
async def test_a_write_is_there_once_and_told_once(
    home: Path, write: Write, wrong: str, record_property: Callable[[str, object], None]
) -> None:
    """An incident ends as if nothing had gone wrong."""
    record_property("cell", f"{write.name}|{wrong}")
    async with walk(home, patience=1 if "no answer" in wrong else 5) as here:
        state = await here.play(write, wrong)
        assert here.struck() == (wrong != "all is well")
        assert state.status is IncidentStatus.CLOSED
        assert await amiss_in_ledger(here, state) == []
        assert await amiss_in_slack(here, state) == []
        assert await amiss_in_jira(here, state) == []
        told = await far.told(here.sandbox, "carla", text=ASIDE)
        assert told == 1 if expected_of_write(write, wrong) == ONCE else told <= 1


async def amiss_in_ledger(here: Walk, state: Incident) -> list[str]:
    """Return the effects whose end is not told once."""
    entries = await here.bench.ledger.entries(here.incident)
    done = Counter(entry.event.key for entry in entries if isinstance(entry.event, EffectDone))
    return [f"{e.kind} {e.subject}: told {done[key]} times" for key, e in state.effects.items() if done[key] != 1]


async def amiss_in_slack(here: Walk, state: Incident) -> list[str]:
    """Return what Slack does not hold once, or not as it should be."""
    scene = await here.scene()
    channels = await far.channels(here.sandbox)
    if len(channels) != 1:
        return [f"{len(channels)} channels"]
    (channel,) = channels
    expected = {key for key, effect in state.effects.items() if effect.kind in IN_CHAT - {CHANNEL}}
    pinned = [message["text"] for message in channel.messages if message["ts"] in channel.pins]
    people = {person.slack for person in scene.everyone()} - {""}
    looks = {
        "marked": marker(here.incident) in channel.purpose,
        "topic": channel.topic == overview.topic(scene),
        "people": people <= channel.members,
        "who is kept out": not {person.slack for person in scene.kept_out()} & channel.members,
        "messages": channel.keys == Counter(expected),
        "what goes on in threads": list(channel.further.values()) == [1],
        "links": len(dict(channel.bookmarks)) == len(channel.bookmarks) == LINKS,
        "links lead where they should": dict(channel.bookmarks).get(overview.EPIC_LINK) == scene.epic()[1],
        "pinned, and up to date": pinned == [fallback(overview.living(scene))],
    }
    return [name for name, well in looks.items() if not well]


async def amiss_in_jira(here: Walk, state: Incident) -> list[str]:
    """Return what Jira does not hold once, or not as it should be."""
    epic, ticket, twin, *more = await far.tickets(here.sandbox)
    scene = await here.scene()
    talk = next(f"{here.sandbox.url}/archives/{e.result['id']}" for e in state.effects.values() if e.kind == CHANNEL)
    keys = {kind: [key for key, e in state.effects.items() if e.kind == kind] for kind in state_kinds(state)}
    looks = {
        "no more tickets": more == [],
        "the epic's key": [epic.carries] == keys[EPIC],
        "the ticket's key": [ticket.carries] == keys[TICKET],
        "the description": epic.description == laid_out(overview.checklist(scene, channel=talk)),
        "what was said on the epic": sorted(epic.comments)
        == sorted(map(mark, [*keys[HEAD_TRACKER], *keys[EPIC_CLOSE]])),
        "the epic is closed": epic.category == "done",
        "what was said on the ticket": ticket.comments == tuple(map(mark, [*keys[TICKET_REOPEN], *keys[TICKET_CLOSE]])),
        "the ticket was moved twice": len(ticket.moves) == 2,
        "the ticket is closed": ticket.category == "done",
        "whose it is": ticket.assignee == "Kim Tran",
        "when it is due": ticket.due == DUE[:10],
        "what was said on its twin": twin.comments == tuple(map(mark, keys[TICKET_MERGE])),
        "its twin is linked once": twin.duplicates == (ticket.key,),
        "its twin was moved once": (twin.category, len(twin.moves)) == ("done", 1),
    }
    return [name for name, well in looks.items() if not well]


def state_kinds(state: Incident) -> set[str]:
    """Return the kinds of effects there were."""
    return {effect.kind for effect in state.effects.values()}


def mark(key: str) -> str:
    """Return what a comment with this key ends in."""
    return label(key).removeprefix("tocsin-")
