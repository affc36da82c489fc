"""What Tocsin keeps current in the tickets of what is asked: whose they are, until when, and what is to be done.

Rules kept here: every field has one owner (docs/jira.md). Whose ticket it is belongs to the tracker once somebody there
has given it to somebody, until Tocsin gives the role to somebody else; the due date is Tocsin's. A change there that
the timeline does not know yet is never overwritten: it is taken in first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from engine.domain.errors import IntegrationError
from engine.domain.folding.tickets import DUE, OWNER, heard
from engine.domain.surfaces import CARD, TICKET, effect_of, maker_of
from engine.runtime.showing.chatting import message_of
from engine.runtime.showing.words import asking, ticketing

if TYPE_CHECKING:
    from engine.domain.ask import Ask
    from engine.ports.chat import Chat
    from engine.ports.tracker import Tracker
    from engine.runtime.showing.words.scene import Scene

Kept = tuple[str, str, Callable[[], Awaitable[object]], str | None]
"""A name, what it says, how it is brought there, and what it said when it was made (as `Wanted` has them).

The last is None where that is not known: of a ticket that was found after its answer was lost.
"""


def of_tickets(scene: Scene, tracker: Tracker, chat: Chat | None, *, channel: str = "") -> Iterator[Kept]:
    """Yield what is kept current in each ticket of what is asked; `channel` is the chat's address."""
    for ask in scene.incident.asks.values():
        key, _ = scene.ticket(ask.id)
        if ask.open and key:
            yield from _described(scene, ask, partial(tracker.describe, key), chat, channel=channel)
            yield from _of(scene, ask, key, tracker)


def _described(
    scene: Scene, ask: Ask, describe: Callable[[str], Awaitable[object]], chat: Chat | None, *, channel: str
) -> Iterator[Kept]:
    """Yield the description of a ticket that was made early, or before the card that it leads to was there."""
    card = message_of(scene, CARD, ask.id) if chat is not None else None
    early = maker_of(scene.incident, ask.id) == ask.step

    async def bring() -> None:
        link = channel
        if chat is not None and card is not None:
            with suppress(IntegrationError):  # where the chat does not say, the way to the channel has to do
                link = await chat.link(card)
        await describe(asking.ticket(scene, ask, epic="", link=link).description)

    if early or card is not None:
        yield f"ticket:{ask.id}", card.id if card is not None else f"asked {channel}", bring, None


def _of(scene: Scene, ask: Ask, key: str, tracker: Tracker) -> Iterator[Kept]:
    maker = maker_of(scene.incident, ask.id)
    effect = effect_of(scene.incident, TICKET, maker)
    made_with = effect.result if effect is not None else {}
    if ask.given_to is None:
        owner = ticketing.owner(scene, ask)
        says = f"{owner.id if owner else ''}/{ask.turns}"
        bring = partial(tracker.assign, key, owner, known=heard(scene.incident, key, OWNER))
        yield f"owner:{ask.id}", says, bring, f"{made_with['owner']}/0" if "owner" in made_with else None
    day = scene.moment_there(ask.due).date() if ask.due else None
    dated = f"{day.isoformat() if day else ''}/{ask.moved}"
    set_day = partial(tracker.schedule, key, day, known=heard(scene.incident, key, DUE))
    yield f"due:{ask.id}", dated, set_day, f"{made_with['due']}/0" if "due" in made_with else None
