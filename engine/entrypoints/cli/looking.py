"""Looking at incidents: `list` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.entrypoints.cli.standing import Incident, Json, in_office, local, show
from engine.entrypoints.lists import LARGEST, PAGE, Page, page

if TYPE_CHECKING:
    from engine.bootstrap.office import Office

ASKED = frozenset({"awaiting_person", "awaiting_approval"})
MARKS = {
    "done": "✓",
    "skipped": "-",
    "failed": "✗",
    "declined": "✗",
    "blocked": "✗",
    "unconfirmed": "?",
    "running": "▸",
    "retrying": "▸",
    "cancelled": "-",
    "undone": "↶",
}
"""What stands before a step; everything else waits."""


def incidents(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=LARGEST, help="How many at most.")] = PAGE,
    before: Annotated[str, typer.Option("--before", help="Only older ones than this incident.")] = "",
    running: Annotated[bool, typer.Option("--open", help="Only those that are not over.")] = False,
    json_: Json = False,
) -> None:
    r"""List the incidents, the newest first.

    \b
    tocsin list
    tocsin list --open               without those that are closed or cancelled
    tocsin list --before INC-120     the page after one that ended with INC-120
    tocsin list --json               an object with `incidents` and `next`
    """

    async def work(office: Office) -> Page:
        return await page(office.ledger, limit=limit, before=before, running=running)

    found = in_office(work)
    if json_:
        show(found)
        return
    rows = found["incidents"]
    if not rows and not before and not running:
        typer.echo("No incidents yet. Try: tocsin trigger video-leak --input summary=... --input urls=...")
    for row in rows:
        exercise = " (exercise)" if row["exercise"] else ""
        typer.echo(f"{row['incident']:<8} {row['state']:<10} {row['open_asks']:>3} open  {row['title']}{exercise}")
    if found["next"]:
        typer.echo(f"There are older ones: tocsin list --before {found['next']}{' --open' if running else ''}")


def status(incident: Incident, *, json_: Json = False) -> None:
    r"""Show where an incident stands: what needs a person first, then every step.

    \b
    tocsin status INC-7
    tocsin status INC-7 --json    stable keys, UTC times
    """

    async def work(office: Office) -> dict[str, Any]:
        from engine.domain.surfaces import LEFT_OUT
        from engine.reports.status import status as status_of

        look = await office.desk.look(incident)
        left_out = await office.ledger.recall(incident, LEFT_OUT)
        return {**status_of(look.plan, look.incident, now=look.now), "left_out": dict(left_out or {})}

    found = in_office(work)
    if json_:
        show(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    from engine.reports.clocks import clock_line

    exercise = " · EXERCISE, story clock" if found["exercise"] else ""
    typer.echo(f"{found['incident']} · {found['title']} · {found['state']}{exercise}")
    began = f"declared {local(found['declared_at'], found['zone'])} ({found['zone']}) by {found['declared_by']}"
    commander = ", ".join(found["roles"].get("commander", [])) or "nobody"
    typer.echo(f"{began}; {found['playbook']} v{found['version']}; commander {commander}")
    for kept in found["separation"]:
        typer.echo(f"  {' and '.join(kept['roles'])} are never one person: {kept['why']}")
    if found["kept_out"]:
        typer.echo(f"  kept out of it: {', '.join(found['kept_out'])}")
    due = {ask["step"]: _when(ask, zone=found["zone"]) for ask in found["asks"]}
    for need in found["attention"]:
        typer.echo(f"  ! {need['text']}")
    for person, why in found["left_out"].items():
        typer.echo(f"  ! {person} could not be brought into the channel: {why}")
    for clock in found["clocks"]:
        typer.echo(f"  § {clock_line(clock, moment=lambda at: local(at, found['zone']))}")
    for phase in found["phases"]:
        settled = sum(step["settled"] for step in phase["steps"])
        typer.echo(f"\n{phase['id']} · {phase['state']} · {settled} of {len(phase['steps'])}")
        for step in phase["steps"]:
            state = step["state"].replace("_", " ")
            because = f": {step['because']}" if step["because"] else _again(step, zone=found["zone"])
            ticket = f" [{step['ticket']}]" if step["ticket"] else ""
            asked = f"{due.get(step['id'], '')}{ticket}: {step['title']}" if step["state"] in ASKED else ticket
            typer.echo(f"  {MARKS.get(step['state'], '·')} {step['id']:<24} {state}{because}{asked}")
            for table in (table for table in found["tables"] if table["step"] == step["id"]):
                typer.echo("\n".join(f"      {line}" for line in _aligned(table)))
    lanes, number = found["lanes"], len(found["segments"])
    carried = ", ".join(f"{lanes[lane]} {word}" for lane, word in _LANES.items() if lanes[lane])
    stretches = f"{number} {'stretch' if number == 1 else 'stretches'}"
    typer.echo(f"\n{found['events']} events; worked in {stretches} ({carried or 'none yet'})")


def _aligned(table: dict[str, Any]) -> list[str]:
    """Return a filled table with its columns under each other."""
    rows = [table["columns"], *table["rows"]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table["columns"]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [f"{table['field'].replace('_', ' ')}:", *lines]


_LANES = {"warm": "in waiting Prefect flow runs", "flow": "in Prefect flow runs of their own", "direct": "directly"}


def _again(step: dict[str, Any], *, zone: str) -> str:
    if not step["again"]:
        return ""
    if step["rounds"] is None:
        return f", answered with no, asked again {local(step['again'], zone)}"
    verb = "done" if step["kind"] == "action" else "asked"
    return f", {verb} again {local(step['again'], zone)} (round {step['round']} of {step['rounds']} was not it)"


def _when(ask: dict[str, Any], *, zone: str) -> str:
    by_law = f", due: {ask['due_text']}" if ask["due_text"] else ""
    due = f", due {local(ask['due'], zone)}" if ask["due"] else by_law
    return due + (f", {ask['on_it']['person']} is on it" if ask["on_it"] else "")
