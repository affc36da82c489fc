"""The way into `tocsin`: the commands of the table in `commands`, and how each of them ends.

Rules kept here: of all commands only the one that is named is imported; every way a command can end passes through
`main`, and what went wrong is said in `endings`.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from engine.entrypoints.cli.commands import COMMANDS, GROUPS, Command
from engine.entrypoints.cli.endings import ended


def tocsin(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    r"""Run an organisation's answer to a leak: playbooks, people, tickets, a review.

    \b
    tocsin connect slack              set it up, step by step; then `tocsin connect jira`
    tocsin doctor --connect           is everything set up?
    tocsin lint playbooks             what is wrong with the playbooks?
    tocsin plan video-leak            who does what, in which order?
    tocsin serve                      the engine, until Ctrl-C
    tocsin trigger video-leak -i ...  an incident begins
    tocsin inbox                      what waits for me?

    Exit codes: 0 done, 1 the playbook's fault, 2 the configuration's or the command line's, 3 the incident does not
    allow it, 4 another system refused, 70 a fault of Tocsin itself, 130 interrupted.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"tocsin {installed('tocsin')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    # Else Pydantic looks for plugins in every package that is installed, which each command would wait for.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(ended(lambda: _run(given)))


def _run(arguments: list[str]) -> object:
    return typer.main.get_command(program(_meant(arguments))).main(arguments, prog_name="tocsin", standalone_mode=False)


def _meant(arguments: list[str]) -> Sequence[Command]:
    """Return the commands that may be meant: all of them where help is wanted, or a word is no command's."""
    if arguments == ["--version"]:
        return ()
    return [command for command in COMMANDS if command.first in arguments[:1]] or COMMANDS


def program(commands: Sequence[Command] = COMMANDS) -> typer.Typer:
    """Return the program with all its commands, or with these only, which is quicker."""
    app = typer.Typer(
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True, help=_help(tocsin))(tocsin)
    groups: dict[str, typer.Typer] = {}
    for command in commands:
        group, _, inside = command.name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})
            groups[group].callback(invoke_without_command=True)(_commands)
            app.add_typer(groups[group], name=group, help=GROUPS[group], rich_help_panel=command.panel)
        into, run = groups[group] if group else app, command.load()
        into.command(inside, help=_help(run), rich_help_panel=None if group else command.panel)(run)
    return app


def _commands(context: typer.Context) -> None:
    """Show the commands of a group where none is named."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _help(command: Callable[..., None]) -> str:
    r"""Return a docstring as Typer shows it: `\b` before a paragraph keeps its lines, others fill the width."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(
        text.replace("\\b", "\b") if text.startswith("\\b") else " ".join(text.split()) for text in paragraphs
    )
