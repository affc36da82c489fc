"""`tocsin lint`: what is wrong with playbooks, in one pass."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """For eyes, for programs, for annotations on a pull request."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def lint(
    paths: Annotated[list[Path], typer.Argument(help="Playbook files, or folders that hold them.", metavar="PATH...")],
    *,
    form: Annotated[Form, typer.Option("--format", help="How problems are written.")] = Form.TEXT,
) -> None:
    r"""Check playbooks; nothing is run.

    \b
    tocsin lint playbooks                     every playbook of a folder
    tocsin lint --format json leak.yaml       an object with `problems`, for programs
    tocsin lint --format github playbooks     annotations on a pull request

    Every problem has a place, a rule (docs/rules.md) and a hint. Exit code 1 when there is an error, 0 when there are
    warnings only.
    """
    from engine.bootstrap import action_facts
    from engine.domain.problem import Severity
    from engine.entrypoints.cli.files import contents, playbook_files
    from engine.language import render
    from engine.language.api import check

    sources = [(path, contents(path)) for path in playbook_files(paths)]
    facts = action_facts()
    found = [(data, check(data, path=str(path), actions=facts).problems) for path, data in sources]
    problems = [problem for _, some in found for problem in some]
    match form:
        case Form.JSON:
            typer.echo(render.as_json(problems), nl=False)
        case Form.GITHUB:
            typer.echo(render.as_github(problems), nl=False)
        case _:
            for data, some in found:
                typer.echo(render.as_text(some, source=data.decode(errors="replace")), nl=False)
            typer.echo(f"{len(sources)} {'file' if len(sources) == 1 else 'files'}: {render.summary(problems)}")
    raise typer.Exit(any(problem.severity is Severity.ERROR for problem in problems))
