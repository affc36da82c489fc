"""`make chaos`: ten minutes of random kills, then a table of what must be true; writes chaos.json.

Everything that is left of a chaos that went wrong stays in its folder, which is named.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import secrets
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from tests.chaos.checking import MANY
from tests.chaos.play import Chaos, Wish, play

if TYPE_CHECKING:
    from collections.abc import Sequence


def wished(arguments: Sequence[str]) -> Wish:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long things are broken")
    parser.add_argument("--incidents", type=int, default=200, help="how many alarms are raised meanwhile")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="what the choices follow from")
    parser.add_argument("--prefect", choices=("off", "auto"), default="off", help="what TOCSIN_PREFECT is")
    given = parser.parse_args(arguments)
    return Wish(given.seconds, given.incidents, given.seed, given.prefect)


def table(chaos: Chaos) -> Table:
    """Return what must be true, and whether it is."""
    made = Table(title=f"seed {chaos.wish.seed}: {chaos.wish.incidents} incidents in {chaos.wish.seconds:.0f} s")
    made.add_column("what must be true")
    made.add_column("looked at", justify="right")
    made.add_column("wrong", justify="right")
    for check in chaos.checks:
        made.add_row(check.what, str(check.looked_at), str(len(check.wrong)), style="bold red" if check.wrong else "")
    return made


async def main() -> int:
    """Play, print, write chaos.json; return 1 when something is not as it must be."""
    console = Console()
    wish = wished(sys.argv[1:])
    console.print(f"seed {wish.seed} (ARGS='--seed {wish.seed}' makes the same choices again)")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-chaos-"))
    with console.status("starting") as status:
        chaos = await play(wish, folder, tell=status.update)
    console.print(table(chaos))
    for what, count in sorted(chaos.broke.items()):
        console.print(f"  {count:4} x {what}")
    for check in chaos.checks:
        for wrong in check.wrong[:MANY]:
            console.print(f"{check.what}: {wrong}", style="red")
    for left in chaos.unfinished[:MANY]:
        console.print(f"not finished: {left}", style="red")
    console.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in chaos.figures.items()))
    _write(chaos)
    if chaos.held:
        shutil.rmtree(folder, ignore_errors=True)
        console.print("everything is as it must be; written to chaos.json")
        return 0
    console.print(f"something is not as it must be; what is left of it is in {folder}", style="bold red")
    return 1


def _write(chaos: Chaos) -> None:
    made = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "held": chaos.held,
        **asdict(chaos),
    }
    Path("chaos.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
