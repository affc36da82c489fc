"""The engine on a real SQLite ledger, against a counterpart over HTTP."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.lifecycle import IncidentStatus, StepStatus
from engine.runtime.loop import MUCH
from engine.runtime.plans import Plans
from tests.integration.runtime.bench import FACTS, Bench, counterpart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engine.domain.plan import Plan

HEAD = """
    tocsin: 1
    playbook: bench
    title: On the bench
    version: 1
    inputs: {}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps:
"""


def post(name: str, more: str = "", *, find: bool = True) -> str:
    """Return a step that posts to the counterpart's path of that name."""
    look = ', find: {url: "http://127.0.0.1:PORT/requests/{{ idempotency_key }}", absent: [404]}' if find else ""
    request = f'{{method: POST, url: "http://127.0.0.1:PORT/{name}"{look}}}'
    return f"          - {{id: {name}, title: Step {name}, action: http.request, with: {request}{more}}}\n"


@asynccontextmanager
async def bench(home: Path) -> AsyncIterator[Bench]:
    """Set up a workbench in a data folder."""
    async with counterpart() as system:
        made = Bench(home, system=system)
        async with made.ledger:
            yield made


def closed(state: object) -> bool:
    """Whether an incident is closed."""
    return getattr(state, "status", None) is IncidentStatus.CLOSED


async def test_every_step_is_done_once_and_the_timeline_verifies(home: Path) -> None:
    """Two steps side by side and one after them end the incident; intents stand before results."""
    async with bench(home) as made, made.engine():
        incident = await made.declare(HEAD + post("one") + post("two") + post("three", ", needs: [one, two]"))
        await made.until(incident, closed)
        assert dict(made.system.asked) == {"/one": 1, "/two": 1, "/three": 1}
        types = [entry.event.type for entry in await made.ledger.entries(incident)]
        assert types.index("effect_intended") < types.index("effect_done")
        assert types.count("segment_began") == 1
        assert await made.ledger.verify(incident) is None


async def test_a_reply_lost_after_commit_is_looked_up_and_not_done_again(home: Path) -> None:
    """The counterpart did it and did not answer: it is found by its key and adopted."""
    async with bench(home) as made, made.engine():
        made.system.faults["/one"] = ["drop"]
        incident = await made.declare(HEAD + post("one"))
        state = await made.until(incident, closed)
        assert made.system.asked["/one"] == 1
        assert [effect.adopted for effect in state.effects.values()] == [True]


async def test_what_cannot_be_looked_up_is_unconfirmed_until_a_person_says(home: Path) -> None:
    """Without a look-up nothing is guessed and nothing repeated; a person settles it."""
    async with bench(home) as made, made.engine() as engine:
        made.system.faults["/one"] = ["drop"]
        incident = await made.declare(HEAD + post("one", find=False))
        await made.until(incident, lambda state: state.step("one").status is StepStatus.UNCONFIRMED)
        await made.ledger.append_inputs(
            incident, [ev.StepResolved(step="one", outcome="done", reason="it is there", by="ana")]
        )
        engine.poke()
        await made.until(incident, closed)
        assert made.system.asked["/one"] == 1


async def test_a_definite_no_is_tried_again_after_its_pause(home: Path) -> None:
    """429 is surely not done: the step retries, with the same key, until it is done."""
    async with bench(home) as made, made.engine():
        made.system.faults["/one"] = ["429", "429"]
        incident = await made.declare(HEAD + post("one", ", retry: 3 in 1s"))
        state = await made.until(incident, closed)
        assert made.system.asked["/one"] == 3
        assert state.step("one").attempts == 3
        assert len(state.effects) == 1


async def test_a_failure_that_the_playbook_does_not_name_is_not_tried_again(home: Path) -> None:
    """The condition reads the status of the answer; the failure says that it was not true."""
    async with bench(home) as made, made.engine():
        made.system.faults["/one"] = ["429", "429"]
        retry = ", retry: {attempts: 3, within: 1s, if: 'error.status == 503 or attempt < 2'}"
        incident = await made.declare(HEAD + post("one", retry))
        state = await made.until(incident, lambda state: state.step("one").status is StepStatus.FAILED)
        assert made.system.asked["/one"] == 2
        said = "not tried again, since its condition is not true: error.status == 503 or attempt < 2"
        assert state.step("one").because == f"The other system answered 429; {said}"


async def test_an_engine_stopped_in_mid_effect_is_followed_by_another_that_does_nothing_twice(home: Path) -> None:
    """The second engine finds the intent without a result, looks it up, and adopts it."""
    async with bench(home) as made:
        made.system.faults["/one"] = ["hang"]
        async with made.engine("first"):
            incident = await made.declare(HEAD + post("one") + post("two", ", needs: [one]"))
            await made.until(incident, lambda state: made.system.asked["/one"] == 1 and bool(state.effects))
        assert (await made.state(incident)).step("one").status is StepStatus.RUNNING
        async with made.engine("second"):
            state = await made.until(incident, closed)
        assert dict(made.system.asked) == {"/one": 1, "/two": 1}
        assert len(state.segments) == 2


async def test_many_incidents_at_once_are_all_done_once(home: Path) -> None:
    """Thirty incidents of three steps: ninety requests, none lost, none twice."""
    async with bench(home) as made, made.engine() as engine:
        names = [await made.declare(HEAD + post("one") + post("two") + post("three")) for _ in range(30)]
        engine.poke()
        for name in names:
            await made.until(name, closed)
        assert sum(made.system.asked.values()) == 90
        assert len(made.system.done) == 90


async def test_a_segment_ends_after_its_bound_and_the_next_one_goes_on(home: Path) -> None:
    """With a bound of two moves, five steps take three stretches; each is done once."""
    async with bench(home) as made:
        made.shop = replace(made.shop, most_moves=2)
        async with made.engine():
            incident = await made.declare(
                HEAD + "".join(post(f"s{n}", f", needs: [s{n - 1}]" if n else "") for n in range(5))
            )
            state = await made.until(incident, closed)
        assert len(state.segments) == 3
        assert dict(made.system.asked) == {f"/s{n}": 1 for n in range(5)}


async def test_an_incident_that_cannot_be_carried_rests_and_the_others_go_on(home: Path) -> None:
    """Its playbook no longer compiles: however often the engine is poked, it is not tried again at once."""
    async with bench(home) as made:
        broken = await made.declare(HEAD + post("one"))
        tried: list[str] = []

        class Watched(Plans):
            async def of(self, digest: str, *, playbook: str) -> Plan:
                tried.append(digest)
                if digest == bad:
                    raise ValueError("it no longer compiles")
                return await super().of(digest, playbook=playbook)

        bad = (await made.state(broken)).digest
        made.shop = replace(made.shop, plans=Watched(made.ledger, actions=FACTS))
        async with made.engine() as engine:
            for number in range(20):
                sound = await made.declare(HEAD + post(f"sound{number}"))
                engine.poke()
                await made.until(sound, closed)
        assert 1 <= tried.count(bad) < 8


async def test_an_engine_that_carries_much_leaves_the_rest_to_another(home: Path) -> None:
    """With all its acts waiting for answers, what comes then is the other's; alone, an engine takes everything."""
    for engines, owners in ((2, {"one", "two"}), (1, {"one"})):
        folder = home / str(engines)
        folder.mkdir()
        async with bench(folder) as made, made.engine("one", of=engines):
            made.system.faults["/act"] = ["hang"] * (MUCH + 4)
            incidents = [await made.declare(HEAD + post("act")) for _ in range(MUCH)]
            async with asyncio.timeout(60):
                while made.system.asked["/act"] < MUCH:  # noqa: ASYNC110 - a count, which sets no event
                    await asyncio.sleep(0.02)
            async with made.engine("two", of=engines) if engines > 1 else nullcontext():
                incidents += [await made.declare(HEAD + post("act")) for _ in range(4)]
                async with asyncio.timeout(60):
                    while made.system.asked["/act"] < MUCH + 4:  # noqa: ASYNC110 - as above
                        await asyncio.sleep(0.02)
                made.system.gate.set()
                for incident in incidents:
                    await made.until(incident, closed)
            stretches = [entry.event for one in incidents for entry in await made.ledger.entries(one)]
            assert {one.engine for one in stretches if isinstance(one, ev.SegmentBegan)} == owners


async def test_what_is_kept_has_its_type_or_the_step_says_that_it_has_not(home: Path) -> None:
    """A number that is a word and a name that is not there are told at the step, which is done all the same."""
    keep = (
        ", keep: {id: json.id, word: {from: json.id, type: text}, count: {from: json.id, type: number}, gone: json.no}"
    )
    async with bench(home) as made, made.engine():
        incident = await made.declare(HEAD + post("one", keep))
        one = (await made.until(incident, closed)).step("one")
        assert one.status is StepStatus.DONE
        assert one.output == {"status": {"$number": "200"}, "id": "/one", "word": "/one"}
        told = "count is not a number, so it was not kept", "gone was not in the result, so it was not kept"
        assert one.because == "; ".join(told)
