"""Several engines look for the runs that somebody started in Prefect: each run is taken by one of them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from engine.domain.commands import Who
from engine.runtime.desk import Desk
from engine.runtime.inward.library import Library
from engine.runtime.plans import Plans
from engine.runtime.prefect.deployments import renew
from engine.runtime.prefect.server import EmbeddedServer, healthy
from engine.runtime.prefect.taking import Taking, claimed
from engine.runtime.prefect.triggers import CameTo, Triggers
from engine.runtime.standings import Standings
from engine.settings.people import read_people
from engine.settings.read import CHECKOUT
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.integration.prefect.board import ASKED, GIVEN
from tests.integration.runtime.bench import FACTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

    from integrations.storage.ledger import SqlLedger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("prefect")]

RUNS = 6


class Counted(Triggers):
    """An engine's desk for triggers that remembers what it was brought."""

    def __init__(self, ledger: SqlLedger, playbooks: Path) -> None:
        people, clock = read_people(CHECKOUT / "config" / "people.yaml"), SystemClock()
        desk = Desk(
            ledger=ledger,
            standings=Standings(ledger),
            plans=Plans(ledger, actions=FACTS),
            people=people,
            clock=clock,
        )
        super().__init__(
            desk, Library(playbooks, actions=FACTS), Who(person="jo", via="prefect", strength="prefect-api")
        )
        self.brought: list[str] = []

    async def take(self, flow_run: str, playbook: str, parameters: Mapping[str, Any]) -> CameTo:
        """Remember it, and take it."""
        self.brought.append(flow_run)
        return await super().take(flow_run, playbook, parameters)


@asynccontextmanager
async def server(home: Path) -> AsyncIterator[None]:
    """A Prefect server that this process's clients talk to."""
    made = EmbeddedServer(home)
    await made.start()
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(90):
            while not await healthy(made.url, session=session):  # noqa: ASYNC110 - another process, no event
                await asyncio.sleep(0.2)
        with temporary_settings({PREFECT_API_URL: made.url}):
            yield
    finally:
        await made.stop()


async def started(client: PrefectClient, triggers: Triggers) -> Sequence[FlowRun]:
    """Start runs of the one playbook there is."""
    (deployment,) = await renew(client, await triggers.offers())
    return [await client.create_flow_run_from_deployment(deployment, parameters=GIVEN) for _ in range(RUNS)]


async def test_each_run_is_taken_by_one_of_two_engines(home: Path, tmp_path: Path) -> None:
    """The server lets one of them claim it, so one of them declares it, and there is one incident for each."""
    playbooks = tmp_path / "playbooks"
    playbooks.mkdir()
    (playbooks / "asked.yaml").write_text(ASKED, encoding="utf-8")
    url = f"sqlite:///{home / 'ledger.db'}"
    async with open_ledger(url, home=home, clock=SystemClock(), salt=new_salt) as ledger, server(home):
        desks = Counted(ledger, playbooks), Counted(ledger, playbooks)
        async with get_client() as one, get_client() as two:
            for run in await started(one, desks[0]):
                assert sorted(await asyncio.gather(claimed(one, run), claimed(two, run))) == [False, True]
            runs = await started(one, desks[0])
            takings = [Taking(client, desk, ready=lambda: True) for client, desk in zip((one, two), desks, strict=True)]
            for times in (True, False, False):  # the first look is the one at what was left too
                await asyncio.gather(*(taking.look(all_of_it=times) for taking in takings))
            for run in runs:
                assert not await claimed(two, run)  # it was seen before it was taken, and is asked for after its end
            brought = [*desks[0].brought, *desks[1].brought]
            assert sorted(brought) == sorted(str(run.id) for run in runs)
            assert len(await ledger.incidents()) == RUNS
            await asyncio.gather(*(taking.look(all_of_it=True) for taking in takings))
            assert len(await ledger.incidents()) == 2 * RUNS  # the first ones were claimed by nobody who lives
            left = [await one.read_flow_run(run.id) for run in runs]
            assert all(run.state is not None and run.state.is_completed() for run in left)
