"""The way into `tocsin`: which commands there are, and how each of them ends.

Rules kept here: nothing is imported that `--version` does not need but the command line's own library; every way a
command can end passes through `main`, and what went wrong is said in `endings`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from engine.entrypoints.cli import (
    answering,
    asking,
    connect,
    demo,
    doctor,
    exchange,
    excluding,
    handing,
    keeping,
    lint,
    looking,
    migrating,
    oncall,
    plan,
    reading,
    rehearsal,
    rehearse,
    sandbox,
    schema,
    serve,
    slack,
    steering,
    testing,
    trigger,
    waiting,
    worker,
)
from engine.entrypoints.cli.endings import ended

PLAYBOOKS, INCIDENTS, ANSWERING, STEERING, RUNNING = (
    "Playbooks",
    "Incidents",
    "What waits for you",
    "Steering an incident",
    "Running Tocsin",
)
COMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    (INCIDENTS, "trigger", trigger.trigger),
    (INCIDENTS, "list", looking.incidents),
    (INCIDENTS, "status", looking.status),
    (INCIDENTS, "timeline", reading.timeline),
    (INCIDENTS, "review", reading.review),
    (INCIDENTS, "verify", keeping.verify),
    (ANSWERING, "inbox", waiting.inbox),
    (ANSWERING, "tasks", waiting.tasks),
    (ANSWERING, "ack", answering.ack),
    (ANSWERING, "done", answering.done),
    (ANSWERING, "answer", answering.answer),
    (ANSWERING, "approve", answering.approve),
    (ANSWERING, "decline", answering.decline),
    (ANSWERING, "break-glass", answering.break_glass),
    (ANSWERING, "accept", handing.accept),
    (STEERING, "fact", steering.fact),
    (STEERING, "add", steering.add),
    (STEERING, "assign", steering.assign),
    (STEERING, "exclude", excluding.exclude),
    (STEERING, "admit", excluding.admit),
    (STEERING, "note", steering.note),
    (STEERING, "handover", handing.handover),
    (STEERING, "hold", steering.hold),
    (STEERING, "release", steering.release),
    (STEERING, "skip", steering.skip),
    (STEERING, "retry", steering.retry),
    (STEERING, "redo", asking.redo),
    (STEERING, "due", asking.due),
    (STEERING, "migrate", migrating.migrate),
    (STEERING, "resolve", steering.resolve),
    (STEERING, "undo", steering.undo),
    (STEERING, "cancel", steering.cancel),
    (STEERING, "close", steering.close),
    (STEERING, "reopen", steering.reopen),
    (PLAYBOOKS, "lint", lint.lint),
    (PLAYBOOKS, "plan", plan.plan),
    (PLAYBOOKS, "rehearse", rehearse.rehearse),
    (PLAYBOOKS, "test", testing.run_all),
    (PLAYBOOKS, "rehearsal record", rehearsal.record),
    (PLAYBOOKS, "schema", schema.schema),
    (PLAYBOOKS, "export", exchange.export),
    (PLAYBOOKS, "import", exchange.import_),
    (RUNNING, "serve", serve.serve),
    (RUNNING, "worker", worker.worker),
    (RUNNING, "demo", demo.demo),
    (RUNNING, "sandbox", sandbox.sandbox),
    (RUNNING, "doctor", doctor.doctor),
    (RUNNING, "connect slack", connect.connect_slack),
    (RUNNING, "connect jira", connect.connect_jira),
    (RUNNING, "slack manifest", slack.manifest),
    (RUNNING, "oncall", oncall.oncall),
    (RUNNING, "rebuild", keeping.rebuild),
    (RUNNING, "recover", keeping.recover),
)
"""Panel of the help, name, command; a name of two words is a command of a group."""
GROUPS = {
    "connect": "Connect Tocsin with Slack or Jira, step by step.",
    "rehearsal": "Rehearsals made of what happened.",
    "slack": "What Slack needs to know of Tocsin.",
}


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
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(ended(lambda: _run(given)))


def _run(arguments: list[str]) -> object:
    return typer.main.get_command(program(arguments[:1])).main(arguments, prog_name="tocsin", standalone_mode=False)


def program(named: Sequence[str] = ()) -> typer.Typer:
    """Return the program with the one command that is named, which is quicker, or with all where none is."""
    app = typer.Typer(
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True, help=_help(tocsin))(tocsin)
    groups: dict[str, typer.Typer] = {}
    only = [entry for entry in COMMANDS if entry[1] in named]
    for panel, name, command in only or COMMANDS:
        group, _, inside = name.rpartition(" ")
        if group and group not in groups:
            groups[group] = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})
            groups[group].callback(invoke_without_command=True)(_commands)
            app.add_typer(groups[group], name=group, help=GROUPS[group], rich_help_panel=panel)
        into = groups[group] if group else app
        into.command(inside, help=_help(command), rich_help_panel=None if group else panel)(command)
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
