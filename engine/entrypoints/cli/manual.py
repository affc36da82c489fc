"""The manual of the command line, made from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import typer

from engine.entrypoints.cli.commands import COMMANDS
from engine.entrypoints.cli.main import program, tocsin

KEPT: Final = "\\b\n"
"""Begins a paragraph whose lines are kept: the examples."""


def manual(*, head: str) -> str:
    """Return every command with its examples, arguments and options, as Markdown; `head` stands under the title."""
    commands: Any = typer.main.get_command(program())
    lines = ["# `tocsin`, command by command", "", head, "", *_text(tocsin)]
    for panel, found in groupby(COMMANDS, key=attrgetter("panel")):
        lines += [f"## {panel}", ""]
        for one in found:
            lines += [f"### `tocsin {one.name}`", "", *_text(one.load()), *_table(_found(commands, one.name).params)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _found(commands: Any, name: str) -> Any:  # noqa: ANN401 - Typer's own classes
    for word in name.split():
        commands = commands.commands[word]
    return commands


def _text(command: Callable[..., None]) -> Iterator[str]:
    """Yield a docstring as Markdown: examples in a block of their own."""
    for paragraph in (inspect.getdoc(command) or "").split("\n\n"):
        if paragraph.startswith(KEPT):
            yield from ("```console", *paragraph.removeprefix(KEPT).splitlines(), "```", "")
        else:
            yield from (" ".join(paragraph.split()), "")


def _table(parameters: list[Any]) -> Iterator[str]:
    """Yield a table of arguments and options; `--help` is left out, every command has it."""
    rows = [_row(one) for one in parameters if one.name != "help"]
    if rows:
        yield from ("| | | |", "| --- | --- | --- |", *rows, "")


def _row(one: Any) -> str:  # noqa: ANN401 - Typer's own classes for parameters share no public one
    names = one.opts if one.param_type_name == "option" else [one.metavar or one.name.upper()]
    more = ", ".join(f"`{name}`" for name in (*names, *getattr(one, "secondary_opts", ())))
    return f"| {more} | {_need(one)} | {_cell(one.help or '')} |"


def _need(one: Any) -> str:  # noqa: ANN401 - as above
    if one.required:
        return "required"
    if one.default is None or one.default is False or callable(one.default) or one.default in ("", ()):
        return ""
    return f"default `{one.default}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
