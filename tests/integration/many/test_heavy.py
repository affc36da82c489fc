"""Heavy actions on a real work pool of a real Prefect server, by real workers, which are killed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from engine.domain import timeline as ev
from integrations.storage.databases import connect
from integrations.storage.schema import remembered
from tests.integration.many.heavy import Pooled, pooled
from tests.integration.many.test_worker import closed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.ports.records import Entry
    from tests.integration.many.rig import Machine

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(400), pytest.mark.xdist_group("prefect")]

CANARY = "what is public"
PLAYBOOK = """\
tocsin: 1
playbook: public
title: What is public
version: 1
inputs:
  anyone_minor: {type: choice, options: ["no", "yes", unknown], default: "no"}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: keep, title: Keep it, action: evidence.capture, with: {url: "URL/pages/{{ incident.id }}"}}
"""
PAGE = "/pages/INC-1"


Furnishes = Callable[..., AbstractAsyncContextManager[Pooled]]


@pytest.fixture
def house(database: str, prefect_database: str) -> Furnishes:
    """Furnishes machines with the playbook of one heavy action."""
    return partial(pooled, playbooks={"public": PLAYBOOK}, database=database, prefect_database=prefect_database)


async def finished(machine: Machine, made: Pooled) -> Sequence[Entry]:
    """Wait until INC-1 is closed; its capture stands there once, and no errand is left."""
    entries = await closed(machine, made.place, "INC-1")
    done = [entry.event for entry in entries if isinstance(entry.event, ev.EffectDone)]
    assert [(one.subject, one.result["outcome"]) for one in done] == [("keep", "page only")]
    engine = connect(machine.environment["TOCSIN_DATABASE_URL"])
    with engine.connect() as connection:
        kinds = connection.execute(select(remembered.c.kind)).scalars().all()
    engine.dispose()
    assert [kind for kind in kinds if kind.startswith("errand")] == []
    assert list((made.place / "shared" / "vault").rglob("*")) != []
    return entries


async def test_a_worker_of_the_pool_carries_it_out_and_prefect_is_told_ids(house: Furnishes, tmp_path: Path) -> None:
    """The flow run holds incident, key and attempt and ends in neutral words; the result is on the timeline."""
    async with house(tmp_path) as made:
        machine = made.machines.machine("serve")
        await machine.serve()
        await made.work()
        await machine.run("trigger", "public")
        entries = await finished(machine, made)
        (intended,) = [entry.event for entry in entries if isinstance(entry.event, ev.EffectIntended)]

        async def over() -> bool:
            return [run["state_type"] for run in await made.heavy()] == ["COMPLETED"]

        await made.seen(over)
        (run,) = await made.heavy()
        assert run["parameters"] == {"incident": "INC-1", "key": intended.key, "attempt": 1}
        assert run["state"]["message"] == "Done; what it came to is in the ledger."
        assert made.machines.system.asked[PAGE] == 1


async def test_without_a_worker_the_engine_does_it_itself(house: Furnishes, tmp_path: Path) -> None:
    """Nobody waits, and Prefect has no flow run of it."""
    async with house(tmp_path) as made:
        machine = made.machines.machine("serve")
        await machine.serve()
        await machine.run("trigger", "public")
        await finished(machine, made)
        assert made.machines.system.asked[PAGE] == 1
        assert await made.heavy() == []


async def test_a_worker_killed_in_the_middle_is_followed_by_the_engine(house: Furnishes, tmp_path: Path) -> None:
    """It is noticed by its silence; the engine looks the act up, and does it since it is not there."""
    async with house(tmp_path) as made:
        system = made.machines.system
        system.faults[PAGE] = ["hang"]
        machine = made.machines.machine("serve")
        await machine.serve()
        worker = await made.work()
        await machine.run("trigger", "public")
        await machine.asked(PAGE)
        made.kill(worker)
        entries = await finished(machine, made)
        assert system.asked[PAGE] == 2
        assert [entry.event.type for entry in entries].count("effect_intended") == 1


async def test_an_engine_killed_meanwhile_takes_over_what_the_worker_did(house: Furnishes, tmp_path: Path) -> None:
    """The worker hands in what it did to whichever engine comes; nothing is done again."""
    async with house(tmp_path) as made:
        system = made.machines.system
        system.faults[PAGE] = ["hang"]
        first, second = made.machines.machine("serve"), made.machines.machine("worker")
        await first.serve()
        await made.work()
        await first.run("trigger", "public")
        await first.asked(PAGE)
        await first.kill()
        system.gate.set()
        await second.serve()
        await finished(second, made)
        assert system.asked[PAGE] == 1


async def test_where_prefect_is_required_it_waits_for_a_worker(house: Furnishes, tmp_path: Path) -> None:
    """Nothing is done by the engine; with a worker it is done."""
    async with house(tmp_path, TOCSIN_PREFECT="required") as made:
        machine = made.machines.machine("serve")
        await machine.serve()
        await machine.run("trigger", "public")
        await machine.step("keep", "running")
        assert made.machines.system.asked[PAGE] == 0
        await made.work()
        await finished(machine, made)
        assert made.machines.system.asked[PAGE] == 1
