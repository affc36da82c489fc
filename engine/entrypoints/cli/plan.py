"""`tocsin plan`: what a playbook would do, before anything is done."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.settings.people import Directory


class Form(StrEnum):
    """A tree for eyes, an object for programs, a graph for documents."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"


def plan(
    playbook: Annotated[str, typer.Argument(help="The file of a playbook, or its name.")],
    *,
    given: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="key=value, again for lists; key=@file for JSON.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the plan is written.")] = Form.TEXT,
    json_: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    r"""Show what a playbook does: phases, steps in order, who does and approves them. Nothing is run.

    \b
    tocsin plan video-leak
    tocsin plan leak.yaml --input anyone_minor=no     which steps then run, and which do not
    tocsin plan leak.yaml --json                      for programs
    tocsin plan leak.yaml --format mermaid            a graph for documents
    """
    import json

    from engine.bootstrap import action_facts, present
    from engine.entrypoints.cli.drawing import mermaid, tree
    from engine.entrypoints.cli.files import contents, playbook_named
    from engine.entrypoints.cli.given import typed_inputs
    from engine.entrypoints.cli.outline import accepted, outline
    from engine.language.api import compile_playbook

    path = playbook_named(playbook)
    compiled = compile_playbook(contents(path), path=str(path), actions=action_facts())
    inputs = accepted(compiled, typed_inputs(given), now=present()) if given else None
    found = outline(compiled, people=_people(), inputs=inputs)
    if json_ or form is Form.JSON:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif form is Form.MERMAID:
        typer.echo(mermaid(found))
    else:
        tree(found)


def _people() -> Directory | None:
    from engine.settings.people import FILE, read_people
    from engine.settings.read import settings_of

    path = settings_of().config / FILE
    return read_people(path) if path.exists() else None
