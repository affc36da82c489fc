"""A plan as SVG: a lane for each phase, a box for each step, arrows for what they need.

Rules kept here: the picture needs nothing from elsewhere; it is readable on light and dark grounds, and in print; text
is text, with the whole of a step in the title of its box; the same plan gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from engine.entrypoints.cli.picture.boxes import BOLD, ICON, PADDING, SMALL_SIZE, TITLE_SIZE, Written, cut, written
from engine.entrypoints.cli.picture.layout import COLUMN, Box, Placed, Spot, place
from engine.language.render import visible

Outline: TypeAlias = Mapping[str, Any]

MARGIN: Final = 24
TOP: Final = 64
HEAD_SIZE: Final = 20
HEAD: Final = 36
"""Room for the name of a lane."""
LEGEND: Final = 58

_STYLE: Final = """\
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:#1f2328}
.ground{fill:#fff}.lane{fill:#f3f5f7}.name{font-weight:700;font-size:15px}.head{font-weight:700;font-size:20px}
.small{font-size:11px;fill:#57606a}.title{font-size:13px;font-weight:600}
.box{fill:#fff;stroke:#8c959f;stroke-width:1.2}.action{stroke:#0969da}.task{stroke:#1a7f37}.decision{stroke:#8250df}
.wait{stroke:#9a6700}.call{stroke:#bf3989}.dashed{stroke-dasharray:5 4}.icon{fill:none;stroke-width:1.5}
.icon.action{stroke:#0969da}.icon.task{stroke:#1a7f37}.icon.decision{stroke:#8250df}.icon.wait{stroke:#9a6700}
.icon.call{stroke:#bf3989}.when{font-style:italic}.approve{fill:#9a4d00;font-weight:600}.off{opacity:.45}
.arrow{fill:none;stroke:#6e7781;stroke-width:1.3}.any{stroke-dasharray:2 4}.failed{stroke:#cf222e;stroke-dasharray:6 3}
.tip{fill:#6e7781}.tip.failed{fill:#cf222e;stroke:none}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.lane{fill:#161b22}.small{fill:#9da7b1}
.box{fill:#0d1117;stroke:#6e7681}.action,.icon.action{stroke:#58a6ff}.task,.icon.task{stroke:#56d364}
.decision,.icon.decision{stroke:#bc8cff}.wait,.icon.wait{stroke:#e3b341}.call,.icon.call{stroke:#f778ba}
.approve{fill:#ffb77c}.arrow{stroke:#8b949e}.failed{stroke:#ff7b72}.tip{fill:#8b949e}.tip.failed{fill:#ff7b72}}
"""
_ICONS: Final = {
    "action": "M8 1 3 9h4l-1 6 6-9H8z",
    "task": "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 15c0-3 3-5 6-5s6 2 6 5",
    "decision": "M8 1l7 7-7 7-7-7zM6.5 6.5c0-2 3-2 3 0 0 1-1.5 1-1.5 2.5M8 11.5v.4",
    "wait": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM8 4v4l3 2",
    "call": "M2 2h12v12H2zM5 5h6v6H5z",
}
_KINDS: Final = (
    ("action", "the engine acts"),
    ("task", "a person does"),
    ("decision", "a person decides"),
    ("wait", "time passes"),
    ("call", "a playbook inside this one"),
)


def svg(outline: Outline) -> str:
    """Return an outline as a picture."""
    steps = {step["id"]: step for phase in outline["phases"] for step in phase["steps"]}
    texts = {name: written(step, width=COLUMN) for name, step in steps.items()}
    boxes = [
        Box(step["id"], phase["id"], texts[step["id"]].height) for phase in outline["phases"] for step in phase["steps"]
    ]
    arrows = {(start, end): kind for start, end, kind in _arrows(steps)}
    placed = place(boxes, arrows, lanes=[phase["id"] for phase in outline["phases"]], head=HEAD)
    width = max(placed.width + 4 * MARGIN, 900)
    height = placed.height + TOP + LEGEND + MARGIN
    return "\n".join(
        [
            *_opening(outline, width=width, height=height),
            *_lanes(outline, placed, width=width),
            f'<g transform="translate({2 * MARGIN} {TOP})">',
            *(_arrow(placed.paths[ends], kind) for ends, kind in arrows.items()),
            *(line for name, step in steps.items() for line in _box(step, placed.spots[name], texts[name])),
            "</g>",
            *_legend(y=placed.height + TOP + MARGIN),
            "</svg>",
            "",
        ]
    )


def _arrows(steps: Mapping[str, Outline]) -> Iterator[tuple[str, str, str]]:
    for name, step in steps.items():
        for need in step["needs"]:
            if need["step"] in steps:
                yield need["step"], name, "any" if need["any_end"] else ""
        for failed in step["handler_for"]:
            yield failed, name, "failed"


def _opening(outline: Outline, *, width: int, height: int) -> Iterator[str]:
    title, version = visible(outline["title"]), f"{outline['playbook']}, version {outline['version']}"
    name = f"{title} · {version}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="graphics-document" aria-labelledby="title desc">'
    )
    yield f'<title id="title">{escape(name)}</title>'
    yield f'<desc id="desc">{escape(_said(outline))}</desc>'
    yield f"<style>{_STYLE}</style>"
    yield f'<rect class="ground" width="{width}" height="{height}"/>'
    yield _text(MARGIN, 34, cut(title, room=width - 2 * MARGIN, size=HEAD_SIZE * BOLD), "head")
    yield _text(MARGIN, 53, version, "small")


def _said(outline: Outline) -> str:
    return " ".join(
        f"Phase {phase['id']} opens {phase['opens']} and has {len(phase['steps'])} "
        f"{'step' if len(phase['steps']) == 1 else 'steps'}."
        for phase in outline["phases"]
    )


def _lanes(outline: Outline, placed: Placed, *, width: int) -> Iterator[str]:
    for phase in outline["phases"]:
        top, height = placed.lanes[phase["id"]]
        yield f'<rect class="lane" x="{MARGIN}" y="{top + TOP}" width="{width - 2 * MARGIN}" height="{height}" rx="8"/>'
        name, opens = escape(phase["id"]), escape(f"opens {phase['opens']}")
        yield (
            f'<text x="{2 * MARGIN}" y="{top + TOP + 23}"><tspan class="name">{name}</tspan>'
            f'<tspan class="small" dx="10">{opens}</tspan></text>'
        )


def _box(step: Outline, spot: Spot, text: Written) -> Iterator[str]:
    kind = step["kind"]
    off = " off" if step["runs"] is False else ""
    dashed = " dashed" if step["follow_up"] else ""
    yield f'<g role="graphics-object" class="step{off}" aria-label={quoteattr(text.told)}>'
    yield f"<title>{escape(text.told)}</title>"
    if step["for_each"]:
        yield _rect(spot.x + 5, spot.y + 5, spot.height, f"box {kind}{dashed}")
    yield _rect(spot.x, spot.y, spot.height, f"box {kind}{dashed}")
    yield _icon(kind, spot.x + PADDING, spot.y + PADDING)
    y = spot.y + PADDING - 3
    for line in text.title:
        y += TITLE_SIZE + 4
        yield _text(spot.x + PADDING + ICON, y, line, "title")
    for small in text.lines:
        y += SMALL_SIZE + 4
        yield _text(spot.x + PADDING, y, small.text, f"small {small.kind}")
    yield "</g>"


def _arrow(points: Sequence[tuple[int, int]], kind: str) -> str:
    path = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (to, down) in pairwise(points):
        bend = (x + to) // 2
        path.append(f"L{to} {down}" if y == down else f"C{bend} {y} {bend} {down} {to} {down}")
    x, y = points[-1]
    named = f" {kind}" if kind else ""
    tip = f'<path class="tip{named}" d="M{x} {y}l-7 -4v8z"/>'
    return f'<path class="arrow{named}" d="{"".join(path)}"/>{tip}'


def _legend(*, y: int) -> Iterator[str]:
    x = MARGIN
    for kind, says in _KINDS:
        yield _icon(kind, x, y - 12)
        yield _text(x + 22, y, says, "small")
        x += 34 + len(says) * 6
    x, y = MARGIN, y + 24
    for kind, says in (("", "waits for"), ("any", "for any end"), ("failed", "only when it failed")):
        yield _arrow(((x, y - 4), (x + 34, y - 4)), kind)
        yield _text(x + 42, y, says, "small")
        x += 56 + len(says) * 6
    yield f'<rect class="box dashed" x="{x}" y="{y - 12}" width="28" height="15" rx="4"/>'
    yield _text(x + 36, y, "a follow-up", "small")


def _rect(x: int, y: int, height: int, classes: str) -> str:
    return f'<rect class="{classes}" x="{x}" y="{y}" width="{COLUMN}" height="{height}" rx="6"/>'


def _icon(kind: str, x: int, y: int) -> str:
    return f'<path class="icon {kind}" transform="translate({x} {y})" d="{_ICONS[kind]}"/>'


def _text(x: int, y: int, text: str, classes: str) -> str:
    return f'<text class="{classes}" x="{x}" y="{y}">{escape(visible(text))}</text>'
