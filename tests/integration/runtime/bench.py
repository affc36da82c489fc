"""A workbench: an engine over a SQLite ledger, and a counterpart over HTTP that remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from aiohttp import web

from engine.actions.registry import REGISTRY
from engine.domain import timeline as ev
from engine.domain.calendar import BusinessCalendar
from engine.language.api import compile_playbook, digest, facts_of
from engine.ports.records import DeclareIncident
from engine.runtime.contexts import PortContexts
from engine.runtime.loop import Engine
from engine.runtime.performer import Performer
from engine.runtime.plans import Plans
from engine.runtime.segment import Workshop
from engine.runtime.standings import Standings, folded
from integrations.storage.ledger import SqlLedger, open_ledger
from integrations.storage.vault import FileVault
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from integrations.system.secrets import EnvironmentSecrets
from integrations.web.client import WebClient
from integrations.web.guard import AllowList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from engine.domain.incident import Incident

FACTS = facts_of(REGISTRY)


@dataclass
class Counterpart:
    """A system that does what it is asked once per idempotency key, and can fail on purpose."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by path."""
    did: Counter[str] = field(default_factory=Counter)
    """By path, how often it was really done: also again under a key that was done already."""
    done: dict[str, str] = field(default_factory=dict)
    """Idempotency key -> path, for what was really done."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    """Path -> what goes wrong with the next requests: `drop` (done, then no answer), `500`, `429`, `hang`."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """What `hang` waits for."""

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do something, once per key."""
        path = request.path
        self.asked[path] += 1
        fault = self.faults.get(path, [])
        wrong = fault.pop(0) if fault else ""
        if wrong == "429":
            return web.Response(status=429, headers={"Retry-After": "0"})
        self.did[path] += 1
        self.done[request.headers["Idempotency-Key"]] = path
        if wrong == "drop" and request.transport is not None:
            request.transport.close()
        if wrong == "hang":
            await self.gate.wait()
        return web.json_response({"id": path})

    async def page(self, request: web.Request) -> web.Response:
        """Show a public page, to be read as often as somebody wants."""
        path = request.path
        self.asked[path] += 1
        fault = self.faults.get(path, [])
        if fault and fault.pop(0) == "hang":
            await self.gate.wait()
        return web.Response(text=f"<html><body><p>What is public at {path}</p></body></html>", content_type="text/html")

    async def look(self, request: web.Request) -> web.Response:
        """Say whether something was done under a key."""
        path = self.done.get(request.match_info["key"])
        return web.json_response({"id": path}) if path else web.Response(status=404)


@asynccontextmanager
async def counterpart() -> AsyncIterator[Counterpart]:
    """Run a counterpart on a free port."""
    system = Counterpart()
    app = web.Application()
    app.router.add_get("/requests/{key}", system.look)
    app.router.add_get("/pages/{name}", system.page)
    app.router.add_post("/{path:.*}", system.act)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    system.port = runner.addresses[0][1]
    try:
        yield system
    finally:
        system.gate.set()
        await runner.cleanup()


class Bench:
    """An engine's parts over one data folder; `start` runs an engine, which may be stopped and started again."""

    def __init__(self, home: Path, *, system: Counterpart, clock: SystemClock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.system = system
        self.ledger: SqlLedger = open_ledger(
            f"sqlite:///{home / 'ledger.db'}", home=home, clock=self.clock, salt=new_salt
        )
        contexts = PortContexts(
            http=WebClient(AllowList.parse([f"127.0.0.1:{system.port}"])),
            vault=FileVault(home / "vault"),
            secrets=EnvironmentSecrets({}),
            clock=self.clock,
        )
        self.shop = Workshop(
            ledger=self.ledger,
            standings=Standings(self.ledger),
            plans=Plans(self.ledger, actions=FACTS),
            performer=Performer(REGISTRY, contexts, self.clock),
            clock=self.clock,
            calendar=BusinessCalendar(),
        )

    @asynccontextmanager
    async def engine(self, name: str = "engine-1", *, of: int = 1) -> AsyncIterator[Engine]:
        """Run an engine for the length of the context; it is one of so many."""
        engine = Engine(self.shop, name=name, engines=lambda: of)
        running = asyncio.create_task(engine.run())
        try:
            yield engine
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def declare(self, playbook: str, **inputs: str) -> str:
        """Declare an incident with a playbook in which `PORT` stands for the counterpart's."""
        text = dedent(playbook).replace("PORT", str(self.system.port))
        plan = compile_playbook(text.encode(), path="bench.yaml", actions=FACTS)
        event = ev.IncidentDeclared(
            incident="",
            playbook=plan.playbook,
            playbook_version=plan.version,
            digest=digest(text.encode()),
            title=plan.title,
            inputs=dict(inputs),
            roles={"commander": ["ana"]},
            by="ben",
        )
        incident, _ = await self.ledger.declare(DeclareIncident(event, None), definition=text)
        return incident

    async def state(self, incident: str) -> Incident:
        """Return where an incident stands."""
        return folded(None, await self.ledger.entries(incident))

    async def until(self, incident: str, holds: Callable[[Incident], bool]) -> Incident:
        """Wait until something holds of an incident."""
        async with asyncio.timeout(60):
            while not holds(state := await self.state(incident)):  # noqa: ASYNC110 nothing to wait on but the ledger
                await asyncio.sleep(0.02)  # the state is in a database, which sets no event
        return state
