"""Reading what happened: `timeline` and `review`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.errors import ConfigError
from engine.entrypoints.cli.standing import Incident, Json, in_office, show

if TYPE_CHECKING:
    from engine.bootstrap.office import Office


class Form(StrEnum):
    """For a browser, for a wiki, for programs."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


def timeline(
    incident: Incident,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also the engine's own bookkeeping.")] = False,
    json_: Json = False,
) -> None:
    r"""Show what happened, event by event, in words.

    \b
    tocsin timeline INC-7
    tocsin timeline INC-7 --json    an object with `events`

    What is restricted or privileged is named as recorded and not shown.
    """

    async def work(office: Office) -> list[dict[str, Any]]:
        from engine.reports.review.behind import timeline as rows

        case = await office.reports.case(incident)
        return rows(case, everything=everything)

    events = in_office(work)
    if json_:
        show({"incident": incident, "events": events})
        return
    for row in events:
        typer.echo(f"{row['seq']:>5}  {row['at'][:19]}Z  {row['who'] or 'Tocsin':<14} {row['text']}")


def review(
    incident: Incident,
    *,
    form: Annotated[Form | None, typer.Option("--format", help="Write one form to the standard output.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write that form to a file.")] = None,
    json_: Json = False,
) -> None:
    r"""Make the post-incident review report.

    \b
    tocsin review INC-7                            HTML, Markdown and JSON in the data folder
    tocsin review INC-7 --format md                to the standard output
    tocsin review INC-7 --format html -o r.html    to a file

    Privileged and restricted parts are counted, not shown. Every figure comes from the timeline, checked again.
    """
    if form is not None:
        text = in_office(lambda office: office.reports.render(incident, form.value))
        if output is None:
            typer.echo(text, nl=False)
        else:
            _save(output, text)
        return

    async def work(office: Office) -> dict[str, Any]:
        made = await office.reports.compile(incident)
        return {
            "incident": incident,
            "paths": dict(made.paths),
            "sha256": made.sha256,
            "events": made.head.seq,
            "head": made.head.hash,
        }

    found = in_office(work)
    if json_:
        show(found)
        return
    for path in found["paths"].values():
        typer.echo(path)
    typer.echo(f"{found['events']} events, head {found['head']}")


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path}: it cannot be written: {error.strerror}.", hint="Check the path and its rights."
        ) from None
