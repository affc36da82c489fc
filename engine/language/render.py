"""Problems for eyes, for programs and for GitHub's annotations.

Rules kept here: the first line of a problem is `file:line:col: severity rule message`, which editors turn into a link;
nothing of a file reaches a terminal as a control character.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from engine.domain.problem import Problem, Severity

_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def as_text(problems: Iterable[Problem], *, source: str | None = None) -> str:
    """Return problems with their hints and, where the file's text is given, the line with a caret below its place."""
    lines = source.splitlines() if source is not None else []
    return "".join(_text(problem, lines) for problem in problems)


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


def _text(item: Problem, lines: list[str]) -> str:
    parts = [f"{item.place()}: {item.severity} {item.rule} {item.message}"]
    if item.line <= len(lines):
        snippet = visible(lines[item.line - 1])
        parts += [f"    {snippet}", f"    {' ' * (item.column - 1)}^"]
    if item.hint:
        parts.append(f"    hint: {item.hint}")
    return "\n".join(visible(part) for part in parts) + "\n"


def visible(text: str) -> str:
    """Return a text with a blank for each character that a terminal would obey instead of showing."""
    return "".join(character if character.isprintable() else " " for character in text)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
