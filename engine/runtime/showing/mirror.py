"""Keeps current what can be overwritten: pinned message, cards, checklist, tickets, topic, bookmarks, who is invited.

Rules kept here: nothing of this is on the timeline, since doing it again is harmless; what was last shown is remembered
by its digest, so that a restart edits nothing that is right already; what is over and was shown whole is not looked at
again; one incident is gone through at a time, the longest waiting first; what does not work is tried again, and nobody
waits for it. Of several engines one at a time does this; what another one may have shown is read from the ledger again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from engine.domain.errors import TocsinError
from engine.domain.handing import handover_subject
from engine.domain.lifecycle import OVER
from engine.domain.surfaces import CALL, CARD, CHANNEL, EPIC, HANDOVER, LEFT_OUT, LIVING, REVIEW_CARD, call_of, made
from engine.runtime.showing.chatting import channel_link, channel_of, message_of
from engine.runtime.showing.ticket_fields import of_tickets
from engine.runtime.showing.words import asking, handing, overview, telling, waking
from engine.runtime.showing.words.scene import Scene
from engine.runtime.timelines import Timelines

if TYPE_CHECKING:
    from engine.ports.chat import Chat, MessageRef
    from engine.ports.ledger import Ledger
    from engine.ports.people import People, Person
    from engine.ports.records import Grown
    from engine.ports.shown import Message
    from engine.ports.time import Clock
    from engine.ports.tracker import Tracker
    from engine.runtime.plans import Plans
    from engine.runtime.standings import Standings

EVERY = 1.0
"""Real seconds between looks for incidents that have moved on."""
PAUSE = 10.0
"""Real seconds before something that did not work is tried again."""
SHOWN = "mirror"
"""Under this name it is remembered how much has been shown of a timeline that is over."""
INVITE_AGAIN = 600.0
"""Real seconds after which they are invited again, when their incident moves on."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to be kept current: its name, what it should say (for its digest), and how it is brought there."""

    name: str
    says: str
    bring: Callable[[], Awaitable[object]]
    born: str | None = None
    """What it said when it was made; it need not be brought there as long as it says that."""


class Mirror:
    """Keeps the surfaces of every incident current while it runs."""

    def __init__(
        self,
        *,
        chat: Chat | None,
        tracker: Tracker | None,
        people: People,
        ledger: Ledger,
        standings: Standings,
        plans: Plans,
        clock: Clock,
        on_duty: Callable[[], int] = lambda: 1,
    ) -> None:
        self._chat = chat
        self._tracker = tracker
        self._people = people
        self._ledger = ledger
        self._standings = standings
        self._plans = plans
        self._clock = clock
        self._on_duty = on_duty
        self._term = 0
        self._woken = asyncio.Event()
        self._timelines = Timelines(ledger)
        self._over: dict[str, int] | None = None
        """How much was shown of timelines by earlier engines; None until it is read. It counts for what is over."""
        self._waiting: dict[str, Grown] = {}
        """Incidents whose timeline has grown past what is shown; the longest waiting first."""
        self._again: dict[str, float] = {}
        """Incidents of which something did not work, and when (monotonic) it is tried again."""
        self._said: dict[tuple[str, str], str] = {}

    @property
    def busy(self) -> int:
        """How many incidents are being gone through."""
        return len(self._waiting)

    def touch(self) -> None:
        """Say that something has changed."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; without a chat and a tracker there is nothing to do."""
        while self._chat is not None or self._tracker is not None:
            self._woken.clear()
            try:
                if self._takes_up():
                    await self._round()
            except TocsinError as error:
                log.warning("mirror_paused", why=error.message)
            try:
                async with asyncio.timeout(EVERY):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _takes_up(self) -> bool:
        """Return whether it is ours to do; what may have been shown by another since we did it is forgotten."""
        term = self._on_duty()
        if term and term != self._term:
            self._term, self._over = term, None
            self._timelines = Timelines(self._ledger)
            for known in (self._waiting, self._again, self._said):
                known.clear()
        return term > 0

    async def _round(self) -> None:
        if self._over is None:
            kept = await self._ledger.recall_all(SHOWN)
            self._over = {incident: int(value["seq"]) for incident, value in kept.items()}
        for row in await self._timelines.look():
            if row.state not in OVER or self._over.get(row.incident) != row.seq:
                self._waiting[row.incident] = row
        now = self._clock.monotonic()
        self._waiting |= {name: self._timelines.known[name] for name, at in self._again.items() if at < now}
        while self._waiting and self._on_duty() == self._term:
            row = next(iter(self._waiting.values()))
            try:
                await self._show(row)
            finally:
                self._waiting.pop(row.incident)

    async def _show(self, row: Grown) -> None:
        whole = False
        try:
            whole = await self.show(row.incident)
            if whole and row.state in OVER:
                await self._ledger.remember(row.incident, SHOWN, {"seq": str(row.seq)})
        except TocsinError as error:
            log.warning("not_shown", incident=row.incident, why=error.message)
        if whole:
            self._again.pop(row.incident, None)
        else:
            self._again[row.incident] = self._clock.monotonic() + PAUSE

    async def show(self, incident: str) -> bool:
        """Bring everything of an incident up to date; return whether all of it worked."""
        state = (await self._standings.of(incident)).incident
        plan = await self._plans.of(state.digest, playbook=state.playbook)
        scene = Scene(plan, state, self._people, self._clock.now())
        whole = await self._gathered(scene)
        scene = replace(scene, left_out=await self._left_out(incident))
        for wanted in [*self._in_chat(scene), *self._in_tracker(scene)]:
            whole &= self._on_duty() == self._term and await self._bring(incident, wanted)
        return whole

    async def _gathered(self, scene: Scene) -> bool:
        """Bring the people of an incident into its channel; return whether that worked for all who can be invited."""
        chat, incident = self._chat, scene.incident.id
        if chat is None or not made(scene.incident, CHANNEL, CHANNEL):
            return True
        people, channel = scene.everyone(), channel_of(scene)

        async def invite() -> None:
            invited = await chat.invite(channel, people)
            await self._ledger.remember(incident, LEFT_OUT, dict(invited.failed))

        async def remove() -> None:
            await chat.remove(channel, kept_out)

        kept_out = scene.kept_out()
        if kept_out and not await self._bring(incident, Wanted("kept_out", _since(scene, kept_out), remove)):
            return False
        again = f" {self._clock.monotonic() // INVITE_AGAIN:.0f}" if await self._left_out(incident) else ""
        return await self._bring(incident, Wanted("people", _ids(people) + again, invite))

    async def _left_out(self, incident: str) -> dict[str, str]:
        kept = await self._ledger.recall(incident, LEFT_OUT) if self._chat is not None else None
        return dict(kept or {})

    async def _bring(self, incident: str, wanted: Wanted) -> bool:
        name = f"mirror:{wanted.name}"
        digest = _digest(wanted.says)
        if await self._last_said(incident, name, born=wanted.born) == digest:
            return True
        try:
            await wanted.bring()
        except TocsinError as error:
            log.warning("not_current", incident=incident, what=wanted.name, why=error.message)
            return False
        self._said[incident, name] = digest
        await self._ledger.remember(incident, name, {"digest": digest})
        return True

    async def _last_said(self, incident: str, name: str, *, born: str | None) -> str | None:
        """Return the digest of what was last shown; read from the ledger once, then from memory."""
        if (incident, name) not in self._said:
            known = await self._ledger.recall(incident, name)
            if known is None:
                return _digest(born) if born is not None else None
            self._said[incident, name] = known["digest"]
        return self._said[incident, name]

    def _in_chat(self, scene: Scene) -> Iterator[Wanted]:
        chat = self._chat
        if chat is None or not made(scene.incident, CHANNEL, CHANNEL):
            return
        channel = channel_of(scene)
        topic = overview.topic(scene)
        yield Wanted("topic", topic, lambda: chat.set_topic(channel, topic))
        yield from self._bookmarks(scene, channel)
        for kind, subject, message in self._messages(scene):
            ref = message_of(scene, kind, subject)
            if ref is not None:
                yield Wanted(f"{kind}:{subject}", repr(message), _edit(chat, ref, message))

    def _bookmarks(self, scene: Scene, channel: str) -> Iterator[Wanted]:
        chat, (key, url), places = self._chat, scene.epic(), _bookmarked(scene)
        if chat is not None and (url or places):
            yield Wanted("bookmarks", repr((key, url, places)), lambda: _bookmark(chat, channel, url, places))

    def _messages(self, scene: Scene) -> Iterator[tuple[str, str, Message]]:
        yield LIVING, LIVING, overview.living(scene)
        for ask in scene.incident.asks.values():
            yield CARD, ask.id, asking.card(scene, ask)
            for subject in (call_of(ask, call) for call in ask.calls):
                yield CALL, subject, waking.call(scene, subject)
        for offer in scene.incident.handovers:
            yield HANDOVER, handover_subject(offer.number), handing.offer(scene, offer)
        for step in scene.plan.steps:
            if made(scene.incident, REVIEW_CARD, step):
                yield REVIEW_CARD, step, telling.review(scene)

    def _in_tracker(self, scene: Scene) -> Iterator[Wanted]:
        tracker = self._tracker
        if tracker is None or not made(scene.incident, EPIC, EPIC):
            return
        channel = channel_link(scene, self._chat)
        text = overview.checklist(scene, channel=channel)
        yield Wanted("epic", text, lambda: tracker.describe(scene.epic()[0], text))
        for name, says, bring, born in of_tickets(scene, tracker, self._chat, channel=channel):
            yield Wanted(name, says, bring, born)


def _since(scene: Scene, people: Sequence[Person]) -> str:
    """Return who is kept out, each since when: let in and kept out again, they are taken out again."""
    found = ((person.id, scene.incident.excluded.get(person.id)) for person in people)
    return " ".join(f"{person} {kept.at.isoformat() if kept else ''}" for person, kept in found)


def _ids(people: Sequence[Person]) -> str:
    return " ".join(person.id for person in people)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _bookmarked(scene: Scene) -> dict[str, MessageRef]:
    """Return the messages to which there is a link at the top of the channel, by its title."""
    reviews = [(overview.REVIEW, message_of(scene, REVIEW_CARD, step)) for step in scene.plan.steps]
    places = [(overview.PAGE, message_of(scene, LIVING, LIVING)), *reviews]
    return {title: ref for title, ref in places if ref is not None}


async def _bookmark(chat: Chat, channel: str, epic: str, places: Mapping[str, MessageRef]) -> None:
    links = {title: await chat.link(ref) for title, ref in places.items()}
    await chat.bookmark(channel, {**({overview.EPIC_LINK: epic} if epic else {}), **links})


def _edit(chat: Chat, ref: MessageRef, message: Message) -> Callable[[], Awaitable[object]]:
    return lambda: chat.edit(ref, message)
