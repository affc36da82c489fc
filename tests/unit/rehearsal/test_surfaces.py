"""What a rehearsal would show in chat and tracker, and what happens while they are down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.domain.errors import GoneError, IntegrationError
from engine.ports.chat import MessageRef
from engine.ports.lookup import Absent, Found
from engine.ports.shown import Message, TicketDraft
from engine.rehearsal.cast import Cast
from engine.rehearsal.players import Player
from engine.rehearsal.tracker import MemoryTracker
from engine.rehearsal.world import InventedSecrets, MemoryVault
from tests.unit.actions.fakes import FakeClock
from tests.unit.rehearsal.cases import came, played
from tests.unit.rehearsal.test_play import ASKS

if TYPE_CHECKING:
    from engine.rehearsal.play import Played

DRAFT = TicketDraft("Something", "To be done.")


def test_channel_cards_and_tickets_are_made_as_in_an_incident() -> None:
    """By the same words, marked as an exercise."""
    found = played(ASKS)
    tickets = [ticket.draft for ticket in found.stage.tracker.tickets.values()]
    assert [draft.summary for draft in tickets][1:] == ["[REHEARSAL-1] Which words?"]
    assert any("xercise" in f"{draft.summary} {draft.labels} {draft.description}" for draft in tickets)
    assert len(found.stage.chat.channels) == 1
    assert came(ASKS).shown == {"card": 1, "channel": 1, "epic": 1, "notice": 4, "ticket": 1}


def test_an_outage_of_the_tracker_delays_tickets_and_nobody() -> None:
    """People hear of it in the chat; the tickets are there once the tracker is."""
    later = "answers: {words: {after: 2h}}\n"
    down = came(ASKS, f"{later}injects: [{{at: 0s, outage: tracker, until: 1h}}]")
    assert down.targets[0].answered == 2 * 3600
    assert "The tracker was away" in " ".join(line["text"] for line in down.timeline)
    assert down.shown["ticket"] == 1


def test_while_chat_and_tracker_are_down_nobody_hears_of_anything() -> None:
    """The first that is there again tells them."""
    both = "injects: [{at: 0s, outage: tracker, until: 2h}, {at: 0s, outage: chat, until: 1h}]"
    quiet, down = came(ASKS).targets[0].answered, came(ASKS, both).targets[0].answered
    assert quiet is not None
    assert down == quiet + 3600


async def test_a_ticket_is_found_by_its_key_and_changed_only_where_it_is() -> None:
    """Made once under a key, closed, opened, read."""
    tracker = MemoryTracker(FakeClock())
    made = await tracker.create_ticket(DRAFT, key="k")
    assert await tracker.create_ticket(DRAFT, key="k") == made
    assert await tracker.find_ticket(key="k") == Found(made)
    assert await tracker.find_ticket(key="other") == Absent()
    await tracker.comment(made.key, "A word.", key="c")
    assert await tracker.find_comment(made.key, key="c") == Found("c")
    await tracker.close(made.key, done=False)
    assert ((await tracker.read(made.key)).resolution, (await tracker.read(made.key)).accepted) == ("Won't Do", False)
    await tracker.reopen(made.key)
    assert (await tracker.read(made.key)).category == "new"
    with pytest.raises(GoneError):
        await tracker.close("NONE-1", done=True)


async def test_a_message_is_edited_only_where_it_is(run: Played) -> None:
    """What is not there any more is gone."""
    chat = run.stage.chat
    post = next(iter(chat.posts.values()))
    await chat.edit(post.ref, Message("Another text."))
    said = await chat.read(post.ref)
    assert said is not None
    assert said.text == "Another text."
    with pytest.raises(GoneError):
        await chat.edit(MessageRef("#none", "1"), Message("Nothing."))


async def test_evidence_that_is_sealed_is_read_by_nobody() -> None:
    """It is there, and stays there."""
    vault = MemoryVault()
    stored = await vault.put(b"bytes")
    assert await vault.get(stored.sha256) == b"bytes"
    await vault.seal(stored.sha256)
    assert await vault.check(stored.sha256) == "match"
    with pytest.raises(IntegrationError):
        await vault.get(stored.sha256)


def test_everybody_of_the_cast_is_somebody_and_nobody_else() -> None:
    """By whatever identity they are asked for; secrets open nothing."""
    cast = Cast({"ana": Player("ana", ("commander",), zone="Europe/Berlin")})
    assert [person.id for person in cast.everyone()] == ["ana"]
    assert cast.holders("commander") == ("ana",)
    assert cast.by_slack("ana") == cast.by_jira("ana") == cast.by_login("ana") == cast.person("ana")
    assert (cast.admits("ana"), cast.admits("ben"), cast.keeps_out("ben")) == (True, False, False)
    assert InventedSecrets().resolve("REC_TOKEN") == "rehearsed-rec_token"


@pytest.fixture
def run() -> Played:
    """A rehearsal that has ended."""
    return played(ASKS)
