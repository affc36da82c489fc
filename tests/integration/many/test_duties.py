"""What two engines on one database would do twice is done by one of them at a time, and goes on with the other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from engine.runtime.inward.worker import InboxWorker
from engine.runtime.showing.mirror import Mirror
from engine.runtime.standings import Standings
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.showing.stage import PEOPLE, Stage, stage

if TYPE_CHECKING:
    from pathlib import Path

    from engine.ports.records import InboxRow

ROWS = 40
PLAYBOOK = """\
    tocsin: 1
    playbook: bench
    title: Told
    version: 1
    inputs: {}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
          - {id: tell, title: Tell them, task: Tell them., owner: commander, due: 1h}
"""


@dataclass
class Taker:
    """A handler that needs a moment for each row; `taken` is everybody's."""

    taken: list[str] = field(default_factory=list)

    async def take(self, row: InboxRow) -> str:
        self.taken.append(row.source_id)
        await asyncio.sleep(0)
        return "done"

    async def give_up(self, row: InboxRow) -> None:
        raise AssertionError(row)


@pytest.mark.postgres
async def test_two_workers_take_each_row_once_and_in_order(database: str, home: Path, tmp_path: Path) -> None:
    """The one whose engine ends in the middle is followed by the other, with the next row."""
    taker, clock = Taker(), SystemClock()
    one = open_ledger(database, home=home, clock=clock, salt=new_salt)
    two = open_ledger(database, home=tmp_path / "two", clock=clock, salt=new_salt)
    async with one, two:
        for number in range(ROWS):
            await one.put("slack", f"{number:02}", {})
        duties = [one.duty("people"), two.duty("people")]
        workers = [
            InboxWorker(inbox=ledger, handlers={"slack": taker}, clock=clock, on_duty=duty.held)
            for ledger, duty in zip((one, two), duties, strict=True)
        ]
        keeping = [asyncio.create_task(duty.keep()) for duty in duties]
        working = [asyncio.create_task(worker.run()) for worker in workers]
        async with asyncio.timeout(60):
            while len(taker.taken) < ROWS // 2:  # noqa: ASYNC110 - a count, which sets no event
                await asyncio.sleep(0)
            held = next(number for number, duty in enumerate(duties) if duty.held())
            for task in (keeping[held], working[held]):
                task.cancel()
            await asyncio.gather(keeping[held], working[held], return_exceptions=True)
            while await one.pending(limit=1):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        assert duties[1 - held].held()
        for task in (*keeping, *working):
            task.cancel()
        await asyncio.gather(*keeping, *working, return_exceptions=True)
    assert list(dict.fromkeys(taker.taken)) == [f"{number:02}" for number in range(ROWS)]
    assert len(taker.taken) <= ROWS + 1  # the one that was under way is taken again; the timeline takes it once


async def shown(on_stage: Stage, mirror: Mirror, incident: str) -> bool:
    """Whether a mirror has shown an incident as it stands."""
    known = mirror._timelines.known.get(incident)
    return known is not None and known.seq == (await on_stage.bench.ledger.head(incident)).seq and not mirror.busy


async def current(on_stage: Stage, mirror: Mirror, incident: str) -> None:
    """Wait until a mirror has shown everything of an incident."""
    async with asyncio.timeout(60):
        while not await shown(on_stage, mirror, incident):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


async def test_two_mirrors_in_turn_show_what_is_true_and_edit_nothing_twice(home: Path) -> None:
    """What the other one showed meanwhile is read from the ledger; what is right already is not edited again."""
    async with stage(home) as on_stage:
        terms = {"one": 0, "two": 0}
        bench = on_stage.bench

        def mirror(name: str) -> Mirror:
            api = on_stage.shower
            return Mirror(
                chat=api.chat,
                tracker=api.tracker,
                people=PEOPLE,
                ledger=bench.ledger,
                standings=Standings(bench.ledger),
                plans=bench.shop.plans,
                clock=bench.clock,
                on_duty=lambda: terms[name],
            )

        mirrors = {"one": mirror("one"), "two": mirror("two")}
        running = [asyncio.create_task(one.run()) for one in (mirrors["two"],)]

        def edits() -> int:
            return len(on_stage.sandbox.log.calls("chat.update", committed=True))

        on_stage.mirror = mirrors["one"]
        terms["one"] = 1
        async with on_stage.engine():
            incident = await on_stage.declare(PLAYBOOK)
            await on_stage.until(incident, lambda state: any(e.kind == "ticket" for e in state.effects.values()))
            await on_stage.until(incident, lambda state: all(e.status == "done" for e in state.effects.values()))
            await current(on_stage, mirrors["one"], incident)
            before = edits()
            terms |= {"one": 0, "two": 1}
            mirrors["two"].touch()
            await current(on_stage, mirrors["two"], incident)
            assert edits() == before
            assert mirrors["one"]._term == 1
            await on_stage.answer(incident, "tell", "ana", "done")
            await on_stage.until(incident, lambda state: state.over)
            await current(on_stage, mirrors["two"], incident)
            texts = on_stage.texts()
            after = edits()
            assert after > before
            terms |= {"one": 2, "two": 0}
            mirrors["one"].touch()
            await current(on_stage, mirrors["one"], incident)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        assert edits() == after
        assert on_stage.texts() == texts
