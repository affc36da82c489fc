"""A stage: an engine over a SQLite ledger that shows an incident in a local Slack and Jira by the real adapters."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from engine.domain import commands as cmd
from engine.domain.surfaces import Connected
from engine.runtime.desk import Desk, Playbook
from engine.runtime.loop import Engine
from engine.runtime.performing import ByKind
from engine.runtime.showing.mirror import Mirror
from engine.runtime.showing.shower import Shower
from engine.settings.people import read_people
from engine.settings.read import CHECKOUT
from integrations.jira import JiraPool, JiraSite, JiraTracker
from integrations.sandbox import Sandbox, default_seed, run_sandbox
from integrations.slack import Pace, SlackApi, SlackChat
from integrations.system.clock import SystemClock
from tests.integration.runtime.bench import Bench, counterpart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from engine.domain.incident import Incident
    from integrations.sandbox.slack.records import Channel

PEOPLE = read_people(CHECKOUT / "config" / "people.yaml")


class Stage:
    """A bench whose engine is connected to a sandbox."""

    def __init__(self, bench: Bench, sandbox: Sandbox, *, chat: SlackChat, tracker: JiraTracker) -> None:
        self.bench = bench
        self.sandbox = sandbox
        self.shower = Shower(chat=chat, tracker=tracker, people=PEOPLE, ledger=bench.ledger, clock=bench.clock)
        self.mirror = Mirror(
            chat=chat,
            tracker=tracker,
            people=PEOPLE,
            ledger=bench.ledger,
            standings=bench.shop.standings,
            plans=bench.shop.plans,
            clock=bench.clock,
        )
        self.shop = replace(
            bench.shop,
            performer=ByKind(acts=bench.shop.performer, surfaces=self.shower),
            connected=Connected(chat=True, tracker=True),
        )
        self.desk = Desk(
            ledger=bench.ledger,
            standings=bench.shop.standings,
            plans=bench.shop.plans,
            people=PEOPLE,
            clock=bench.clock,
            connected=True,
        )

    @asynccontextmanager
    async def engine(self, name: str = "engine-1") -> AsyncIterator[Engine]:
        """Run an engine and the mirror for the length of the context."""
        engine = Engine(self.shop, name=name)
        running = [asyncio.create_task(engine.run()), asyncio.create_task(self.mirror.run())]
        try:
            yield engine
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def answer(self, incident: str, target: str, person: str, verdict: Any = "answer", **values: str) -> object:  # noqa: ANN401 - one of a few words
        """Have a person answer what is asked."""
        who = cmd.Who(person=person, via="slack", strength="slack-signed", zone="Europe/Berlin")
        reason = values.pop("reason", "")
        return await self.desk.give(
            incident, cmd.Answer(target=target, verdict=verdict, values=values, reason=reason), who
        )

    async def until(self, incident: str, holds: Callable[[Incident], bool]) -> Incident:
        """Wait until something holds of an incident."""
        return await self.bench.until(incident, holds)

    async def declare(self, playbook: str, **inputs: object) -> str:
        """Declare an incident by way of the desk, with the people of the house in its roles."""
        text = dedent(playbook).replace("PORT", str(self.bench.system.port))
        who = cmd.Who(person="ben", zone="Europe/Berlin")
        return (await self.desk.declare(Playbook(text.encode(), "bench.yaml"), inputs, who)).incident

    def channel(self) -> Channel:
        """Return the incident's channel as Slack has it."""
        channels = self.sandbox.slack.state.channels.values()
        return next(channel for channel in channels if channel.name.startswith("inc-"))

    def living(self) -> str:
        """Return the blocks of the pinned message, as JSON."""
        (pinned,) = self.channel().pins
        found = next(message for message in self.channel().messages if message.ts == pinned)
        return json.dumps(found.blocks, ensure_ascii=False)

    def texts(self) -> list[str]:
        """Return the texts of the channel's messages, oldest first."""
        return [message.text for message in self.channel().messages]

    async def seen(self, holds: Callable[[list[str]], bool]) -> None:
        """Wait until something can be read in the channel."""
        async with asyncio.timeout(20):
            while not holds(self.texts()):  # noqa: ASYNC110 what is waited for is state, and offers no event
                await asyncio.sleep(0.02)


@asynccontextmanager
async def stage(home: Path, *, times: int = 0) -> AsyncIterator[Stage]:
    """Set a stage in a data folder; with `times`, Slack counts, and is called so many times as fast as it may be."""
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(counterpart())
        plain = default_seed()
        counting = {"rate_limits": True, "post_interval": 0.5 / times} if times else {}
        seed = plain.model_copy(update={"slack": plain.slack.model_copy(update=counting)})
        sandbox = await stack.enter_async_context(run_sandbox(seed, now=SystemClock().now))
        bench = Bench(home, system=system)
        await stack.enter_async_context(bench.ledger)
        email, token = sandbox.jira_login
        site = JiraSite(url=sandbox.jira_url, token=token, email=email, project="SEC")
        pool = await stack.enter_async_context(JiraPool(site, clock=bench.clock))
        pace = Pace(bench.clock, times=times) if times else None
        api = SlackApi(bot_token=sandbox.slack_bot_token, base_url=sandbox.slack_base_url, timeout=5, pace=pace)
        yield Stage(bench, sandbox, chat=SlackChat(api), tracker=JiraTracker(site, clock=bench.clock, pool=pool))
