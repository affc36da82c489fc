"""`tocsin export` and `tocsin import`: playbooks out to other tools, and theirs in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.domain.errors import ConfigError
from engine.entrypoints.cli.standing import Json, show


class Form(StrEnum):
    """What other tools read."""

    CACAO = "cacao"


Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file, instead of the standard output.")]


def export(
    playbook: Annotated[str, typer.Argument(help="The file of a playbook, or its name.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="What the other tool reads: CACAO 2.0.")] = Form.CACAO,
    out: Out = None,
) -> None:
    r"""Write a playbook as other tools read it.

    \b
    tocsin export video-leak --format cacao --out video-leak.json

    What CACAO has no word for stands in an extension, so that `tocsin import` gives the same playbook back. No secret
    and nothing of an incident is in it. What does not run elsewhere as it runs here stands in docs/cacao.md.
    """
    from engine.bootstrap import action_facts, catalogs
    from engine.domain.errors import PlaybookError
    from engine.entrypoints.cli.files import pinned, playbook_named
    from engine.language.api import check
    from engine.language.cacao.exporting import exported, written

    path = playbook_named(playbook)
    checked = check(pinned(path), path=str(path), actions=action_facts(), catalogs=catalogs())
    if checked.playbook is None or checked.plan is None:
        raise PlaybookError(checked.errors)
    _write(written(exported(checked.playbook, checked.plan)), out, form=form)


def import_(
    file: Annotated[Path, typer.Argument(help="A CACAO 2.0 playbook, as JSON.")],
    *,
    out: Out = None,
    json_: Json = False,
) -> None:
    r"""Make a playbook of a CACAO 2.0 file, and list what was lost.

    \b
    tocsin import mitigation.json --out playbooks/mitigation.yaml
    tocsin import mitigation.json --json      for programs: the text and what was lost

    Manual commands become tasks, HTTP requests become requests that somebody approves; every other command becomes a
    task that shows its text and is carried out by nobody but a person. What leads nowhere, is led to by nothing, or
    goes round in a circle is refused. Read what comes out before you use it.
    """
    from engine.bootstrap import action_facts, catalogs
    from engine.entrypoints.cli.files import contents, library_for
    from engine.language.cacao.checks import CacaoError
    from engine.language.cacao.importing import imported

    if out is not None and out.exists():
        raise ConfigError(f"{out} is there already.", hint="Give another name; what is there is not written over.")
    try:
        data = contents(file)
        library = library_for(out or file, data)
        name = out.stem if out is not None else ""
        found = imported(data, path=str(file), actions=action_facts(), catalogs=catalogs(), library=library, name=name)
    except CacaoError as error:
        for fault in error.faults[1:]:
            typer.echo(f"  {fault.place} ({fault.rule}): {fault.message}", err=True)
        raise
    if json_:
        lost = [{"place": one.place, "what": one.what} for one in found.lost]
        show({"playbook": found.name, "ours": found.ours, "text": found.text, "lost": lost})
        return
    _write(found.text, out, form="playbook")
    for one in found.lost:
        typer.echo(f"lost: {one.place}: {one.what}", err=True)
    if out is not None and out.stem != found.name:
        typer.echo(f"note: a playbook's file is named after it: {found.name}.yaml.", err=True)
    said = {0: "nothing was lost", 1: "1 thing was lost"}.get(len(found.lost), f"{len(found.lost)} things were lost")
    typer.echo(f"{found.name}: {said}.", err=True)


def _write(text: str, out: Path | None, *, form: str) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: it cannot be written: {error.strerror}.", hint="Check the path.") from None
    typer.echo(f"{out}: written as {form}.", err=True)
