"""`tocsin connect ...`: Slack and Jira, step by step, from their pages to a doctor who has nothing to say."""

from __future__ import annotations

from typing import Annotated

import typer

FROM_ENV = typer.Option("--from-env", help="Take what the environment holds, and ask only for the rest.")
NO_INPUT = typer.Option("--no-input", help="Ask nothing: what is not known is an error. For scripts.")


def connect_slack(
    *,
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="Signed requests to this https address, instead of Socket Mode.")
    ] = None,
    from_env: Annotated[bool, FROM_ENV] = False,
    no_input: Annotated[bool, NO_INPUT] = False,
) -> None:
    r"""Connect Slack: make the app, take its tokens, try them, write them down, look.

    \b
    tocsin connect slack                                  step by step; run it again to change one thing
    tocsin connect slack --http https://tocsin.example    Slack calls in, instead of Socket Mode
    tocsin connect slack --from-env --no-input            from TOCSIN_SLACK_BOT_TOKEN and _APP_TOKEN

    Tokens are typed without being shown, tried at once, and written to secrets.env in the data folder, which only you
    can read. Nothing is written before you have seen what, and Ctrl-C leaves everything as it was. Exit code 4 when
    Slack is connected and something there is still to be done.
    """
    from engine.entrypoints.cli.connecting_slack import steps
    from engine.entrypoints.cli.keeping_settings import Present, finish
    from engine.entrypoints.cli.terminal import Terminal

    terminal, present = Terminal.of(no_input=no_input, from_env=from_env), Present.now()
    finish(terminal, present, steps(terminal, present, http=http or ""), side="slack")


def connect_jira(
    *,
    from_env: Annotated[bool, FROM_ENV] = False,
    no_input: Annotated[bool, NO_INPUT] = False,
) -> None:
    r"""Connect Jira: an account's token, a project, its issue types and required fields; then look.

    \b
    tocsin connect jira                          step by step; run it again to change one thing
    tocsin connect jira --from-env --no-input    from TOCSIN_JIRA_URL, _EMAIL, _TOKEN and _PROJECT

    The token is typed without being shown, tried at once, and written to secrets.env in the data folder, which only you
    can read; everything else goes into settings.toml and jira.yaml, and their comments stay. Nothing is written before
    you have seen what. Exit code 4 when Jira is connected and something there is still to be done.
    """
    from engine.entrypoints.cli.connecting_jira import steps
    from engine.entrypoints.cli.keeping_settings import Present, finish
    from engine.entrypoints.cli.terminal import Terminal

    terminal, present = Terminal.of(no_input=no_input, from_env=from_env), Present.now()
    finish(terminal, present, steps(terminal, present), side="jira")
