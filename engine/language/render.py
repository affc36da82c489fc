"""Problems for eyes, for programs and for GitHub's annotations.

Rules kept here: the first line of a problem is `file:line:col: severity rule message`, which editors turn into a link;
nothing of a file reaches a terminal as a control character; a long line is shown around its place only; colour is said
by whoever knows where the text goes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.problem import Problem, Severity

WIDEST = 110
"""Characters of a line that are shown."""

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"""("[^"]*"|'[^']*'|[^\s\x00-\x1f,:{}\[\]"'#]+)""")
_WIDE = frozenset("WF")
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33"}


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours for a terminal, or none."""

    colour: bool

    def __call__(self, text: str, codes: str) -> str:
        """Return a text in a colour."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and text else text


def as_text(problems: Iterable[Problem], *, source: str | None = None, colour: bool = False) -> str:
    """Return problems with their hints and, where the file's text is given, the line with its place marked below."""
    lines = _LINE_END.split(source.removeprefix("\ufeff")) if source is not None else []
    return "".join(_text(problem, lines, Paint(colour)) for problem in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """Return an object with `problems`, each path, line, column, rule, severity, message and hint."""
    return json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=2, ensure_ascii=False) + "\n"


def as_github(problems: Iterable[Problem]) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a pull request."""
    return "".join(
        f"::{_GITHUB[item.severity]} file={_property(item.path)},line={item.line},col={item.column},"
        f"title={_property(item.rule)}::{_data(f'{item.message} {item.hint}'.strip())}\n"
        for item in problems
    )


def summary(problems: Iterable[Problem]) -> str:
    """Return how many errors and warnings there are, in words."""
    found = list(problems)
    errors = sum(item.severity is Severity.ERROR for item in found)
    return f"{_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}"


def visible(text: str) -> str:
    """Return a text with a blank for each character that a terminal would obey instead of showing."""
    return "".join(character if character.isprintable() else " " for character in text)


def _text(item: Problem, lines: list[str], paint: Paint) -> str:
    colour = _COLOURS[item.severity]
    head = f"{paint(visible(item.place()), '1')}: {paint(item.severity, colour)} {paint(item.rule, '2')}"
    parts = [f"{head} {visible(item.message)}"]
    if item.line <= len(lines):
        number = f"{item.line:>5}"
        shown, before, under = _around(lines[item.line - 1], item.column - 1)
        parts.append(f"{paint(f'{number} |', '2')} {shown}")
        parts.append(f"{paint(f'{chr(32) * len(number)} |', '2')} {chr(32) * before}{paint('^' * under, colour)}")
    if item.hint:
        parts.append(f"    {paint('hint:', '36')} {visible(item.hint)}")
    return "\n".join(parts) + "\n"


def _around(line: str, column: int) -> tuple[str, int, int]:
    """Return the line to show, the blanks before the mark, and how long the mark is, in columns of a terminal."""
    token = _TOKEN.match(line, column)
    end = token.end() if token else column + 1
    start = 0 if len(line) <= WIDEST else max(0, min(column - WIDEST // 3, len(line) - WIDEST))
    shown = visible(line[start : start + WIDEST])
    left, right = "…" * (start > 0), "…" * (start + WIDEST < len(line))
    before = len(left) + _width(visible(line[start:column]))
    under = _width(visible(line[column : min(end, start + WIDEST)]))
    return f"{left}{shown}{right}", before, max(1, under)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    marks = sum(unicodedata.combining(letter) != 0 for letter in text)
    return len(text) + sum(unicodedata.east_asian_width(letter) in _WIDE for letter in text) - marks


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
