"""`tocsin serve`: the engine, with its API, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on. Only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8085,
) -> None:
    r"""Carry incidents until Ctrl-C: steps, timers, Slack, Jira, and the API.

    \b
    tocsin serve
    TOCSIN_PREFECT=off tocsin serve      without Prefect

    Killed at any moment and started again, it goes on where it was. One engine works on a data folder; a second one is
    refused. The API's token stands in TOCSIN_HOME/api-token, readable by you alone.
    """
    import asyncio

    from engine.entrypoints.web.serving import run

    asyncio.run(run(host=host, port=port, ready=_ready, note=_note))


def _ready(url: str) -> None:
    typer.echo(f"Tocsin serves on {url}; Ctrl-C ends it.")
    # Whoever started this as a child reads the line now, not when the buffer is full.
    typer.get_text_stream("stdout").flush()


def _note(text: str) -> None:
    typer.echo(f"note: {text}", err=True)
