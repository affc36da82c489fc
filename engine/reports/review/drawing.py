"""The timeline by phase as one inline picture: a bar per phase, marks for what mattered.

Rules kept here: pure, and free of scripts and outside references; what colour says, text says too; every mark has a
title that a screen reader and a resting mouse tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 110, 20, 30, 28
STATES = ("declared", "first containment", "contained", "closed")


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def x(self, moment: str | None) -> float:
        at = datetime.fromisoformat(moment) if moment else self.end
        whole = max((self.end - self.start).total_seconds(), 1.0)
        share = min(1.0, max(0.0, (at - self.start).total_seconds() / whole))
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def picture(report: Mapping[str, Any]) -> str:
    """Return the picture as SVG."""
    moments = {name: at for name, at in report["page_one"]["times"]["moments"].items() if at and name in STATES}
    phases = [row for row in report["phases"] if row["opened"]]
    scale = _Scale(*_ends(report, phases))
    height = TOP + ROW * max(1, len(phases)) + 56
    body = [
        *_bars(phases, scale),
        *_missed(report, phases, scale),
        *_declined(report, phases, scale),
        *_states(moments, scale, height=height),
    ]
    label = f"Phases from {_day(scale.start)} to {_day(scale.end)}"
    return (
        f'<svg class="phases" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(label)}</title>{"".join(body)}</svg>'
    )


def _ends(report: Mapping[str, Any], phases: Sequence[Mapping[str, Any]]) -> tuple[datetime, datetime]:
    made = report["page_one"]["head"]["made_at"]
    known = [made, *(row["opened"] for row in phases), *(row["settled"] for row in phases if row["settled"])]
    instants = sorted(datetime.fromisoformat(at) for at in known)
    closed = report["page_one"]["times"]["moments"].get("closed")
    return instants[0], datetime.fromisoformat(closed) if closed else instants[-1]


def _bars(phases: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[str]:
    for number, row in enumerate(phases):
        y = TOP + number * ROW
        left, right = scale.x(row["opened"]), scale.x(row["settled"])
        told = f"{row['phase']}: opened {row['opened']}, settled {row['settled'] or 'not yet'}"
        open_class = "" if row["settled"] else " open"
        yield f'<text x="0" y="{y + 15}">{escape(row["phase"])}</text>'
        size = f'width="{max(2.0, right - left):.1f}" height="14" rx="3"'
        yield f'<rect class="bar{open_class}" x="{left}" y="{y + 4}" {size}><title>{escape(told)}</title></rect>'


def _missed(report: Mapping[str, Any], phases: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[str]:
    places = {row["phase"]: TOP + number * ROW for number, row in enumerate(phases)}
    by_step = {row["step"]: row["phase"] for row in report["timeline"] if row["step"]}
    for row in report["targets"]:
        y = places.get(by_step.get(row["step"], ""))
        if row["outcome"] == "missed" and y is not None:
            x = scale.x(row["due"])
            told = f"Target missed: {row['title']}, by {row['by']}"
            yield (
                f'<path class="missed" d="M{x - 4} {y}L{x + 4} {y + 8}M{x - 4} {y + 8}L{x + 4} {y}">'
                f"<title>{escape(told)}</title></path>"
            )


def _declined(report: Mapping[str, Any], phases: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[str]:
    if not phases:
        return
    for row in report["approvals"]["declined"]:
        x = scale.x(row["at"])
        told = f"Declined: {row['what']}, {row['who']}"
        yield f'<circle class="declined" cx="{x}" cy="{TOP - 8}" r="4"><title>{escape(told)}</title></circle>'


def _states(moments: Mapping[str, str], scale: _Scale, *, height: int) -> Iterator[str]:
    for number, (name, at) in enumerate(moments.items()):
        x = scale.x(at)
        y = height - 44 + number * 12
        end = "end" if x > WIDTH - 120 else "start"
        yield f'<line class="state" x1="{x}" x2="{x}" y1="{TOP - 4}" y2="{height - 54}"/>'
        told = f"{escape(name)}<title>{escape(at)}</title>"
        yield f'<text class="state" x="{x}" y="{y}" text-anchor="{end}">{told}</text>'


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
