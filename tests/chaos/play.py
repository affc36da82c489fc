"""A bounded chaos: engines on one PostgreSQL carry incidents while they are killed and stopped and it is restarted."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from engine.domain.errors import TocsinError
from engine.runtime.standings import folded
from integrations.sandbox import default_seed, run_sandbox
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.bench.processes import running
from tests.chaos.breaking import Breaking
from tests.chaos.checking import Check, checks, read
from tests.chaos.people import People
from tests.chaos.processes import Engine, engine
from tests.integration.faults.database import server
from tests.integration.serve.house import beside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from integrations.sandbox import Sandbox
    from integrations.storage.ledger import SqlLedger
    from tests.chaos.processes import Victim
    from tests.integration.faults.database import Server

ENGINES = ("one", "two", "three")
CALM = 180.0
"""Seconds after the last break in which everything must be finished."""
FIND = '{url: "URL/requests/{{ idempotency_key }}", absent: [404]}'
PLAYBOOK = """\
tocsin: 1
playbook: chaos
title: Chaos
version: 1
inputs: {}
roles: {commander: {required: true}, counsel: {required: true}}
phases:
  contain:
    steps:
      - {id: first, title: First, action: http.request, retry: 5 in 2m,
         with: {method: POST, url: "URL/first", find: FIND}}
      - {id: second, title: Second, action: http.request, retry: 5 in 2m, needs: [first],
         with: {method: POST, url: "URL/second", find: FIND}}
      - {id: beside, title: Beside, action: http.request, retry: 5 in 2m,
         with: {method: POST, url: "URL/beside", find: FIND}}
      - {id: blind, title: Blind, action: http.request, retry: 5 in 2m, with: {method: POST, url: "URL/blind"}}
      - {id: pause, title: Pause, wait: 2s, needs: [first]}
      - {id: asked, title: Asked, task: Do it., owner: commander, due: 1h, needs: [pause]}
      - {id: decided, title: Decided?, decision: Is it so?, by: [commander], due: 1h, needs: [second]}
      - {id: said, title: Said, action: slack.post, with: {text: It is so.}, needs: [decided],
         approve: {by: [counsel], quorum: 1}}
  review:
    after: [contain]
    steps:
      - {id: told, title: Told, task: Tell it., owner: commander, due: 1h}
      - {id: last, title: Last, action: http.request, retry: 5 in 2m, needs: [told],
         with: {method: POST, url: "URL/last", find: FIND}}
"""


@dataclass(frozen=True)
class Wish:
    """What is played: for how long, with how many incidents, from which seed, with or without Prefect."""

    seconds: float
    incidents: int
    seed: str
    prefect: str = "off"


@dataclass
class Chaos:
    """A chaos that was played."""

    wish: Wish
    checks: list[Check] = field(default_factory=list)
    broke: Mapping[str, int] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether everything is as it must be."""
        return not self.unfinished and not any(check.wrong for check in self.checks)


@dataclass(frozen=True)
class House:
    """Everything that takes part."""

    database: Server
    sandbox: Sandbox
    session: aiohttp.ClientSession
    far: str
    engines: Sequence[Engine]
    others: Sequence[Victim] = ()
    """Other processes that carry work, to be broken as well."""


async def play(wish: Wish, folder: Path, *, tell: Callable[[str], None] = lambda _: None) -> Chaos:
    """Play it, and judge what came of it; `tell` hears how it goes."""
    chaos = Chaos(wish)
    async with furnished(wish, folder) as house:
        people = People(house.engines, house.session, house.sandbox, house.far, _chance(wish, "people"))
        rest = Rest(house, folder)
        breaking = Breaking([*house.engines, *house.others], house.database, wish.seed)
        began = time.monotonic()
        watching = asyncio.create_task(_watch(people, breaking, began, tell))
        arriving = asyncio.create_task(_arrive(wish, people))
        try:
            await breaking.run(wish.seconds)
            tell("nothing is broken any more; everything has to end")
            calm = time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(CALM):
                    await arriving
                    await rest.over()
        finally:
            for task in (watching, arriving):
                task.cancel()
            results = await asyncio.gather(watching, arriving, return_exceptions=True)
        chaos.unfinished = await rest.left() + [repr(r) for r in results if isinstance(r, Exception)]
        chaos.broke = dict(breaking.broke)
        chaos.figures = {
            "seconds_until_all_ended": round(time.monotonic() - calm, 1),
            "starts_of_engines": sum(one.starts for one in house.engines),
            "settled_by_people": people.settled,
        }
        await asyncio.gather(*(one.end() for one in house.engines))
        made = await read(house.database.url, [one.home for one in house.engines])
        async with house.session.get(f"{house.far}/told") as reply:
            far = await reply.json()
        (folder / "far.json").write_text(json.dumps(far), encoding="utf-8")
        (folder / "timelines.json").write_text(json.dumps(made.told()), encoding="utf-8")
        chaos.checks = checks(made, answered=people.answered, far=far, log=house.sandbox.log)
        chaos.figures["events"] = sum(map(len, made.entries.values()))
        chaos.figures["http_requests"] = sum(far["asked"].values())
    return chaos


@asynccontextmanager
async def furnished(wish: Wish, folder: Path) -> AsyncIterator[House]:
    """Furnish the house; its engines are kept up until its end."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        sandbox = await stack.enter_async_context(run_sandbox(default_seed(), now=SystemClock().now))
        child, said = await stack.enter_async_context(running("tests.chaos.far", wish.seed))
        stack.callback(child.stdin.close)
        far = f"http://127.0.0.1:{json.loads(said)['port']}"
        database = stack.enter_context(server())
        playbooks = folder / "playbooks"
        playbooks.mkdir()
        text = PLAYBOOK.replace("FIND", FIND).replace("URL", far)
        (playbooks / "chaos.yaml").write_text(text, encoding="utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "PREFECT_"))},
            **beside(sandbox, patience=1),
            "TOCSIN_PLAYBOOKS": str(playbooks),
            "TOCSIN_PREFECT": wish.prefect,
            "TOCSIN_PERSON": "ana",
            "TOCSIN_HTTP_ALLOW": far.removeprefix("http://"),
            "TOCSIN_DATABASE_URL": database.url,
        }
        engines = [engine(name, folder, environment) for name in ENGINES]
        for one in engines:
            stack.push_async_callback(one.end)
            one.start()
        yield House(database, sandbox, session, far, engines)


async def _arrive(wish: Wish, people: People) -> None:
    """Let alarms come in all the time, each seen through by somebody."""
    chance = _chance(wish, "arrive")
    async with asyncio.TaskGroup() as group:
        for number in range(wish.incidents):
            group.create_task(people.raise_alarm(f"alarm-{number + 1}"))
            await asyncio.sleep(chance.uniform(0, 2 * wish.seconds / (wish.incidents + 1)))


class Rest:
    """What is still to be done, by the ledger; what has ended is not read again."""

    def __init__(self, house: House, folder: Path) -> None:
        self._url = house.database.url
        self._home = folder / "reader"
        self._ended: set[str] = set()

    async def over(self) -> None:
        """Wait until everything has ended."""
        while await self.left():  # noqa: ASYNC110 - the ledger is a database, which sets no event
            await asyncio.sleep(1)

    async def left(self) -> list[str]:
        """Return what has not ended yet, in words."""
        try:
            async with open_ledger(self._url, home=self._home, clock=SystemClock(), salt=new_salt) as ledger:
                open_ones = [row.incident for row in await ledger.incidents() if row.incident not in self._ended]
                found = [await self._looked_at(ledger, incident) for incident in open_ones]
                waiting = await ledger.pending(limit=10)
        except TocsinError as error:
            return [error.message]
        return [*filter(None, found), *(f"{row.source} {row.source_id} is not worked off" for row in waiting)]

    async def _looked_at(self, ledger: SqlLedger, incident: str) -> str:
        state = folded(None, await ledger.entries(incident))
        under_way = [one for one in state.effects.values() if one.status in ("intended", "retrying")]
        if state.status.value == "closed" and not under_way:
            self._ended.add(incident)
            return ""
        named = ", ".join(f"{one.kind} {one.subject} {one.status}" for one in under_way)
        return f"{incident} is {state.status.value}; {named or 'nothing under way'}"


async def _watch(people: People, breaking: Breaking, began: float, tell: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(5)
        done, known = len(people.closed), len(people.answered)
        broke = sum(breaking.broke.values())
        tell(f"{time.monotonic() - began:.0f} s: {known} incidents, {done} closed, {broke} things broken")


def _chance(wish: Wish, what: str) -> random.Random:
    return random.Random(f"{what} {wish.seed}")  # noqa: S311 - to be repeatable is the point
