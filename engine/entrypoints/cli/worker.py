"""`tocsin worker`: one more engine on a shared database, without pages and API."""

from __future__ import annotations

import typer


def worker() -> None:
    r"""Carry incidents beside other engines until Ctrl-C: as `tocsin serve` does, without pages and API.

    \b
    export TOCSIN_DATABASE_URL=postgresql://tocsin:...@db/tocsin    what the engines share
    export PREFECT_API_URL=http://prefect:4200/api                  the Prefect server they share
    export TOCSIN_HOME=/var/lib/tocsin                              a data folder of this engine's own
    export TOCSIN_SHARED=/srv/tocsin                                evidence and reports, on a disk they share
    tocsin worker

    Start as many as you like, on as many machines, with the same settings, people and playbooks; none is special. Each
    carries what is free, and when one dies the others go on with what it carried, looking first. At least one
    `tocsin serve` takes what comes in over HTTP. SQLite is refused: it is for one engine.
    """
    import asyncio

    from engine.entrypoints.worker import run

    asyncio.run(run(ready=_ready, note=_note))


def _ready(name: str) -> None:
    typer.echo(f"Tocsin works as {name}; Ctrl-C ends it.")
    # As in `serve`: whoever started this as a child reads the line now.
    typer.get_text_stream("stdout").flush()


def _note(text: str) -> None:
    typer.echo(f"note: {text}", err=True)
