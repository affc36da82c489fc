"""`tocsin lint`: what is wrong with playbooks, in one pass.

Rules kept here: what can be read is checked, whatever cannot; the standard output holds nothing but the problems.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.problem import Problem
    from engine.entrypoints.cli.files import Source


class Form(StrEnum):
    """For eyes, for programs, for annotations on a pull request."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Playbook files, folders that hold them, or - for the standard input. Else the playbooks folder.",
            metavar="[PATH...]",
        ),
    ] = None,
    *,
    form: Annotated[Form, typer.Option("--format", help="How problems are written.")] = Form.TEXT,
    rule: Annotated[
        str | None, typer.Option("--explain", help="Say what a rule watches, with an example.", metavar="RULE")
    ] = None,
) -> None:
    r"""Check playbooks; nothing is run.

    \b
    tocsin lint playbooks                     every playbook of a folder
    tocsin lint --format json leak.yaml       an object with `problems`, for programs
    tocsin lint --format github playbooks     annotations on a pull request
    git show HEAD:leak.yaml | tocsin lint -   what stands on the standard input
    tocsin lint --explain PB302               what a rule watches, why, and what to write

    Playbooks that these call are checked too. Every problem has a place, a rule (docs/rules.md) and a hint. Exit code
    1 when there is an error, 0 when there are warnings only, 2 when something cannot be read.
    """
    if rule is not None:
        from engine.entrypoints.cli.explaining import explain

        explain(rule, json_=form is Form.JSON)
        return
    from engine.domain.problem import Severity
    from engine.entrypoints.cli.files import playbook_files, sources

    read, unread = sources(playbook_files(paths or [_folder()]))
    found = list(_checked(read))
    _write(found, form=form)
    if unread:
        raise unread[0]
    raise typer.Exit(any(problem.severity is Severity.ERROR for _, some in found for problem in some))


def _checked(read: list[Source]) -> Iterator[tuple[Source, tuple[Problem, ...]]]:
    """Yield what is wrong with each file, and with each that one of them calls."""
    from engine.bootstrap import action_facts, catalogs
    from engine.domain.catalogs import NO_CATALOGS
    from engine.entrypoints.cli.files import Source, library_for
    from engine.language.api import check

    facts, seen, files = action_facts(), set(), list(read)
    # Reading the catalogs takes longer than checking a playbook that names nothing of them.
    known = catalogs() if any(word in source.data for source in read for word in _OF_CATALOGS) else NO_CATALOGS
    for source in files:
        if Path(source.path).resolve() not in seen:
            seen.add(Path(source.path).resolve())
            library = library_for(Path(source.path), source.data)
            checked = check(source.data, path=source.path, actions=facts, catalogs=known, library=library)
            files += [Source(text.path, text.data) for text in checked.called.values()]
            yield source, checked.problems


_OF_CATALOGS = (b"deadlines", b"starts", b"stops", b"controls", b"bd in ", b"call")
"""Without any of these words a playbook names no law, no control and no calendar, and calls none that does."""


def _folder() -> Path:
    from engine.settings.read import settings_of

    return settings_of().playbooks


def _write(found: list[tuple[Source, tuple[Problem, ...]]], *, form: Form) -> None:
    from engine.language import render

    problems = [problem for _, some in found for problem in some]
    match form:
        case Form.JSON:
            typer.echo(render.as_json(problems), nl=False)
        case Form.GITHUB:
            typer.echo(render.as_github(problems), nl=False)
        case _:
            colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            for source, some in found:
                text = source.data.decode(errors="replace")
                typer.echo(render.as_text(some, source=text, colour=colour), nl=False)
            typer.echo(f"{len(found)} {'file' if len(found) == 1 else 'files'}: {render.summary(problems)}")
