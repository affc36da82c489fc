"""What is written in the box of a step: its title, who does it until when, and what is special about it.

Rules kept here: a box holds a few short lines, and what does not fit ends in an ellipsis; the whole is in `told`, one
sentence after the other, for whoever points at the box or has it read aloud.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from engine.domain.durations import DEADLINE
from engine.entrypoints.cli.footprint import waits
from engine.entrypoints.cli.outline_words import beyond, each_terms
from engine.language.render import visible

Outline: TypeAlias = Mapping[str, Any]

TITLE_SIZE: Final = 13
SMALL_SIZE: Final = 11
TITLE_LINES: Final = 3
PADDING: Final = 10
ICON: Final = 22
"""Room for the icon before the title."""
BOLD: Final = 1.12
"""How much wider letters of a title are."""
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] ")
_BROAD: Final = frozenset("mwMWGOQ@%…")


@dataclass(frozen=True, slots=True)
class Line:
    """A short line below the title; `kind` is how it is drawn."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """The lines of a box; `told` is everything, for those who want to know."""

    title: tuple[str, ...]
    lines: tuple[Line, ...]
    told: str

    @property
    def height(self) -> int:
        """The height that the lines need."""
        return 2 * PADDING + len(self.title) * (TITLE_SIZE + 4) + len(self.lines) * (SMALL_SIZE + 4)


def written(step: Outline, *, width: int) -> Written:
    """Return what is written in the box of a step that is so wide."""
    room = width - 2 * PADDING
    title = wrapped(visible(step["title"]), room=room - ICON, size=TITLE_SIZE * BOLD, most=TITLE_LINES)
    lines = tuple(Line(line.kind, cut(line.text, room=room, size=_size(line))) for line in _lines(step))
    return Written(title, lines, ". ".join(_told(step)) + ".")


def _size(line: Line) -> float:
    return SMALL_SIZE * BOLD if line.kind == "approve" else SMALL_SIZE


def wrapped(text: str, *, room: int, size: float, most: int) -> tuple[str, ...]:
    """Return a text in lines that fit into a room; what is left over ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size=size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] += "…"
    return tuple(cut(line, room=room, size=size) for line in kept)


def cut(text: str, *, room: int, size: float) -> str:
    """Return as much of a text as fits."""
    if width_of(text, size=size) <= room:
        return text
    while text and width_of(f"{text}…", size=size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def width_of(text: str, *, size: float) -> float:
    """Return about how wide a text is in the usual fonts without serifs, rather too much than too little."""
    return sum(_share(letter) for letter in text) * size


def _share(letter: str) -> float:
    if letter in _NARROW:
        return 0.4
    if letter in _BROAD:
        return 0.98
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    return 0.7 if letter.isupper() else 0.62


def _lines(step: Outline) -> Iterator[Line]:
    who = " or ".join(entry["role"] for entry in step["who"]) or step["action"] or ""
    about = " · ".join(part for part in (visible(who), _due(step)) if part)
    if about:
        yield Line("who", about)
    if step["wait"]:
        yield Line("plain", visible(waits(step["wait"])))
    if step.get("call"):
        yield Line("plain", f"runs {step['call']['playbook']}, {len(step['call']['steps'])} steps")
    if step["when"]:
        yield Line("when", f"if {visible(step['when'])}")
    if step["for_each"]:
        terms = "".join(f", {term}" for term in each_terms(step))
        yield Line("plain", f"for each of {visible(step['for_each'])}{terms}")
    if step["repeat"]:
        yield Line("plain", f"again {step['repeat']['rhythm']}, at most {step['repeat']['max']} times")
    if step["approve"]:
        number = step["approve"]["quorum"]
        some = f"{number} of " if number > 1 else ""
        yield Line("approve", f"approved by {some}{', '.join(entry['role'] for entry in step['approve']['by'])}")
    if step["marks"]:
        yield Line("plain", f"a yes means: {step['marks']}")
    if step["runs"] is False:
        yield Line("when", "does not run")


def _due(step: Outline) -> str:
    if step["due"] == DEADLINE:
        return "due: set by law"
    return f"due {step['due']}" if step["due"] else ""


def _told(step: Outline) -> Iterator[str]:
    yield f"{visible(step['title'])} ({step['id']}, {step['kind']})"
    yield from (line.text for line in _lines(step))
    yield from (visible(line) for line in beyond(step))
