"""How likely each target is missed, as a picture: a bar per target, with how sure that is.

Rules kept here: pure, and free of scripts and outside references; what a bar says, text says too; the targets that are
never missed are counted and not drawn; what law or contract sets a time for always has its row.
"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from engine.rehearsal.deadlines import COUNTED, NO_INSTANT
from engine.reports.values import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.rehearsal.deadlines import Deadline
    from engine.rehearsal.many import Chance, Chances

WIDTH, LEFT, RIGHT, ROW, TOP = 920, 360, 230, 24, 56
SHORT, FOOT = 52, 50
LAW = "Set by law or contract, from when its clock began:"
LINE = "Line: between which shares it lies, nineteen times of twenty."
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.soft{fill:#666}.bar{fill:#b5473c}.sure{stroke:#222;stroke-width:1}"
    ".line{stroke:#ddd}"
)


def picture(found: Chances) -> str:
    """Return the picture as SVG."""
    drawn = [target for target in found.targets if target.missed]
    below = max(1, len(drawn)) + 1
    height = TOP + ROW * (max(1, len(drawn)) + (1 + len(found.deadlines) if found.deadlines else 0)) + FOOT
    label = f"Exercise: how often targets of {found.playbook} were missed in {found.runs} rehearsals"
    body = [*_grid(height), *(part for row, target in enumerate(drawn) for part in _row(target, target.title, row))]
    if found.deadlines:
        body.append(f'<text class="soft" x="8" y="{TOP + ROW * (below - 1) + 13}">{LAW}</text>')
        body += [part for row, one in enumerate(found.deadlines, start=below) for part in _deadline(one, row)]
    foot = "".join(_foot(len(found.targets) - len(drawn), height))
    return (
        f'<svg class="chances" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(label)}</title><style>{STYLE}</style>'
        f'<text x="8" y="20">{escape(label)}</text>{"".join(body)}{foot}</svg>'
    )


def section(found: Chances) -> str:
    """Return the picture with its table, as a part of an HTML report."""
    head = "<tr><th>target<th>missed<th>half within<th>nine of ten within</tr>"
    rows = "".join(
        f"<tr><td>{escape(target.title)}</td><td>{target.share:.0%} ({target.missed} of {target.runs})</td>"
        f"<td>{told(target.median)}</td><td>{told(target.p90)}</td></tr>"
        for target in found.targets
    )
    law = "".join(map(_law, found.deadlines))
    states = "".join(
        f"<tr><td>{one.state}</td><td>{one.runs} of {found.runs} runs</td>"
        f"<td>{told(one.median)}</td><td>{told(one.p90)}</td></tr>"
        for one in found.reached
    )
    return (
        f"<section><h2>Over {found.runs} rehearsals (exercise)</h2>{picture(found)}"
        f"<table><thead>{head}</thead><tbody>{rows}{law}{states}</tbody></table>"
        f"{f'<p>{COUNTED}</p>' if law else ''}</section>"
    )


def told(seconds: float | None) -> str:
    """Return a time in words."""
    return "-" if seconds is None else span(timedelta(seconds=seconds))


def _grid(height: int) -> Iterator[str]:
    for percent in (0, 25, 50, 75, 100):
        x = _x(percent / 100)
        yield f'<line class="line" x1="{x}" y1="{TOP - 12}" x2="{x}" y2="{height - FOOT + 2}"/>'
        yield f'<text class="soft" x="{x - 10}" y="{TOP - 18}">{percent} %</text>'


def _foot(never: int, height: int) -> Iterator[str]:
    says = {0: "Every target was missed at least once.", 1: "1 more target was never missed."}
    yield f'<text class="soft" x="8" y="{height - 28}">Bar: how many of the runs missed it. {LINE}</text>'
    others = says.get(never, f"{never} more targets were never missed.")
    yield f'<text class="soft" x="8" y="{height - 8}">{others}</text>'


def _law(one: Deadline) -> str:
    """Return the row of a deadline in the table of a report."""
    if one.share is None:
        return f'<tr><td>{escape(one.name)}</td><td colspan="3">{escape(one.unknown)}</td></tr>'
    return (
        f"<tr><td>{escape(one.name)}, {escape(one.law)}</td><td>{one.share:.0%} ({one.missed} of {one.runs})</td>"
        f"<td>{told(one.median)}</td><td>{told(one.p90)}</td></tr>"
    )


def _deadline(one: Deadline, row: int) -> Iterator[str]:
    if one.share is not None:
        yield from _row(one, one.name, row)
        return
    y = TOP + row * ROW + 13
    yield f"<g><title>{escape(f'{one.name}: {one.unknown}')}</title>"
    yield f'<text x="8" y="{y}">{escape(_short(one.title))}</text>'
    yield f'<text class="soft" x="{LEFT}" y="{y}">{NO_INSTANT}: {escape(one.no_instant)}</text></g>'


def _short(name: str) -> str:
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"


def _row(target: Chance | Deadline, name: str, row: int) -> Iterator[str]:
    y = TOP + row * ROW
    low, high, end = _x(target.low or 0.0), _x(target.high or 0.0), _x(target.share or 0.0)
    full = f"{name}: missed in {target.missed} of {target.runs} runs"
    yield f'<g><title>{escape(full)}</title><text x="8" y="{y + 13}">{escape(_short(name))}</text>'
    yield f'<rect class="bar" x="{LEFT}" y="{y + 2}" width="{round(end - LEFT, 1)}" height="14"/>'
    yield f'<line class="sure" x1="{low}" y1="{y + 9}" x2="{high}" y2="{y + 9}"/>'
    says = f"{target.share or 0.0:.0%}, 9 of 10 within {told(target.p90)}"
    yield f'<text x="{WIDTH - RIGHT + 12}" y="{y + 13}">{says}</text></g>'


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)
