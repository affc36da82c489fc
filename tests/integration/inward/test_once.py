"""Each thing that comes in happens once, in order, and holds up nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from engine.domain.lifecycle import StepStatus
from engine.runtime.inward.worker import TRIES, InboxWorker
from integrations.sandbox import Fault, FaultKind
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.contract.storage import HandClock
from tests.integration.inward.rig import house

if TYPE_CHECKING:
    from engine.ports.records import InboxRow


@dataclass
class Recording:
    """A handler that takes some rows, fails at some and makes nothing of others."""

    taken: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    async def take(self, row: InboxRow) -> str | None:
        what = str(row.payload["what"])
        self.taken.append(what)
        if what == "broken":
            raise ValueError("what somebody typed")
        return None if what == "odd" else "done"

    async def give_up(self, row: InboxRow) -> None:
        self.given_up.append(str(row.payload["what"]))


async def test_a_delivery_that_comes_twice_is_one_answer(home: Path) -> None:
    """Slack delivers again what it believes lost."""
    async with house(home) as made:
        incident = await made.declared()
        made.sandbox.faults.add(Fault(kind=FaultKind.DUPLICATE_DELIVERY, match="interactive"))
        await made.press("ben", "done", incident=incident, ask="warn_hosts.task.1")
        await made.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
        await made.idle()
        assert await made.outcomes() == ["done"]
        assert len(await made.events(incident, "ask_answered")) == 1


async def test_an_end_between_giving_and_finishing_gives_nothing_twice(home: Path) -> None:
    """Taken again, an answer and a refusal come to what they came to before, and are told so."""
    async with house(home, engine=False) as made:
        incident = await made.declared()
        async with made.bench.engine():
            await made.press("ben", "done", incident=incident, ask="warn_hosts.task.1")
            channel = await made.channel(incident)
            for text in ("note seen", "add https://b.example/2"):
                await made.human("ben").post("/commands", channel=channel, command="/incident", text=text)
            await made.press("ben", "answer", incident=incident, ask="depicted.decision.1")
            rows = await made.bench.ledger.pending(limit=9)
            handler = made.worker.handlers["slack"]
            first = [await handler.take(row) for row in rows]
            before = (await made.bench.ledger.head(incident)).seq
            await made.bench.until(incident, lambda s: s.step("warn_hosts").status is StepStatus.DONE)
            again = [await handler.take(row) for row in rows]
        assert first == again == ["done", "done", "done", "refused: not_asked"]
        kinds = ("ask_answered", "note_added", "fact_added", "answer_refused")
        assert [len(await made.events(incident, kind)) for kind in kinds] == [1, 1, 1, 1]
        assert before >= 4
        await made.asides.settle()


async def test_a_row_that_fails_is_tried_again_then_given_up_and_holds_up_nobody(home: Path) -> None:
    """Rows behind it pass at once; whoever did it is told; the log holds nothing of what it said."""
    clock = HandClock()
    handler = Recording()
    async with open_ledger(f"sqlite:///{home / 'l.db'}", home=home, clock=SystemClock(), salt=new_salt) as ledger:
        worker = InboxWorker(inbox=ledger, handlers={"slack": handler}, clock=clock)
        for number, what in enumerate(["one", "broken", "odd", "two"]):
            await ledger.put("slack", str(number), {"what": what})
        await ledger.put("fax", "1", {"what": "a fax"})
        with structlog.testing.capture_logs() as logs:
            assert await worker.work_off() == 4
            assert handler.taken == ["one", "broken", "odd", "two"]
            assert await worker.work_off() == 0
            for _ in range(TRIES - 1):
                assert handler.given_up == []
                await clock.sleep(60)
                await worker.work_off()
        assert handler.given_up == ["broken"]
        assert handler.taken.count("broken") == TRIES
        assert await ledger.pending(limit=9) == []
        with ledger._engine.connect() as connection:
            rows = connection.exec_driver_sql("select outcome, payload from inbox order by id").all()
        assert [tuple(row) for row in rows] == [
            ("done", "{}"),
            (f"given up after {TRIES} tries: ValueError", "{}"),
            ("not understood", "{}"),
            ("done", "{}"),
            ("not understood", "{}"),
        ]
        assert "typed" not in str(logs)
        assert [entry["event"] for entry in logs].count("inbox_row_given_up") == 1
