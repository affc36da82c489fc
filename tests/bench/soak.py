"""`make soak`: the memory of an engine with many open incidents, and over thousands that begin and end.

One engine without Prefect, on SQLite and on a data folder of its own. First a thousand incidents are left open, each
waiting for a person; then ten thousand of two steps come and are closed, fifty at once. Its resident memory is read
from the kernel; every request that it makes is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from rich.console import Console
from rich.progress import Progress

from integrations.system.home import serving
from tests.bench.processes import Far, engine, stub

if TYPE_CHECKING:
    from tests.bench.processes import Engine

OPEN, CLOSED, AT_ONCE = 1_000, 10_000, 50
SETTLED = 2_000
"""After so many closed incidents every cache is as full as it gets."""
MOST_MB = 200.0
GROWTH = 1.10
HEAD = """\
tocsin: 1
playbook: {name}
title: {name}
version: 1
inputs: {{}}
roles: {{commander: {{required: true}}}}
phases:
  contain:
    steps:
      - {{id: first, title: First, action: http.request, with: {{method: POST, url: "http://127.0.0.1:{port}/first"}}}}
"""
TASK = "      - {id: asked, title: Asked, task: Do it., owner: commander, due: 4h, needs: [first]}\n"
SECOND = """\
      - {{id: second, title: Second, action: http.request, needs: [first],
         with: {{method: POST, url: "http://127.0.0.1:{port}/second"}}}}
"""


async def main(count: int, left_open: int) -> int:
    """Measure, print, write soak.json; return 1 when memory is larger, or grows more, than we hold ourselves to."""
    console = Console()
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-soak-")))
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        far = await stack.enter_async_context(stub(session))
        home = scratch / "home"
        async with engine(home, _playbooks(scratch, far.port), far, TOCSIN_PREFECT="off") as made:
            await _many(made, far, "open", count=left_open, requests=1)
            waiting = _resident_mb(home)
            points = await _soaked(console, made, far, home, count=count)
        started = await _restarted(home, scratch / "playbooks", far)
    return _said(console, waiting, points, left_open=left_open, started=started)


def _playbooks(scratch: Path, port: int) -> Path:
    folder = scratch / "playbooks"
    folder.mkdir()
    for name, then in (("open", TASK), ("closed", SECOND.format(port=port))):
        (folder / f"{name}.yaml").write_text(HEAD.format(name=name, port=port) + then, encoding="utf-8")
    return folder


async def _soaked(console: Console, made: Engine, far: Far, home: Path, *, count: int) -> list[tuple[int, float]]:
    """Have incidents begin and end; return the memory after each thousand."""
    points = [(0, _resident_mb(home))]
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("incidents that begin and end", total=count)
        for done in range(0, count, step := min(1_000, count)):
            await _many(made, far, "closed", count=step, requests=2)
            points.append((done + step, _resident_mb(home)))
            progress.update(bar, completed=done + step)
    return points


async def _many(made: Engine, far: Far, playbook: str, *, count: int, requests: int) -> None:
    """Declare incidents, so many at once, until there are enough; every request comes once."""
    for start in range(0, count, AT_ONCE):
        several = min(AT_ONCE, count - start)
        await asyncio.gather(*(made.declare(playbook) for _ in range(several)))
        seen = await far.all_of(several * requests)
        if len({key for _, _, key in seen}) != several * requests or len(seen) != several * requests:
            raise RuntimeError(f"{several * requests} requests were to be made, each once; {len(seen)} came")
    await made.calm()


async def _restarted(home: Path, playbooks: Path, far: Far) -> float:
    """Return after how many seconds of its start an engine has taken a trigger, with all of that in its ledger."""
    began = time.monotonic()
    async with engine(home, playbooks, far, TOCSIN_PREFECT="off") as made:
        await made.declare("closed")
        return time.monotonic() - began


def _resident_mb(home: Path) -> float:
    found = serving(home)
    if found is None:
        raise RuntimeError("no engine serves")
    status = Path(f"/proc/{found.pid}/status").read_text(encoding="utf-8")
    said = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(said[1]) / 1024 if said else 0.0


def _said(console: Console, waiting: float, points: list[tuple[int, float]], *, left_open: int, started: float) -> int:
    settled = next((mb for done, mb in points if done >= SETTLED), points[-1][1])
    growth = points[-1][1] / settled
    console.print(f"{waiting:.0f} MB with {left_open:,} open incidents (held to {MOST_MB:g} MB)")
    for done, mb in points:
        console.print(f"{mb:.0f} MB after {done:,} more that were closed")
    console.print(f"from {SETTLED:,} on it grew {growth:.2f} x (held to {GROWTH:g} x)")
    console.print(f"started again with all of them, a trigger was taken after {started:.1f} s")
    made = {"open": left_open, "open_mb": waiting, "closed_mb": points, "growth": growth, "restarted_s": started}
    Path("soak.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return int(waiting > MOST_MB or growth > GROWTH)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=CLOSED, help="how many begin and end (default %(default)s)")
    parser.add_argument("--open", type=int, default=OPEN, help="how many are left open (default %(default)s)")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.incidents, given.open)))
