"""Many rehearsals on several processes, and what they add up to on a terminal.

Rules kept here: each process reads the files anew, so nothing is shared; the bar is shown on a terminal only, beside
what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from engine.domain.plan import Plan
from engine.domain.scenario import Scenario
from engine.domain.waking import Waking
from engine.entrypoints.cli.rehearsing import plan_beside, quiet, read_days, read_house, read_plan, versions_beside
from engine.rehearsal.clock import Days
from engine.rehearsal.deadlines import COUNTED, Deadline
from engine.rehearsal.many import Chances, Figures, one_run, together
from engine.rehearsal.picture import told

AT_ONCE: Final = 5
"""So many runs are handed to a process at a time."""
BAR: Final = 12


@dataclass(frozen=True, slots=True)
class _Read:
    """What a process has read of a rehearsal."""

    plan: Plan
    scenario: Scenario
    days: Days
    others: Mapping[str, Plan]
    house: Waking


_played: dict[str, _Read] = {}


def chances_of(
    playbook: str, scenario: Scenario, file: Path | None, *, seed: str, runs: int, processes: int | None
) -> Chances:
    """Play the scenario of a file many times."""
    count = min(runs, processes or cpu_count() or 1)
    coming = _all(playbook, scenario, file, seed=seed, runs=runs, processes=count)
    beside = Console(stderr=True)
    figures = list(track(coming, "Rehearsing", runs, console=beside, transient=True, disable=not beside.is_terminal))
    return together(_begun(playbook, scenario, file), scenario, seed=seed, figures=figures)


def _begun(playbook: str, scenario: Scenario, file: Path | None) -> Plan:
    return plan_beside(file, scenario) if file is not None and scenario.begins_as else read_plan(playbook)


def _all(
    playbook: str, scenario: Scenario, file: Path | None, *, seed: str, runs: int, processes: int
) -> Iterator[Figures]:
    given = (playbook, scenario.model_dump_json(by_alias=True), file)
    play = partial(_play, given, seed)
    if processes == 1:
        yield from map(play, range(runs))
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(play, range(runs), chunksize=AT_ONCE)


def _play(given: tuple[str, str, Path | None], seed: str, number: int) -> Figures:
    playbook, text, file = given
    if text not in _played:
        scenario = Scenario.model_validate_json(text)
        plan, others = _begun(playbook, scenario, file), versions_beside(file, scenario)
        _played[text] = _Read(plan, scenario, read_days(), others, read_house())
    read = _played[text]
    with quiet():
        return one_run(
            read.plan, read.scenario, seed=seed, number=number, days=read.days, others=read.others, house=read.house
        )


def shown(found: Chances) -> None:
    """Print what many rehearsals add up to."""
    console = Console(highlight=False)
    console.print(Text(f"EXERCISE: {found.runs} rehearsals of {found.playbook}, version {found.version}", style="bold"))
    console.print(Text(f"{found.rehearsal}, seed {found.seed}. Nothing here is real."))
    console.print(Text(f"They ended: {', '.join(f'{count} {state}' for state, count in found.statuses.items())}."))
    for table in (_reached(found), _targets(found)):
        console.print()
        console.print(table)
    if found.deadlines:
        console.print()
        console.print(_deadlines(found))
        for one in found.deadlines:
            console.print(Text(f"  {one.step}: {one.unknown or _counted(one, found)}."), soft_wrap=True)
        console.print(Text(COUNTED), soft_wrap=True)


def _counted(one: Deadline, found: Chances) -> str:
    return f"{one.regime}, {one.law}, counted in {one.runs} of {found.runs} runs"


def _reached(found: Chances) -> Table:
    table = _table(("", "in runs", "half within", "9 of 10 within"))
    for one in found.reached:
        table.add_row(one.state, f"{one.runs} of {found.runs}", told(one.median), told(one.p90))
    return table


def _targets(found: Chances) -> Table:
    table = _table(("target", "missed", "surely", "", "half within", "9 of 10 within"))
    for target in found.targets:
        bar = Text("█" * round(BAR * target.share), style="red")
        sure = f"{target.low * 100:.0f}-{target.high:.0%}"
        table.add_row(Text(target.step), f"{target.share:.0%}", sure, bar, told(target.median), told(target.p90))
    return table


def _deadlines(found: Chances) -> Table:
    table = _table(("set by law", "missed", "surely", "", "half within", "9 of 10 within"))
    for one in found.deadlines:
        if one.share is not None:
            bar = Text("█" * round(BAR * one.share), style="red")
            sure = f"{(one.low or 0) * 100:.0f}-{one.high or 0:.0%}"
            table.add_row(Text(one.step), f"{one.share:.0%}", sure, bar, told(one.median), told(one.p90))
    return table


def _table(columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table
