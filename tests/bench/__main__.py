"""`make bench`: how long the work takes, side by side in one run: without an engine, in Tocsin, in Prefect, in DBOS.

The ways are interleaved, so that whatever else the machine does meets them all; what counts are the ratios of medians.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import aiohttp
from rich.console import Console
from rich.table import Table

from tests.bench.processes import Engine, Lined, Took, durable, engine, lined, stub
from tests.bench.work import COUNT, playbook
from tests.contract.storage import empty_database, postgres_server

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUNDS = 9
WARM = ("2 flow runs waiting", "server there")
LIMITS: Mapping[str, tuple[float, float]] = {"direct": (30.0, 1.5), "warm": (30.0, 2.0)}
"""Way -> milliseconds above L to the first request, and times L to the last one, that we hold ourselves to."""
NAMES = {
    "bare": "L: one asyncio process, no engine",
    "direct": "Tocsin, directly",
    "warm": "Tocsin, in a waiting Prefect flow run",
    "plain": "P: a Prefect flow written by hand",
    "durable": "D: a DBOS workflow, on SQLite",
    "durable_postgres": "D: a DBOS workflow, on PostgreSQL",
}


async def main() -> int:
    """Measure, print, write bench.json; return 1 when something is slower than we hold ourselves to."""
    console = Console()
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        far = await stack.enter_async_context(stub(session))
        folder = scratch / "playbooks"
        folder.mkdir()
        (folder / "work.yaml").write_text(playbook(far.port), encoding="utf-8")
        direct = await stack.enter_async_context(engine(scratch / "direct", folder, far, TOCSIN_PREFECT="off"))
        warm = await stack.enter_async_context(engine(scratch / "warm", folder, far, TOCSIN_PREFECT="auto"))
        await warm.calm(*WARM)
        bare = await stack.enter_async_context(lined("tests.bench.bare", far))
        hand = {"PREFECT_API_URL": warm.prefect(), "PREFECT_LOGGING_LEVEL": "CRITICAL", "DO_NOT_TRACK": "1"}
        plain = await stack.enter_async_context(lined("tests.bench.plain", far, **hand))
        database = stack.enter_context(empty_database(stack.enter_context(postgres_server())))
        ways: dict[str, Lined | Engine] = {
            "bare": bare,
            "direct": direct,
            "warm": warm,
            "plain": plain,
            "durable": await stack.enter_async_context(durable(far, f"sqlite:///{scratch / 'durable.sqlite'}")),
            "durable_postgres": await stack.enter_async_context(durable(far, database)),
        }
        found = await _measured(console, ways)
    return _told(console, found)


async def _measured(console: Console, ways: Mapping[str, Lined | Engine]) -> dict[str, list[Took]]:
    found: dict[str, list[Took]] = {name: [] for name in ways}
    with console.status("") as status:
        for number in range(ROUNDS + 1):
            for name, way in ways.items():
                status.update(f"round {number} of {ROUNDS}: {NAMES[name]}")
                if isinstance(way, Engine):
                    await way.calm(*(WARM if name == "warm" else ()))
                once = await way.once()
                if number:  # the first round warms everything up
                    found[name].append(once)
    return found


def _told(console: Console, found: Mapping[str, list[Took]]) -> int:
    first = {name: median(once.first for once in all_) for name, all_ in found.items()}
    last = {name: median(once.last for once in all_) for name, all_ in found.items()}
    table = Table(title=f"{COUNT} requests in five phases, medians of {ROUNDS} interleaved rounds")
    for heading in ("way", "to the first request", "above L", "to the last answer", "times L", "held to"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    missed = []
    for name, words in NAMES.items():
        above, times = first[name] - first["bare"], last[name] / last["bare"]
        limit = LIMITS.get(name)
        kept = limit is None or (above <= limit[0] and times <= limit[1])
        if not kept:
            missed.append(words)
        held = f"{limit[0]:g} ms, {limit[1]:g} x" if limit else ""
        row = (f"{first[name]:.1f} ms", f"{above:+.1f} ms", f"{last[name]:.0f} ms", f"{times:.2f} x", held)
        table.add_row(words, *row, style="" if kept else "bold red")
    console.print(table)
    made: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": os.getloadavg(),
        "rounds": ROUNDS,
        "first_ms": first,
        "last_ms": last,
    }
    Path("bench.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    console.print(f"{made['machine']}; load {made['load'][0]:.1f}; written to bench.json")
    if missed:
        console.print(f"slower than we hold ourselves to: {', '.join(missed)}", style="bold red")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
