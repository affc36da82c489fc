"""`tocsin slack ...`: what Slack needs to know of Tocsin."""

from __future__ import annotations

from typing import Annotated

import typer


def manifest(
    *,
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="Signed requests to this https address, instead of Socket Mode.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the app is called in Slack.")] = "Tocsin",
    command: Annotated[str, typer.Option(help="The slash command.")] = "/incident",
    link: Annotated[bool, typer.Option("--link", help="Only the address that opens Slack's page with it.")] = False,
) -> None:
    r"""Print the manifest of the Slack app: exactly the rights that Tocsin uses, as JSON.

    \b
    tocsin slack manifest                                  for Socket Mode: nothing here need be reachable
    tocsin slack manifest --http https://tocsin.example    for signed requests to `tocsin serve`
    tocsin slack manifest --link                           open it, choose a workspace, done

    Paste it at https://api.slack.com/apps under Create New App, From a manifest. `tocsin connect slack` goes on from
    there.
    """
    import json

    from engine.bootstrap.connecting import slack_manifest, slack_page

    told = slack_manifest(http=http or "", name=name, command=command)
    typer.echo(slack_page(told) if link else json.dumps(told, indent=2, ensure_ascii=False))
