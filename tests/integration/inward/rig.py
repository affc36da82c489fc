"""A whole house for the tests: local Slack and Jira, a SQLite ledger, an engine, and the people at their screens."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import aiohttp
from jira import JIRA

from engine.domain import surfaces
from engine.domain.commands import Who
from engine.domain.events.shape import Event
from engine.domain.incident import effect_key
from engine.domain.surfaces import CARD, Connected, ticket_of
from engine.runtime.desk import Desk, Playbook
from engine.runtime.inward.asides import Asides
from engine.runtime.inward.chat import ChatActs
from engine.runtime.inward.conversation import Conversation
from engine.runtime.inward.filing import Filing
from engine.runtime.inward.identities import Identities
from engine.runtime.inward.library import Library
from engine.runtime.inward.marking import Marks
from engine.runtime.inward.places import Places
from engine.runtime.inward.receiving import ChatForms
from engine.runtime.inward.tickets import TicketWatch
from engine.runtime.inward.tracker import TrackerActs
from engine.runtime.inward.worker import InboxWorker
from engine.runtime.performing import ByKind
from engine.runtime.showing.shower import Shower
from engine.settings.people import read_people
from integrations.jira import JiraFiles, JiraPool, JiraSite, JiraTracker, JiraWatch
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.slack import Reception, SlackApi, SlackChat, SlackFiles, SlackSocket, interpret
from integrations.slack.methods import EVENTS
from integrations.storage.vault import FileVault
from integrations.system.clock import SystemClock
from tests.integration.inward.listener import Listener, listening
from tests.integration.inward.playbooks import LEAK, playbooks
from tests.integration.runtime.bench import FACTS, Bench, Counterpart
from tests.integration.sandbox.clients import Human, until

CONFIG = Path(__file__).parents[3] / "config"

BEN = Who(person="ben", via="slack", strength="slack-signed", zone="Europe/Berlin")


@dataclass
class House:
    """Everything at once; `line` says how Slack delivers."""

    sandbox: Sandbox
    bench: Bench
    desk: Desk
    chat: SlackChat
    tracker: JiraTracker
    places: Places
    asides: Asides
    worker: InboxWorker
    forms: ChatForms
    reception: Reception
    session: aiohttp.ClientSession
    watch: TicketWatch
    pokes: list[Callable[[], None]]
    """How the engine is told of something new."""
    listener: Listener = field(default_factory=Listener)
    """Where Slack's requests arrive over HTTP."""

    def human(self, handle: str) -> Human:
        """Return somebody at their Slack client."""
        return Human(self.session, self.sandbox.url, self.sandbox.world.seed.person(handle).slack_token)

    async def declared(self, playbook: str = LEAK, **inputs: object) -> str:
        """Declare an incident beside every chat."""
        given = {"summary": "A link", "urls": ["https://a.example/1"]} | inputs
        made = await self.desk.declare(Playbook(dedent(playbook).encode(), "leak.yaml"), given, BEN)
        return made.incident

    async def card(self, incident: str, subject: str, *, kind: str = CARD) -> dict[str, str]:
        """Wait for the card of an ask, or the review's; return where its buttons are."""
        state = await self.bench.until(incident, lambda s: surfaces.made(s, kind, subject))
        effect = state.effects[effect_key(incident, subject, kind)]
        return {"channel": str(effect.result["channel"]), "ts": str(effect.result["ts"])}

    async def press(self, handle: str, action: str, *, incident: str, ask: str) -> dict[str, Any]:
        """Press a button under an ask's card."""
        place = await self.card(incident, ask)
        return await self.human(handle).post("/actions", action_id=action, **place)

    async def form(self, handle: str) -> dict[str, Any]:
        """Wait until a form stands open before somebody, and return it."""
        human = self.human(handle)
        shown: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not shown:
                shown = (await human.get("/modals"))["modals"]
        return shown[-1]

    async def fill(self, handle: str, **values: object) -> dict[str, Any]:
        """Fill in the form that is open and send it."""
        form = await self.form(handle)
        return await self.human(handle).post(f"/modals/{form['id']}/submit", values=values)

    async def told(self, handle: str, part: str) -> str:
        """Wait until somebody is told something in private that holds these words."""
        human = self.human(handle)
        async with asyncio.timeout(10):
            while True:
                texts = [message["text"] for message in (await human.get("/ephemerals"))["messages"]]
                for text in [*texts, *await self._direct(human)]:
                    if part in text:
                        return str(text)

    async def _direct(self, human: Human) -> list[str]:
        channels = (await human.get("/channels"))["channels"]
        direct = [channel["id"] for channel in channels if channel.get("is_im")]
        messages = [(await human.get(f"/channels/{channel}/messages"))["messages"] for channel in direct]
        return [str(message["text"]) for thread in messages for message in thread]

    async def channel(self, incident: str) -> str:
        """Wait for an incident's channel."""
        async with asyncio.timeout(10):
            while not (channel := await self.places.channel_of(incident)):  # noqa: ASYNC110 - it is in a database
                await asyncio.sleep(0.02)
        return channel

    async def ticket(self, incident: str, ask: str) -> str:
        """Wait for the ticket of an ask; return its key."""
        state = await self.bench.until(incident, lambda s: bool(ticket_of(s, ask)))
        return ticket_of(state, ask)

    async def in_jira(self, handle: str, work: Callable[[JIRA], Any]) -> None:
        """Do something in Jira as somebody, with the genuine client."""
        cast = self.sandbox.world.seed.person(handle)

        def act() -> None:
            login = (cast.email, cast.jira_token)
            work(JIRA(server=self.sandbox.jira_url, basic_auth=login, max_retries=0, timeout=10))

        await asyncio.to_thread(act)

    async def close(self, handle: str, key: str, *, resolution: str = "Done", comment: str = "") -> None:
        """Write a comment under a ticket, if there is one to write, and close it."""
        if comment:
            await self.in_jira(handle, lambda jira: jira.add_comment(key, comment))
        fields = {"resolution": {"name": resolution}}
        await self.in_jira(handle, lambda jira: jira.transition_issue(key, "Done", fields=fields))

    async def attach(self, handle: str, key: str, *files: tuple[str, bytes]) -> None:
        """Attach files to a ticket, one after the other."""
        for name, data in files:
            await self.in_jira(handle, partial(_attach, key=key, name=name, data=data))

    async def events(self, incident: str, kind: str) -> list[Event]:
        """Return the events of one type."""
        return [entry.event for entry in await self.bench.ledger.entries(incident) if entry.event.type == kind]

    async def idle(self) -> None:
        """Wait until the inbox is empty and everybody has been told."""
        async with asyncio.timeout(10):
            while await self.bench.ledger.pending(limit=1):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        await self.asides.settle()

    async def outcomes(self) -> list[str]:
        """Return what became of each row of the inbox, in order."""
        with self.bench.ledger._engine.connect() as connection:
            rows = connection.exec_driver_sql("select outcome from inbox order by id")
            return [str(row[0]) for row in rows]


@asynccontextmanager
async def house(
    home: Path, *, line: str = "socket", engine: bool = True, ack_seconds: float = 3.0, clock: SystemClock | None = None
) -> AsyncIterator[House]:
    """Open the house; the engine and the worker run until the block ends. Slack waits so long for an answer.

    `clock` is the incidents' own.
    """
    async with aiohttp.ClientSession() as session, listening() as listener:
        seed = default_seed()
        url = listener.url if line == "http" else None
        slack = seed.slack.model_copy(update={"events": tuple(EVENTS), "request_url": url, "ack_seconds": ack_seconds})
        async with (
            run_sandbox(seed.model_copy(update={"slack": slack}), now=SystemClock().now) as sandbox,
            _furnished(home, sandbox=sandbox, session=session, clock=clock or SystemClock()) as made,
        ):
            made.listener, listener.reception = listener, made.reception
            listener.secret = sandbox.slack_signing_secret
            async with _delivering(made, line=line), _working(made, engine=engine):
                yield made


@asynccontextmanager
async def _furnished(
    home: Path, *, sandbox: Sandbox, session: aiohttp.ClientSession, clock: SystemClock
) -> AsyncIterator[House]:
    email, token = sandbox.jira_login
    bench = Bench(home, system=Counterpart(port=9), clock=clock)
    api = SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, timeout=5)
    site = JiraSite(url=sandbox.jira_url, email=email, token=token, project="SEC", workers=2, timeout=(5, 5))
    people = read_people(CONFIG / "people.yaml")
    chat = SlackChat(api)
    async with JiraPool(site, clock=clock) as pool, bench.ledger:
        tracker = JiraTracker(site, clock=clock, pool=pool)
        shower = Shower(chat=chat, tracker=tracker, people=people, ledger=bench.ledger, clock=clock)
        performer = ByKind(acts=bench.shop.performer, surfaces=shower)
        bench.shop = replace(bench.shop, performer=performer, connected=Connected(chat=True, tracker=True))
        pokes: list[Callable[[], None]] = []
        vault = FileVault(home / "vault")
        desk = Desk(
            ledger=bench.ledger,
            standings=bench.shop.standings,
            plans=bench.shop.plans,
            people=people,
            clock=clock,
            connected=True,
            poke=lambda: _all(pokes),
            vault=vault,
        )
        places, asides = Places(bench.ledger), Asides(chat)
        library = Library(playbooks(home), actions=FACTS, default="leak")
        talk = Conversation(desk=desk, places=places, identities=Identities(people), library=library)
        marks = Marks(conversation=talk, chat=chat, asides=asides)
        filing = Filing(source=SlackFiles(api), vault=vault)
        acts = ChatActs(conversation=talk, interpret=interpret, asides=asides, filing=filing, marks=marks)
        forms = ChatForms(conversation=talk, interpret=interpret)
        at_tickets = Filing(source=JiraFiles(pool), vault=vault)
        tickets = TrackerActs(desk=desk, places=places, people=people, filing=at_tickets)
        worker = InboxWorker(inbox=bench.ledger, handlers={"slack": acts, "jira": tickets}, clock=clock)
        looks = JiraWatch(tracker, inbox=bench.ledger, clock=clock)
        watch = TicketWatch(looks=looks, places=places, clock=clock, every=0.1, heard=worker.poke)
        reception = Reception(bench.ledger, api=api, opener=forms.open, checker=forms.check)
        reception.watch(worker.poke)
        yield House(
            sandbox=sandbox,
            bench=bench,
            desk=desk,
            chat=chat,
            tracker=tracker,
            places=places,
            asides=asides,
            worker=worker,
            forms=forms,
            reception=reception,
            session=session,
            pokes=pokes,
            watch=watch,
        )


def _attach(jira: JIRA, *, key: str, name: str, data: bytes) -> None:
    jira.add_attachment(key, io.BytesIO(data), filename=name)


def _all(pokes: list[Callable[[], None]]) -> None:
    for poke in pokes:
        poke()


@asynccontextmanager
async def _working(made: House, *, engine: bool) -> AsyncIterator[None]:
    if not engine:
        yield
        return
    async with made.bench.engine() as carrying:
        made.pokes.append(carrying.poke)
        working = [asyncio.create_task(work) for work in (made.worker.run(), made.watch.run())]
        try:
            yield
        finally:
            for work in working:
                work.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await made.asides.settle()


@asynccontextmanager
async def _delivering(made: House, *, line: str) -> AsyncIterator[None]:
    if line == "http":
        yield
        return
    socket = SlackSocket(made.reception, api=made.chat._api, app_token=made.sandbox.slack_app_token)
    await socket.connect()
    try:
        await until(lambda: made.sandbox.slack.sockets.connected == 1)
        yield
    finally:
        await socket.close()
