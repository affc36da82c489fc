"""`make bench`: how long the work takes, side by side in one run: without an engine, in Tocsin, in Prefect, in DBOS.

The ways are interleaved, so that whatever else the machine does meets them all; what counts are the ratios of medians.
Every request is counted: one that is lost or sent twice ends the measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from rich.console import Console
from sqlalchemy import make_url

from tests.bench.authoring import authoring
from tests.bench.curves import Curves, a_million, by_events, by_incidents
from tests.bench.processes import Engine, Far, Lined, durable, engine, lined, stub
from tests.bench.tables import Limit, Measurement
from tests.bench.work import COUNT, playbook
from tests.contract.storage import empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PARTS = ("ways", "required", "curves", "authoring")
ROUNDS, BURSTS, STARTS = 9, 3, 15
AT_ONCE = 50
WARM = ("2 flow runs waiting", "server there")
NAMES = {
    "bare": "L: one asyncio process, no engine",
    "direct": "Tocsin, directly",
    "direct_postgres": "Tocsin, directly, on PostgreSQL",
    "warm": "Tocsin, in a waiting Prefect flow run",
    "required": "Tocsin, every stretch in a Prefect flow run",
    "plain": "P: a Prefect flow written by hand",
    "durable": "D: a DBOS workflow, on SQLite",
    "durable_postgres": "D: a DBOS workflow, on PostgreSQL",
}
SINGLE: Mapping[str, Limit] = {"direct": Limit(1.5, first=30.0), "warm": Limit(2.0, first=30.0)}
BURST: Mapping[str, Limit] = {"direct": Limit(3.0), "direct_postgres": Limit(3.0), "warm": Limit(3.0)}
IN_WORDS = {"warm": "in waiting flow runs", "flow": "in flow runs of their own", "direct": "directly"}
IN_PREFECT = frozenset({"warm", "required"})
NOT_IN_BURSTS = frozenset({"plain"})
"""A Prefect flow started fifty times at once loses flows on a SQLite server, so it would not end."""


async def main(parts: Sequence[str]) -> int:
    """Measure, print, write bench.json; return 1 when something is slower than we hold ourselves to."""
    console = Console()
    made: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before": os.getloadavg()[0],
    }
    missed: list[str] = []
    if "ways" in parts:
        missed += await _ways(console, made)
    if "required" in parts:
        missed += await _required(console, made)
    if "curves" in parts:
        missed += await _curves(console, made)
    if "authoring" in parts:
        missed += _authoring(console, made)
    made["load"] = os.getloadavg()[0]
    Path("bench.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    loads = f"load {made['load_before']:.1f} before, {made['load']:.1f} after"
    console.print(f"{made['machine']}; {loads}; written to bench.json")
    if missed:
        console.print(f"slower than we hold ourselves to: {', '.join(missed)}", style="bold red")
    return 1 if missed else 0


async def _ways(console: Console, made: dict[str, Any]) -> list[str]:
    """Measure the same work in every way, one piece and many at once."""
    async with AsyncExitStack() as stack:
        ways = await _opened(stack)
        single = Measurement(f"{COUNT} requests in five phases", NAMES, SINGLE)
        await _measured(console, single, ways, rounds=ROUNDS, pieces=1)
        console.print(single.table())
        in_words = {**NAMES, "warm": "Tocsin, in Prefect where a flow run waits, else directly"}
        burst = Measurement(f"{AT_ONCE} times {COUNT} requests at once", in_words, BURST)
        chosen = {name: way for name, way in ways.items() if name not in NOT_IN_BURSTS}
        await _measured(console, burst, chosen, rounds=BURSTS, pieces=AT_ONCE)
        console.print(burst.table())
        painted = await _painted(console, ways["warm"])
    made |= {"single": single.figures(), "burst": burst.figures(), "painted": painted}
    return [*single.missed, *burst.missed]


async def _required(console: Console, made: dict[str, Any]) -> list[str]:
    """Measure many at once where every stretch must run in a Prefect flow run; held to nothing but losing none."""
    async with AsyncExitStack() as stack:
        scratch, far, folder = await _far(stack)
        way = await stack.enter_async_context(engine(scratch / "required", folder, far, TOCSIN_PREFECT="required"))
        ways: dict[str, Lined | Engine] = {
            "bare": await stack.enter_async_context(lined("tests.bench.bare", far)),
            "required": way,
        }
        forced = Measurement(f"{AT_ONCE} times {COUNT} requests at once, Prefect required", NAMES, {})
        await _measured(console, forced, ways, rounds=1, pieces=AT_ONCE)
        console.print(forced.table())
        painted = await _painted(console, way)
    made |= {"required": forced.figures(), "required_painted": painted}
    return [*forced.missed]


async def _curves(console: Console, made: dict[str, Any]) -> list[str]:
    """Measure what it costs as work grows, on both databases."""
    found: list[Curves] = []
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
        server = stack.enter_context(postgres_server())
        for number, curve in enumerate((by_incidents, by_events)):
            for name in ("SQLite", "PostgreSQL"):
                home = scratch / f"{name}{number}"
                url = f"sqlite:///{home / 'tocsin.db'}"
                if name == "PostgreSQL":
                    url = stack.enter_context(empty_database(server))
                home.mkdir()
                with console.status(f"filling and measuring: {curve.__name__} on {name}"):
                    found.append(await curve(url, home, name=name))
                console.print(found[-1].table())
        with console.status("writing a million events"):
            events, seconds = await a_million(f"sqlite:///{scratch / 'million.db'}", scratch / "million")
    console.print(f"{events:,} events verified in {seconds:.0f} s, {seconds / events * 1e6:.0f} µs each")
    made |= {"curves": {one.title: one.figures() for one in found}, "million_s": seconds}
    return [missed for one in found for missed in one.missed]


def _authoring(console: Console, made: dict[str, Any]) -> list[str]:
    """Measure what an author waits for."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as scratch, console.status("starting one after another"):
        measured = authoring(Path(scratch), rounds=STARTS)
    console.print(measured.table())
    made |= {"authoring": measured.figures()}
    return measured.missed


async def _far(stack: AsyncExitStack) -> tuple[Path, Far, Path]:
    """Start the far side; return a scratch folder, the far side, and the folder of the playbook that acts on it."""
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    far = await stack.enter_async_context(stub(session))
    folder = scratch / "playbooks"
    folder.mkdir()
    (folder / "work.yaml").write_text(playbook(far.port), encoding="utf-8")
    return scratch, far, folder


async def _opened(stack: AsyncExitStack) -> dict[str, Lined | Engine]:
    """Start everything that is measured."""
    scratch, far, folder = await _far(stack)
    server = stack.enter_context(postgres_server())
    ours = make_url(stack.enter_context(empty_database(server))).set(drivername="postgresql")
    shared = {"TOCSIN_PREFECT": "off", "TOCSIN_DATABASE_URL": ours.render_as_string(hide_password=False)}
    direct = await stack.enter_async_context(engine(scratch / "direct", folder, far, TOCSIN_PREFECT="off"))
    postgres = await stack.enter_async_context(engine(scratch / "shared", folder, far, **shared))
    warm = await stack.enter_async_context(engine(scratch / "warm", folder, far, TOCSIN_PREFECT="auto"))
    await warm.calm(*WARM)
    hand = {"PREFECT_API_URL": warm.prefect(), "PREFECT_LOGGING_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
    theirs = stack.enter_context(empty_database(server))
    return {
        "bare": await stack.enter_async_context(lined("tests.bench.bare", far)),
        "direct": direct,
        "direct_postgres": postgres,
        "warm": warm,
        "plain": await stack.enter_async_context(lined("tests.bench.plain", far, **hand)),
        "durable": await stack.enter_async_context(durable(far, f"sqlite:///{scratch / 'durable.sqlite'}")),
        "durable_postgres": await stack.enter_async_context(durable(far, theirs)),
    }


async def _measured(
    console: Console, measurement: Measurement, ways: Mapping[str, Lined | Engine], *, rounds: int, pieces: int
) -> None:
    with console.status("") as status:
        for number in range(rounds + 1):
            for name, way in ways.items():
                status.update(f"{measurement.title}: round {number} of {rounds}: {measurement.names[name]}")
                if isinstance(way, Engine):
                    await way.calm(*(WARM if name in IN_PREFECT else ()))
                once = await way.once(pieces)
                if number:  # the first round warms everything up
                    measurement.found.setdefault(name, []).append(once)


async def _painted(console: Console, way: Lined | Engine) -> dict[str, float]:
    """Return how many seconds after the work Prefect's picture of everything is complete, and what it shows."""
    if not isinstance(way, Engine):
        return {}
    began = time.monotonic()
    with console.status("waiting until Prefect shows every incident"):
        lanes = await way.all_in_prefect()
    seconds = time.monotonic() - began
    went = ", ".join(f"{count} {IN_WORDS[lane]}" for lane, count in lanes.items())
    console.print(f"Prefect shows every stretch, ended, after another {seconds:.0f} s; they went: {went}")
    return {**lanes, "seconds": seconds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure (default: all)")
    sys.exit(asyncio.run(main(parser.parse_args().parts or PARTS)))
