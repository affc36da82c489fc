"""Heavy actions and whoever comes for them, on a real ledger: somebody comes, comes too late, or is waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.actions.registry import REGISTRY
from engine.bootstrap.errand import DONE, NOT_WANTED
from engine.domain import timeline as ev
from engine.domain.lifecycle import IncidentStatus, StepStatus
from engine.ports.holding import check_held
from engine.runtime.elsewhere import Elsewhere
from engine.runtime.errands import TTL, at_it, doubt_of, written
from engine.runtime.performing import Doubt
from integrations.storage.ledger import open_ledger
from integrations.system.identifiers import new_salt
from tests.contract.storage import HandClock
from tests.integration.runtime.bench import Bench, counterpart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engine.ports.errands import Errand

PLAYBOOK = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs:
      anyone_minor: {type: choice, options: ["no", "yes", unknown], default: "no"}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - {id: keep, title: Keep it, action: evidence.capture, with: {url: "http://127.0.0.1:PORT/pages/1"}}
"""


@dataclass
class Pool:
    """Somebody elsewhere: whether they are there, what they were told, and what was withdrawn."""

    there: bool = True
    told: asyncio.Queue[Errand] = field(default_factory=asyncio.Queue)
    withdrawn: list[str] = field(default_factory=list)
    held: int = 0
    """How many looks find the incident on hold."""

    async def staffed(self) -> bool:
        return self.there

    async def send(self, errand: Errand, *, again: int) -> str:
        if self.there:
            self.told.put_nowait(errand)
        return f"told {again}" if self.there else ""

    async def on_hold(self, incident: str) -> bool:
        del incident
        self.held -= 1
        return self.held >= 0

    async def withdraw(self, told: str) -> None:
        self.withdrawn.append(told)


@asynccontextmanager
async def bench(home: Path, pool: Pool, *, patience: float = 60.0, required: bool = False) -> AsyncIterator[Bench]:
    """Set up a bench whose heavy actions go to a pool."""
    async with counterpart() as system:
        made = Bench(home, system=system)
        async with made.ledger:
            elsewhere = Elsewhere(
                here=made.shop.performer,
                actions=REGISTRY,
                errands=made.ledger.errands(),
                sends=pool,
                clock=made.clock,
                required=required,
                on_hold=pool.on_hold,
                patience=patience,
            )
            made.shop = replace(made.shop, performer=elsewhere)
            yield made


async def come(made: Bench, errand: Errand) -> bool:
    """Come for an errand and hand in what it came to; return whether it was still wanted."""
    errands = made.ledger.errands()
    taken = await errands.take(errand.incident, errand.key, attempt=errand.attempt, ttl=TTL)
    if taken is None:
        return False
    assert doubt_of(taken) is Doubt.NONE
    result = ev.EffectDone(key=errand.key, kind="action", subject="keep", result={"by": "them"})
    return await errands.hand_in(taken, written(result))


async def captured(made: Bench, incident: str) -> dict[str, object]:
    """Wait until the incident is closed; return what the capture came to, by its timeline."""
    await made.until(incident, lambda state: state.status is IncidentStatus.CLOSED)
    entries = await made.ledger.entries(incident)
    (done,) = [entry.event for entry in entries if isinstance(entry.event, ev.EffectDone)]
    return dict(done.result)


async def test_what_nobody_has_begun_waits_while_the_incident_is_on_hold(home: Path) -> None:
    """Nobody is told of it and nobody does it; once the incident is released, it is done."""
    pool = Pool(there=False, held=2)
    async with bench(home, pool, patience=0) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        await made.until(incident, lambda state: state.step("keep").status is StepStatus.RUNNING)
        held: list[int] = []
        async with asyncio.timeout(30):
            while pool.held >= 0:
                held.append(made.system.asked.total())
                await asyncio.sleep(0.02)
        assert set(held) == {0}
        await made.until(incident, lambda state: state.step("keep").status is StepStatus.DONE)


async def test_who_comes_while_the_incident_is_on_hold_leaves_it_alone(home: Path) -> None:
    """The process of a worker reads the timeline first; after the release the same errand is done."""
    pool = Pool()
    async with bench(home, pool, required=True) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        errand = await asyncio.wait_for(pool.told.get(), 60)
        for event, said, asked in ((ev.HoldOrdered(by="ana"), NOT_WANTED, 0), (ev.HoldReleased(by="ana"), DONE, 1)):
            await made.ledger.append_inputs(incident, [event])
            assert await carried(home, errand) == said
            assert made.system.asked["/pages/1"] == asked
        assert await captured(made, incident)


async def carried(home: Path, errand: Errand) -> str:
    """Have a process of its own carry out an errand; return what it said."""
    code = (
        f"from engine.bootstrap.errand import carry; print(asyncio.run(carry({errand.incident!r}, {errand.key!r}, 1)))"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"import asyncio; {code}"),
        env=os.environ | {"TOCSIN_DATABASE_URL": f"sqlite:///{home / 'ledger.db'}", "TOCSIN_HTTP_ALLOW": "127.0.0.1"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode().strip().splitlines()[-1]


async def test_what_somebody_elsewhere_hands_in_is_what_it_came_to(home: Path) -> None:
    """The engine does nothing itself, and nobody has to be told twice."""
    pool = Pool()
    async with bench(home, pool) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        assert await come(made, await asyncio.wait_for(pool.told.get(), 60))
        assert await captured(made, incident) == {"by": "them"}
        assert pool.told.empty()
        assert made.system.asked["/pages/1"] == 0


async def test_who_comes_too_late_finds_nothing_to_do(home: Path) -> None:
    """The engine has done it itself, and has said that nobody needs to come."""
    pool = Pool()
    async with bench(home, pool, patience=0.0) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        errand = await asyncio.wait_for(pool.told.get(), 60)
        assert (await captured(made, incident))["outcome"] == "page only"
        assert not await come(made, errand)
        assert pool.withdrawn == ["told 0"]
        assert made.system.asked["/pages/1"] == 1


async def test_with_nobody_there_the_engine_does_it_unless_it_must_not(home: Path) -> None:
    """Where Prefect is required, the step runs until somebody is there; else it is done at once."""
    pool = Pool(there=False)
    async with bench(home, pool, required=True) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        await made.until(incident, lambda state: state.step("keep").status is StepStatus.RUNNING)
        pool.there = True
        assert await come(made, await asyncio.wait_for(pool.told.get(), 60))
        assert await captured(made, incident) == {"by": "them"}
    other = home / "other"
    other.mkdir()
    async with bench(other, Pool(there=False)) as made, made.engine():
        incident = await made.declare(PLAYBOOK, anyone_minor="no")
        assert (await captured(made, incident))["outcome"] == "page only"


async def test_who_stood_still_at_an_errand_sends_nothing_and_hands_nothing_in(home: Path) -> None:
    """Awake again past its time, a process finds that another one is at it: its write is held back, and it gives up."""
    async with counterpart() as system:
        made = Bench(home, system=system)
        async with made.ledger:
            incident, clock = await made.declare(PLAYBOOK), HandClock(made.clock.real_now())
            async with open_ledger(f"sqlite:///{home / 'ledger.db'}", home=home, clock=clock, salt=new_salt) as theirs:
                errands = theirs.errands()
                await errands.post(incident, "k", attempt=1, doubt="none")
                taken = await errands.take(incident, "k", attempt=1, ttl=TTL)
                assert taken is not None
                sent: list[str] = []

                async def work() -> ev.EffectDone:
                    clock.instant += TTL  # it stands still here
                    check_held()
                    sent.append("a write")
                    return ev.EffectDone(key="k", kind="action", subject="keep")

                assert await at_it(errands, taken, clock, asked=clock.monotonic(), work=work) is None
                assert sent == []
                assert await errands.take(incident, "k", attempt=1, ttl=TTL) is not None
                assert not await errands.hand_in(taken, {})
