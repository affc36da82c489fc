"""`make many`: several engines and Prefect workers share incidents while they are killed at random.

Each incident has two acts at a far side and one heavy action. In the end every incident is closed, every act was done
once, and every timeline fits; prints how it went, and how fast. `--kills 0 --workers 0` measures engines alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from sqlalchemy import make_url

from engine.domain import timeline as ev
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.contract.storage import empty_database, postgres_server
from tests.integration.many.heavy import Pooled, pooled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from integrations.storage.ledger import SqlLedger
    from tests.integration.many.rig import Machine

FIND = 'find: {url: "URL/requests/{{ idempotency_key }}", absent: [404]}'
PLAYBOOK = f"""\
tocsin: 1
playbook: many
title: Many
version: 1
inputs:
  anyone_minor: {{type: choice, options: ["no", "yes", unknown], default: "no"}}
roles: {{commander: {{required: true}}}}
phases:
  contain:
    steps:
      - {{id: one, title: One, action: http.request, retry: 9 in 9m,
         with: {{method: POST, url: "URL/one/{{{{ incident.id }}}}", {FIND}}}}}
      - {{id: keep, title: Keep, action: evidence.capture, retry: 9 in 9m, needs: [one],
         with: {{url: "URL/pages/{{{{ incident.id }}}}"}}}}
      - {{id: two, title: Two, action: http.request, retry: 9 in 9m, needs: [keep],
         with: {{method: POST, url: "URL/two/{{{{ incident.id }}}}", {FIND}}}}}
"""
STEPS = {"one": 1, "keep": 1, "two": 1}
REST = 0.5
"""Seconds before something that was killed is started again, and between looks."""
AT_ONCE = 8
"""How many triggers are under way at once."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is played."""

    incidents: int = 200
    engines: int = 3
    workers: int = 2
    kills: int = 60
    seed: str = "1"
    limit: float = 1800.0
    """Seconds in which everything has to be over."""
    patience: float = 30.0


@dataclass
class Played:
    """What came of it."""

    seconds: float = 0.0
    killed: Counter[str] = field(default_factory=Counter)
    engines: Counter[str] = field(default_factory=Counter)
    """Engine -> stretches of work."""
    here: int = 0
    """Heavy actions done by engines, by their logs."""
    read_again: int = 0
    wrong: list[str] = field(default_factory=list)


async def play(wish: Wish, folder: Path) -> Played:
    """Play it; what is wrong in the end stands in the result."""
    played = Played()
    async with furnished(wish, folder) as made:
        machines = [made.machines.machine("worker" if number else "serve") for number in range(wish.engines)]
        workers = [Worker(made) for _ in range(wish.workers)]
        keeping = [asyncio.create_task(_kept_up(machine)) for machine in machines]
        keeping += [asyncio.create_task(worker.keep()) for worker in workers]
        try:
            async with asyncio.timeout(wish.limit):
                await _all_up(made, machines, workers)
                began = time.monotonic()
                killing = asyncio.create_task(_kill(wish, [*machines, *workers], played.killed))
                await _declared(machines[0], wish.incidents)
                await _closed(machines[0], wish.incidents, folder)
                played.seconds = time.monotonic() - began
                killing.cancel()
                await asyncio.gather(killing, return_exceptions=True)
        except TimeoutError:
            played.wrong.append(f"not everything is over after {wish.limit:.0f} s")
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
        async with _ledger(machines[0], folder) as ledger:
            for row in await ledger.incidents():
                await _judge(ledger, row.incident, made, played)
        played.here = sum(_logged(machine, "errand_done_here") for machine in machines)
    return played


@asynccontextmanager
async def furnished(wish: Wish, folder: Path) -> AsyncIterator[Pooled]:
    """Set up a PostgreSQL, a Prefect server on it, and machines that do not run yet."""
    with postgres_server() as server, empty_database(server) as ours, empty_database(server) as prefects:
        database = make_url(ours).set(drivername="postgresql").render_as_string(hide_password=False)
        prefect = make_url(prefects).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        given = {
            "TOCSIN_PREFECT_POOL_PATIENCE": str(wish.patience),
            **({} if wish.workers else {"TOCSIN_PREFECT": "off"}),
        }
        async with pooled(folder, {"many": PLAYBOOK}, database=database, prefect_database=prefect, **given) as made:
            yield made


@dataclass
class Worker:
    """A Prefect worker that is started again whenever it ends."""

    made: Pooled
    process: asyncio.subprocess.Process | None = None

    async def keep(self) -> None:
        """Keep it up."""
        while True:
            self.process = await self.made.started()
            await self.process.wait()
            await asyncio.sleep(REST)

    def kill(self) -> None:
        """Kill it with everything that it started."""
        if self.process is not None and self.process.returncode is None:
            self.made.kill(self.process)


async def _kept_up(machine: Machine) -> None:
    while True:
        with suppress(AssertionError, TimeoutError):  # it was killed before it was up
            await machine.serve()
        if machine.serving is not None:
            await machine.serving.wait()
        await asyncio.sleep(REST)


async def _all_up(made: Pooled, machines: Sequence[Machine], workers: Sequence[Worker]) -> None:
    marks = [Path(machine.environment["TOCSIN_HOME"]) / "serve.open" for machine in machines]
    while not all(mark.exists() for mark in marks):  # noqa: ASYNC110 - a file sets no event
        await asyncio.sleep(REST)
    if workers:
        await made.seen(made.staffed)


async def _kill(wish: Wish, victims: Sequence[Machine | Worker], killed: Counter[str]) -> None:
    chance = random.Random(wish.seed)  # noqa: S311 - to be repeatable is the point
    for _ in range(wish.kills):
        await asyncio.sleep(chance.uniform(1, 5))
        victim = chance.choice(victims)
        if isinstance(victim, Worker):
            victim.kill()
            killed["Prefect worker"] += 1
        elif victim.serving is not None and victim.serving.returncode is None:
            victim.serving.kill()
            killed[victim.role] += 1


async def _declared(machine: Machine, incidents: int) -> None:
    """Declare every incident at the one engine with an API, again until it is answered."""
    home = Path(machine.environment["TOCSIN_HOME"])

    async def some(first: int) -> None:
        for number in range(first, incidents, AT_ONCE):
            trigger = {"playbook": "many", "inputs": {}, "dedup_key": f"alarm-{number}"}
            while not await _asked(session, home, trigger):  # noqa: ASYNC110 - it may be dead, which sets no event
                await asyncio.sleep(REST)

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(some(first) for first in range(AT_ONCE)))


async def _asked(session: aiohttp.ClientSession, home: Path, trigger: dict[str, Any]) -> bool:
    try:
        url = json.loads((home / "serve.json").read_text(encoding="utf-8"))["url"]
        headers = {"Authorization": f"Bearer {(home / 'api-token').read_text(encoding='utf-8').strip()}"}
        async with session.post(f"{url}/api/v1/incidents", json=trigger, headers=headers) as reply:
            return reply.ok
    except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
        return False


async def _closed(machine: Machine, incidents: int, folder: Path) -> None:
    async with _ledger(machine, folder) as ledger:
        while sum(row.state == "closed" for row in await ledger.incidents()) < incidents:  # noqa: ASYNC110 - as above
            await asyncio.sleep(REST)


async def _judge(ledger: SqlLedger, incident: str, made: Pooled, played: Played) -> None:
    entries = await ledger.entries(incident)
    done = Counter(entry.event.subject for entry in entries if isinstance(entry.event, ev.EffectDone))
    system = made.machines.system
    acts = {name: system.did[f"/{name}/{incident}"] for name in ("one", "two")}
    mismatch = await ledger.verify(incident)
    if done != STEPS or set(acts.values()) != {1} or mismatch is not None:
        played.wrong.append(f"{incident}: on the timeline {dict(done)}, done {acts}, {mismatch or 'fits'}")
    played.read_again += system.asked[f"/pages/{incident}"] - 1
    played.engines.update(entry.event.engine for entry in entries if isinstance(entry.event, ev.SegmentBegan))


@asynccontextmanager
async def _ledger(machine: Machine, folder: Path) -> AsyncIterator[SqlLedger]:
    url = machine.environment["TOCSIN_DATABASE_URL"]
    async with open_ledger(url, home=folder / "reader", clock=SystemClock(), salt=new_salt) as ledger:
        yield ledger


def _logged(machine: Machine, event: str) -> int:
    log = Path(machine.environment["TOCSIN_HOME"]) / "logs" / "serve.log"
    return log.read_text(encoding="utf-8").count(f'"{event}"')


def _wished() -> Wish:
    parser = argparse.ArgumentParser(prog="make many")
    for name, kind in (("incidents", int), ("engines", int), ("workers", int), ("kills", int), ("seed", str)):
        parser.add_argument(f"--{name}", type=kind, default=getattr(Wish(), name))
    for name in ("limit", "patience"):
        parser.add_argument(f"--{name}", type=float, default=getattr(Wish(), name), help="seconds")
    return Wish(**vars(parser.parse_args()))


def main() -> int:
    """Play and print; 1 when something is wrong."""
    wish = _wished()
    with tempfile.TemporaryDirectory(prefix="tocsin-many-", ignore_cleanup_errors=True) as folder:
        played = asyncio.run(play(wish, Path(folder)))
    rate = wish.incidents / played.seconds if played.seconds else 0.0
    stretches = sorted(played.engines.values(), reverse=True)
    lines = (
        f"{wish.incidents} incidents, {wish.engines} engines, {wish.workers} Prefect workers, seed {wish.seed}",
        f"killed: {', '.join(f'{count} x {what}' for what, count in sorted(played.killed.items())) or 'nothing'}",
        f"over after {played.seconds:.1f} s, {rate:.2f} incidents/s; stretches per engine process: {stretches}",
        f"heavy actions: {played.here} begun by engines, the others by workers; {played.read_again} pages read again",
        *(played.wrong or ["everything is closed, done once, and fits"]),
    )
    print("\n".join(lines))  # noqa: T201 - what a command says
    return 1 if played.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
