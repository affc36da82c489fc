"""Every way in, whatever goes wrong with a delivery: what a person did counts once, and is shown once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from engine.domain.lifecycle import StepStatus
from engine.domain.surfaces import TICKET_CLOSE, made
from engine.domain.timeline import AskAnswered, EffectDone
from engine.runtime.inward.tickets import TicketHook
from integrations.jira import take_up, verified
from integrations.jira.marks import label
from integrations.sandbox import Fault, FaultKind
from integrations.sandbox.control import add_fault
from integrations.sandbox.seed import WebhookSeed
from tests.integration.inward.rig import House, house
from tests.integration.inward.test_attached import OPEN as FILED
from tests.integration.inward.test_files import ASK as FILING
from tests.integration.inward.test_files import RECEIPT
from tests.integration.matrix import far
from tests.integration.matrix.cells import AMISS, WAYS
from tests.integration.sandbox.clients import until

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.incident import Incident
    from engine.ports.ledger import Inbox

WARN, DEPICTED = "warn_hosts.task.1", "depicted.decision.1"
FORM = {"anyone_minor": "no", "seen_at": "2026-03-02 03:10"}
SECRET = "a secret"
EVENTS = ("jira:issue_updated", "comment_created")
SHORT = 0.5
"""Real seconds that a far side waits for an acknowledgement which does not come."""
LONG = 20.0
"""Real seconds that it waits where it is answered."""
TWICE, LATE, BREAKS, OVERTAKEN = AMISS
KINDS = {"button": "interactive", "form": "interactive", "command": "slash_commands"}


@dataclass
class HeldInbox:
    """The inbox, which may be slow to say that it has kept something."""

    inbox: Inbox
    open: asyncio.Event = field(default_factory=asyncio.Event)
    kept: asyncio.Event = field(default_factory=asyncio.Event)

    async def put(self, source: str, source_id: str, payload: Mapping[str, object]) -> bool:
        """Keep a row, and say so once it is open."""
        new = await self.inbox.put(source, source_id, payload)
        self.kept.set()
        await self.open.wait()
        return new


@dataclass(frozen=True)
class Act:
    """What somebody does in Slack: before it goes wrong, and then as somebody."""

    made: House
    incident: str
    kind: str

    @property
    def ask(self) -> str:
        """The ask that it answers."""
        return DEPICTED if self.kind == "form" else WARN

    async def prepare(self, *handles: str) -> None:
        """Let people come so far that one thing is left to do."""
        await self.made.ticket(self.incident, self.ask)
        await self.made.card(self.incident, self.ask)
        for handle in handles if self.kind == "form" else ():
            await self.made.press(handle, "answer", incident=self.incident, ask=DEPICTED)
            await self.made.form(handle)

    async def do(self, handle: str) -> dict[str, Any]:
        """Do it."""
        match self.kind:
            case "button":
                return await self.made.press(handle, "done", incident=self.incident, ask=WARN)
            case "form":
                return await self.made.fill(handle, **FORM)
            case _:
                channel = await self.made.channel(self.incident)
                person = self.made.human(handle)
                return await person.post("/commands", channel=channel, command="/incident", text="done warn_hosts")


@pytest.mark.parametrize("amiss", AMISS)
@pytest.mark.parametrize("way", [way for way in WAYS if "Jira" not in way])
async def test_what_a_person_does_in_slack_counts_once(
    home: Path, way: str, amiss: str, record_property: Callable[[str, object], None]
) -> None:
    """Once on the timeline, once in Jira; whoever sees that it failed may do it again."""
    record_property("cell", f"{way}|{amiss}")
    line = "http" if "HTTP" in way else "socket"
    kind = way.split()[1]
    first, second = ("ana", "jo") if kind == "form" else ("ben", "ivo")
    async with house(home, line=line, ack_seconds=SHORT if amiss in (LATE, BREAKS) else LONG) as rig:
        act = Act(rig, await rig.declared(), kind)
        await act.prepare(first, second)
        await GONE_WRONG[amiss](act, first, second)
        await counted_once(rig, act.incident, act.ask)


async def twice(act: Act, first: str, _: str) -> None:
    """Have a delivery arrive a second time."""
    act.made.sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match=KINDS[act.kind]))
    assert (await act.do(first))["result"] == "acknowledged"


async def late(act: Act, first: str, _: str) -> None:
    """Keep it, but say so when nobody waits any longer."""
    async with held(act.made):
        assert (await act.do(first))["result"] == "failed"
    await again(act, first)


async def breaks(act: Act, first: str, _: str) -> None:
    """Break the line after it was kept and before that was said."""
    act.made.listener.breaks = 1
    async with held(act.made) as inbox:
        doing = asyncio.create_task(act.do(first))
        await inbox.kept.wait()
        if act.made.sandbox.slack.sockets.connected:
            await add_fault(act.made.sandbox.world, fault=Fault(kind=FaultKind.SOCKET_DISCONNECT))
            inbox.open.set()
            await until(lambda: act.made.sandbox.slack.sockets.connected == 1)
        inbox.open.set()
        assert (await doing)["result"] == "failed"
    await again(act, first)


async def overtaken(act: Act, first: str, second: str) -> None:
    """Let somebody else's be delivered first."""
    faults = act.made.sandbox.faults
    faults.add(Fault(kind=FaultKind.OUT_OF_ORDER, match=KINDS[act.kind], seconds=LONG))
    doing = asyncio.create_task(act.do(first))
    await until(lambda: not faults.listed())
    assert (await act.do(second))["result"] == "acknowledged"
    await doing
    state = await act.made.bench.state(act.incident)
    await act.made.idle()
    state = await act.made.bench.state(act.incident)
    assert [answer.by for answer in state.asks[act.ask].answers] == [second]


GONE_WRONG: Mapping[str, Callable[[Act, str, str], Awaitable[None]]] = {
    TWICE: twice,
    LATE: late,
    BREAKS: breaks,
    OVERTAKEN: overtaken,
}


@asynccontextmanager
async def held(rig: House) -> AsyncIterator[HeldInbox]:
    """Have the inbox slow to answer for as long as the block lasts."""
    inbox = HeldInbox(rig.bench.ledger)
    rig.reception._inbox = inbox  # type: ignore[assignment] # it only puts
    try:
        yield inbox
    finally:
        inbox.open.set()
        rig.reception._inbox = rig.bench.ledger


async def again(act: Act, handle: str) -> None:
    """Do it again as somebody who has seen it fail; an answer that there is one already is an answer."""
    with suppress(TimeoutError):
        await act.do(handle)


async def counted_once(rig: House, incident: str, ask: str) -> None:
    """Check the timeline, the card and the ticket of an ask that somebody has answered."""
    state = await rig.bench.until(incident, lambda state: made(state, TICKET_CLOSE, ask))
    await rig.idle()
    entries = await rig.bench.ledger.entries(incident)
    events = [entry.event for entry in entries]
    assert len([event for event in events if isinstance(event, AskAnswered) and event.ask == ask]) == 1
    done = [event.key for event in events if isinstance(event, EffectDone)]
    assert len(done) == len(set(done))
    ticket = next(ticket for ticket in await far.tickets(rig.sandbox) if ticket.carries == key_of(state, "ticket", ask))
    said = label(key_of(state, TICKET_CLOSE, ask)).removeprefix("tocsin-")
    assert (ticket.category, ticket.comments.count(said), len(ticket.moves) <= 1) == ("done", 1, True)


def key_of(state: Incident, kind: str, subject: str) -> str:
    """Return the key of an effect."""
    return next(key for key, effect in state.effects.items() if (effect.kind, effect.subject) == (kind, subject))


@dataclass
class JiraListener:
    """Where Jira's webhooks arrive, as `tocsin serve` has one; the first may be answered late, or not at all."""

    rig: House
    late: asyncio.Event | None = None
    breaks: bool = False
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Verify, read the ticket, keep what is new, answer."""
        rig, body = self.rig, await request.read()
        hook = TicketHook(
            verify=lambda body, headers: verified(body, headers=headers, secret=SECRET).ticket,
            take_up=partial(take_up, tracker=rig.tracker, inbox=rig.bench.ledger),
            places=rig.places,
            heard=rig.worker.poke,
        )
        await hook.receive(body, request.headers)
        first = not self.statuses
        self.statuses.append(200)
        if first and self.late is not None:
            await self.late.wait()
        if first and self.breaks and request.transport is not None:
            request.transport.abort()
        return web.Response()


@pytest.mark.parametrize("amiss", AMISS)
@pytest.mark.parametrize("way", [way for way in WAYS if "Jira" in way])
async def test_what_a_person_does_in_jira_counts_once(
    home: Path, way: str, amiss: str, record_property: Callable[[str, object], None]
) -> None:
    """Jira tells of a ticket that was closed, or of a file there, and nothing looks at tickets besides."""
    record_property("cell", f"{way}|{amiss}")
    async with house(home, engine=False) as rig, rig.bench.engine() as engine:
        rig.pokes.append(engine.poke)
        working = asyncio.create_task(rig.worker.run())
        heard = JiraListener(rig, late=asyncio.Event() if amiss == LATE else None, breaks=amiss == BREAKS)
        app = web.Application()
        app.router.add_post("/jira/webhook", heard.take)
        async with TestServer(app) as server:
            try:
                told = filed_amiss if "file" in way else told_amiss
                await told(rig, heard, str(server.make_url("/jira/webhook")), amiss)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


async def told_amiss(rig: House, heard: JiraListener, url: str, amiss: str) -> None:
    """Close a ticket, have its webhook go wrong, and check what came of it."""
    incident = await rig.declared()
    key = await rig.ticket(incident, WARN)
    arm(rig, url, amiss)
    faults = rig.sandbox.faults
    await rig.close("ben", key)
    if amiss == OVERTAKEN:
        await until(lambda: not faults.listed())
        await rig.in_jira("ben", lambda jira: jira.add_comment(key, "All hosts are told."))
    await until(lambda: len(heard.statuses) > 1)
    if heard.late is not None:
        heard.late.set()
    state = await rig.bench.until(incident, lambda state: state.step("warn_hosts").status is StepStatus.DONE)
    assert [(answer.by, answer.via) for answer in state.asks[WARN].answers] == [("ben", "jira")]
    await counted_once(rig, incident, WARN)


def arm(rig: House, url: str, amiss: str) -> None:
    """Register the webhook, and have its next delivery go wrong."""
    patience = SHORT if amiss == LATE else LONG
    hook = WebhookSeed(url=url, secret=SECRET, events=EVENTS, retry_seconds=(0.0, 0.0), patience_seconds=patience)
    rig.sandbox.jira.webhooks.registered.append(hook)
    if amiss == TWICE:
        rig.sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match=EVENTS[0]))
    if amiss == OVERTAKEN:
        rig.sandbox.faults.add(Fault(kind=FaultKind.OUT_OF_ORDER, match=EVENTS[0], seconds=LONG))


async def filed_amiss(rig: House, heard: JiraListener, url: str, amiss: str) -> None:
    """Attach a file and close its ticket, have the word of the file go wrong, and check that it was kept once."""
    incident = await rig.declared(FILED)
    key = await rig.ticket(incident, FILING)
    arm(rig, url, amiss)
    await rig.attach("ben", key, ("large.pdf", b"x" * 1001), ("receipt.pdf", RECEIPT))
    if amiss != OVERTAKEN:
        await until(lambda: len(heard.statuses) > 1)
    await rig.close("ben", key)
    await until(lambda: len(heard.statuses) > 2)
    if heard.late is not None:
        heard.late.set()
    state = await rig.bench.until(incident, lambda state: state.step("filing").status is StepStatus.DONE)
    assert [(answer.by, answer.via) for answer in state.asks[FILING].answers] == [("ben", "jira")]
    await counted_once(rig, incident, FILING)
    assert sum(entry.name == "GET attachment/content" for entry in rig.sandbox.log.entries) == 1
    assert [known.change for known in state.unaccepted] == ["attached_unaccepted"]
