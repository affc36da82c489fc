"""A house in which people are woken: the pagers of the sandbox, a clock moved by hand, the real ways in and out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.bootstrap.pagers import pagers_of
from engine.domain.surfaces import Connected
from engine.runtime.loop import Engine
from engine.runtime.performing import ByKind
from engine.runtime.showing.mirror import Mirror
from engine.runtime.showing.shower import Shower
from engine.settings.escalation import read_escalation
from engine.settings.people import read_people
from engine.settings.read import settings_of
from integrations.sandbox.pagers import OPSGENIE_KEY, PAGERDUTY_KEY, WEBHOOK_SECRET
from integrations.system.clock import StoryClock
from integrations.system.secrets import EnvironmentSecrets
from tests.integration.inward.rig import CONFIG, House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from engine.domain.incident import Incident
    from integrations.sandbox.pagers import Alert

NIGHT = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
SECRETS = {
    "TOCSIN_SECRET_DUTY": PAGERDUTY_KEY,
    "TOCSIN_SECRET_PHONES": OPSGENIE_KEY,
    "TOCSIN_SECRET_BRIDGE": WEBHOOK_SECRET,
}
PATIENCE = 1.0
"""Seconds that a pager has for its answer here."""
ASK = "depicted.decision.1"
PAGES = """
    reminders: [50, 75, 90]
    exercises: true
    pagers:
      duty: {kind: pagerduty, secret: DUTY}
      phones: {kind: opsgenie, secret: PHONES}
      bridge: {kind: webhook, url: "URL/webhook", secret: BRIDGE}
    people: {ana: [duty], jo: [phones], ben: [bridge]}
    calls:
      - {phases: [contain], windows: [15m, 10m]}
"""
PLAYBOOK = """
    tocsin: 1
    playbook: leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
    roles:
      commander: {required: true, title: Incident commander}
    phases:
      contain:
        steps:
          - {id: depicted, title: Who is shown?, decision: Say it., by: [commander], due: 2h}
      communicate:
        steps:
          - {id: words, title: Words, task: Write., owner: commander, due: 2h}
"""


@dataclass
class Woken:
    """The house, its engine, and what was sent to the pagers."""

    house: House
    clock: StoryClock
    mirror: Mirror
    engine: Engine
    running: asyncio.Task[None]

    def alerts(self, service: str = "") -> list[Alert]:
        """Return what a pager has, or all of them."""
        found = self.house.sandbox.world.pagers.alerts
        return [alert for alert in found if service in ("", alert.service)]

    async def ends(self) -> None:
        """End the engine."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    def passes(self, **span: float) -> None:
        """Let story time pass at once."""
        self.clock.jump_by(timedelta(**span))
        self.engine.poke()

    async def until(self, incident: str, holds: Callable[[Incident], bool]) -> Incident:
        """Wait until something holds of an incident."""
        return await self.house.bench.until(incident, holds)

    async def paged(self, holds: Callable[[list[Alert]], bool]) -> None:
        """Wait until something holds of the alerts."""
        await self._comes(lambda: holds(self.alerts()))

    async def said(self, part: str) -> str:
        """Wait until a message of the incident's channel holds these words, in its text or its blocks."""
        await self._comes(lambda: any(part in text for text in self.texts()))
        return next(text for text in self.texts() if part in text)

    def texts(self) -> list[str]:
        """Return every message of the incident's channel, with its blocks."""
        channels = self.house.sandbox.slack.state.channels.values()
        channel = next((found for found in channels if found.name.startswith("inc-")), None)
        return [f"{message.text}\n{message.blocks}" for message in channel.messages] if channel else []

    async def _comes(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(40):
            while not holds():  # noqa: ASYNC110 - what is waited for is state elsewhere, and offers no event
                await asyncio.sleep(0.02)


@asynccontextmanager
async def woken(home: Path, *, escalation: str = PAGES) -> AsyncIterator[Woken]:
    """Open the house at 03:10 in Berlin, with an engine and a mirror that are connected to everything."""
    clock = StoryClock(home / "story.json", start=NIGHT)
    async with house(home, engine=False, clock=clock) as made:
        file = home / "escalation.yaml"
        file.write_text(dedent(escalation).replace("URL", made.sandbox.pagers_url), encoding="utf-8")
        people = read_people(CONFIG / "people.yaml")
        wanted = read_escalation(file, people=people)
        settings = settings_of(
            {
                "TOCSIN_HOME": str(home),
                "TOCSIN_PAGERDUTY_EVENTS_URL": f"{made.sandbox.pagers_url}/pagerduty",
                "TOCSIN_OPSGENIE_URL": f"{made.sandbox.pagers_url}/opsgenie",
            }
        )
        pagers = pagers_of(settings, wanted, clock=clock, secrets=EnvironmentSecrets(SECRETS), patience=PATIENCE)
        ledger, shop = made.bench.ledger, made.bench.shop
        shower = Shower(chat=made.chat, tracker=made.tracker, people=people, ledger=ledger, clock=clock, pagers=pagers)
        made.bench.shop = replace(
            shop,
            performer=ByKind(acts=shop.performer, surfaces=shower),
            connected=Connected(chat=True, tracker=True, pagers=bool(pagers)),
            waking=wanted.waking,
        )
        mirror = Mirror(
            chat=made.chat,
            tracker=made.tracker,
            people=people,
            ledger=ledger,
            standings=shop.standings,
            plans=shop.plans,
            clock=clock,
        )
        engine = Engine(made.bench.shop, name="engine-1")
        made.pokes.extend([engine.poke, mirror.touch])
        working = [asyncio.create_task(work) for work in (engine.run(), made.worker.run(), mirror.run())]
        try:
            yield Woken(made, clock, mirror, engine, working[0])
        finally:
            for work in working:
                work.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await made.asides.settle()
