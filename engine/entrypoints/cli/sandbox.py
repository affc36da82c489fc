"""`tocsin sandbox`: a local Slack and Jira to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sandbox(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on; its tokens are no secrets.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8099,
    slack_request_url: Annotated[
        str | None, typer.Option(help="Where signed requests of Slack go, instead of Socket Mode.")
    ] = None,
    slack_rate_limits: Annotated[
        bool, typer.Option("--slack-rate-limits", help="Refuse what the real Slack's limits refuse.")
    ] = False,
    jira_server: Annotated[
        bool, typer.Option("--jira-server", help="Be a Jira Data Center, not a Jira Cloud.")
    ] = False,
    jira_project: Annotated[str, typer.Option(help="The key of the project.")] = "SEC",
    jira_webhook: Annotated[str | None, typer.Option(help="Where Jira tells of changes, signed.")] = None,
    state: Annotated[Path | None, typer.Option(help="Keep everything in this file until the next time.")] = None,
) -> None:
    r"""Run a strict local Slack and Jira until Ctrl-C.

    \b
    tocsin sandbox                     on port 8099, with pages to look at
    tocsin sandbox --port 0            on any free port
    tocsin sandbox --state box.json    goes on where it ended

    It prints the settings that make Tocsin talk to it, ready to be copied into a shell. People, tokens and texts in it
    are invented.
    """
    from engine.bootstrap.sandbox import SandboxChoices, run_sandbox

    choices = SandboxChoices(
        host=host,
        port=port,
        slack_request_url=slack_request_url,
        slack_rate_limits=slack_rate_limits,
        jira_server=jira_server,
        jira_project=jira_project,
        jira_webhook=jira_webhook,
        state=state,
    )
    run_sandbox(choices, ready=_tell)


def _tell(url: str, variables: dict[str, str], people: list[str]) -> None:
    typer.echo(f"Sandbox on {url} (open it in a browser); Ctrl-C ends it.\n")
    for name, value in variables.items():
        typer.echo(f"export {name}={value}")
    typer.echo(
        f"\nPeople: {', '.join(people)}. Their tokens: xoxp-sandbox-NAME for Slack; for Jira jira-sandbox-NAME, with "
        "their mail in front of it on Cloud."
    )
    # Whoever started this as a child reads the lines now, not when the buffer is full.
    typer.get_text_stream("stdout").flush()
