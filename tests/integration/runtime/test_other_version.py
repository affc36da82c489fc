"""Another version of a playbook under a running engine, and under two that have the older one in memory."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from textwrap import dedent
from typing import TYPE_CHECKING

from engine.domain import commands as cmd
from engine.domain.authority import Refusal
from engine.domain.lifecycle import StepStatus
from engine.runtime.desk import Desk
from engine.runtime.plans import Plans
from engine.runtime.standings import Standings
from engine.settings.people import read_people
from tests.architecture.sources import ROOT
from tests.integration.runtime.bench import FACTS, Bench
from tests.integration.runtime.test_engine import HEAD, bench, closed, post

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engine.domain.incident import Incident

ANA = cmd.Who(person="ana")
NEXT = HEAD.replace("version: 1", "version: 2")


def desk_of(made: Bench) -> Desk:
    """Return a desk in front of a bench's ledger, with memories of its own."""
    plans, people = Plans(made.ledger, actions=FACTS), read_people(ROOT / "config" / "people.yaml")
    return Desk(ledger=made.ledger, standings=Standings(made.ledger), plans=plans, people=people, clock=made.clock)


def text_of(made: Bench, playbook: str) -> str:
    """Return a playbook as the bench declares it."""
    return dedent(playbook).replace("PORT", str(made.system.port))


def held(state: Incident) -> bool:
    """Whether the act is done and the question is asked: nothing more comes by itself."""
    return state.step("hold").ask is not None and state.step("one").status is StepStatus.DONE


@asynccontextmanager
async def two_engines(home: Path) -> AsyncIterator[Bench]:
    """Run two engines beside each other, each with memories of its own."""
    async with bench(home) as made, made.engine("one"):
        made.shop = made.shop.__class__(
            **{name: getattr(made.shop, name) for name in ("ledger", "performer", "clock", "calendar")},
            standings=Standings(made.ledger),
            plans=Plans(made.ledger, actions=FACTS),
        )
        async with made.engine("two"):
            yield made


async def test_a_step_of_another_version_is_done_by_the_engine_that_runs(home: Path) -> None:
    """What was done before is not done again; what is under way ends; the timeline verifies."""
    async with bench(home) as made, made.engine() as engine:
        made.system.faults["/two"] = ["hang"]
        incident = await made.declare(HEAD + post("one") + post("two"))
        await made.until(incident, lambda state: state.step("one").status is StepStatus.DONE)
        desk = desk_of(made)
        text = text_of(made, NEXT + post("one") + post("two") + post("three", ", needs: [two]"))
        taken = await desk.give(incident, cmd.MigrateIncident(text=text, reason="one more"), ANA)
        assert not isinstance(taken, Refusal)
        engine.poke()
        await made.until(incident, lambda state: state.playbook_version == 2)
        made.system.gate.set()
        state = await made.until(incident, closed)
        assert dict(made.system.asked) == {"/one": 1, "/two": 1, "/three": 1}
        assert await made.ledger.definition(state.digest) == text
        assert len(await made.ledger.definitions()) == 2
        assert await made.ledger.verify(incident) is None
        (listed,) = await made.ledger.incidents()
        assert listed.state == "closed"


async def test_two_engines_that_know_the_older_version_follow_the_newer_one(home: Path) -> None:
    """Both have carried incidents of the older one; whichever carries on reads the newer one first."""
    async with two_engines(home) as made:
        steps = post("one") + "          - {id: hold, title: Hold, task: Say so., due: 1h}\n"
        incidents = [await made.declare(HEAD + steps) for _ in range(8)]
        desk = desk_of(made)
        text = text_of(made, NEXT + steps + post("two", ", needs: [one]"))
        for incident in incidents:
            await made.until(incident, held)
        took = await asyncio.gather(
            *(desk.give(one, cmd.MigrateIncident(text=text, reason="one more"), ANA) for one in incidents)
        )
        assert not any(isinstance(one, Refusal) for one in took)
        for incident in incidents:
            await made.until(incident, lambda state: state.step("two").status is StepStatus.DONE)
            done = cmd.Answer(target="hold", verdict="done")
            assert not isinstance(await desk.give(incident, done, ANA), Refusal)
            await made.until(incident, closed)
        assert dict(made.system.asked) == {"/one": 8, "/two": 8}


async def test_what_does_not_fit_leaves_timeline_and_texts_alone(home: Path) -> None:
    """A refusal about the playbook is no event, and its text is not kept."""
    async with bench(home) as made, made.engine():
        incident = await made.declare(HEAD + post("one") + "          - {id: hold, title: Hold, task: Say so.}\n")
        await made.until(incident, held)
        desk, before = desk_of(made), await made.ledger.head(incident)
        refused = await desk.give(
            incident, cmd.MigrateIncident(text=text_of(made, NEXT + post("one")), reason="x"), ANA
        )
        assert isinstance(refused, Refusal)
        assert refused.fields == (("step hold (step_gone)", "it has begun, so it stays in the playbook"),)
        assert await made.ledger.head(incident) == before
        assert len(await made.ledger.definitions()) == 1
