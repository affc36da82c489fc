"""`tocsin plan`: what a playbook would do, before anything is done."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.settings.people import Directory


class Form(StrEnum):
    """A tree for eyes, an object for programs, a graph for documents, a picture."""

    TEXT = "text"
    JSON = "json"
    MERMAID = "mermaid"
    SVG = "svg"


def plan(
    playbook: Annotated[str, typer.Argument(help="The file of a playbook, or its name.")],
    *,
    given: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="key=value, again for lists; key=@file for JSON.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the plan is written.")] = Form.TEXT,
    json_: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    against: Annotated[
        str | None, typer.Option("--diff", help="What it changes against another: a file, a name, or an incident.")
    ] = None,
) -> None:
    r"""Show what a playbook does: phases, steps in order, who does and approves them. Nothing is run.

    \b
    tocsin plan video-leak
    tocsin plan leak.yaml --input anyone_minor=no     which steps then run, and which do not
    tocsin plan leak.yaml --json                      for programs
    tocsin plan leak.yaml --format mermaid            a graph for documents
    tocsin plan leak.yaml --format svg > leak.svg     a picture: phases as lanes, steps as boxes
    tocsin plan leak.yaml --diff video-leak           what another version changes, step by step and key by key
    tocsin plan video-leak --diff INC-7               what it changes against the version that an incident runs
    """
    import json

    from engine.bootstrap import action_facts, catalogs, present
    from engine.entrypoints.cli.drawing import mermaid, tree
    from engine.entrypoints.cli.files import pinned, playbook_named
    from engine.entrypoints.cli.given import typed_inputs
    from engine.entrypoints.cli.outline import accepted, outline
    from engine.language.api import compile_playbook

    if against is not None:
        _compare(playbook, against, json_=json_ or form is Form.JSON, form=form)
        return
    path = playbook_named(playbook)
    compiled = compile_playbook(pinned(path), path=str(path), actions=action_facts(), catalogs=catalogs())
    inputs = accepted(compiled, typed_inputs(given), now=present()) if given else None
    found = outline(compiled, people=_people(), inputs=inputs)
    if json_ or form is Form.JSON:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif form is Form.MERMAID:
        typer.echo(mermaid(found))
    elif form is Form.SVG:
        from engine.entrypoints.cli.picture.svg import svg

        typer.echo(svg(found), nl=False)
    else:
        tree(found)


def _compare(playbook: str, against: str, *, json_: bool, form: Form) -> None:
    import json

    from engine.domain.difference import difference
    from engine.domain.errors import ConfigError
    from engine.entrypoints.cli.editions import calls, edition_named, lines

    if form not in (Form.TEXT, Form.JSON):
        raise ConfigError(f"--diff is not written as {form}.", hint="Leave --format out, or write --json.")
    after, before = edition_named(playbook), edition_named(against)
    found = difference(before.playbook, after.playbook)
    if json_:
        within = [call.as_json() for call in calls(before, after)]
        said = {"before": before.as_json(), "after": after.as_json(), **found.as_json(), "called": within}
        typer.echo(json.dumps(said, indent=2, ensure_ascii=False))
        return
    for line in lines(found, before=before, after=after):
        typer.secho(line, fg=_COLOURS.get(line.lstrip()[:1]) if line else None)


_COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "~": typer.colors.YELLOW}


def _people() -> Directory | None:
    from engine.settings.people import FILE, read_people
    from engine.settings.read import settings_of

    path = settings_of().config / FILE
    return read_people(path) if path.exists() else None
